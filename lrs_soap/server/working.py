"""Doing batch jobs: what the workers of `lrs-soap serve` do, and `lrs-soap work`."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lrs_soap.batch.worker import Worker
from lrs_soap.exchange.log import open_log
from lrs_soap.server.child_process import Announce
from lrs_soap.server.processes import Post, Processes
from lrs_soap.world import World, policy_of

if TYPE_CHECKING:
    from lrs_soap.settings import Settings


def work(settings: Settings, workers: int) -> None:
    """Do the batch jobs of a database that is ready, in so many processes, until told to stop.

    Returns after SIGTERM or SIGINT, when each has finished the record that it was on. Raises InvalidSetting where the
    list of prohibited text is none.
    """
    policy_of(settings)
    Processes(
        [Post("worker", lambda announce: do_jobs(settings, announce))] * workers,
        sockets=[],
        ready=lambda: print("lrs-soap is at work on batch jobs", file=sys.stderr, flush=True),
        hang_seconds=settings.hang_timeout,
        log=open_log(settings.log_level, settings.log_format),
    ).run()


def do_jobs(settings: Settings, announce: Announce, *, inherited: Sequence[socket.socket] = ()) -> None:
    """Do batch jobs until SIGTERM or SIGINT, in a process of its own; sockets that it has inherited are for others."""
    for each in inherited:
        each.close()
    log = open_log(settings.log_level, settings.log_format).bind(process=os.getpid())
    with World.open(settings, log=log, prepare=False) as world:
        worker = Worker(world, log=log)
        announce(worker)
        worker.run()
