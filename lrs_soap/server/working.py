"""Doing batch jobs: what the workers of `lrs-soap serve` do, and `lrs-soap work`."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lrs_soap.batch.worlds_worker import WorldsWorker
from lrs_soap.clock import RealClock
from lrs_soap.exchange.log import ProcessLog
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.server import descriptors
from lrs_soap.server.child_process import Announce
from lrs_soap.server.process_counts import WORKER
from lrs_soap.server.processes import Post, Processes
from lrs_soap.world import Worlds, policy_of

if TYPE_CHECKING:
    from lrs_soap.settings import Settings


def work(settings: Settings, workers: int) -> None:
    """Do the batch jobs of a database that is ready, in so many processes, until told to stop.

    Returns after SIGTERM or SIGINT, when each has finished the record that it was on. Raises InvalidSetting where the
    list of prohibited text is none.
    """
    policy_of(settings)
    descriptors.open_standard()
    log = ProcessLog(settings.log_level, settings.log_format, RealClock())
    with log.taking_what_is_printed():
        Processes(
            [Post(WORKER, lambda announce: do_jobs(settings, log, announce))] * workers,
            sockets=[],
            ready=lambda: log.announce("ready", "lrs-soap is at work on batch jobs"),
            hang_seconds=settings.hang_timeout,
            most_memory=settings.max_process_memory << 20,
            log=log,
        ).run()


def do_jobs(
    settings: Settings,
    log: ProcessLog,
    announce: Announce,
    *,
    inherited: Sequence[socket.socket] = (),
    metrics: Metrics | None = None,
) -> None:
    """Do batch jobs until SIGTERM or SIGINT, in a process of its own; sockets that it has inherited are for others.

    `metrics` counts the records.
    """
    for each in inherited:
        each.close()
    logger = log.logger.bind(process=os.getpid())
    with Worlds.open(settings, log=logger, prepare=False, metrics=metrics) as worlds:
        worker = WorldsWorker(worlds, log=logger)
        if metrics is None:
            announce(worker)
            worker.run()
            return

        def goes_on() -> bool:
            metrics.flush()
            return True

        announce(worker, goes_on)
        worker.run()
        metrics.flush()
