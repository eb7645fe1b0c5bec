"""What other people's tests wait for: the start of their server, and a world for each test."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from bench.aims import Aim
from bench.plan import Plan
from lrs_soap.testing import LrsServer

_WORLDS = 50


def run(plan: Plan) -> Sequence[Aim]:
    """Measure. Returns the figures that have an aim, which are all there is."""
    folder, ready = plan.folder, plan.folder / "ready"
    ready.mkdir()
    new, known, first, worlds = [], [], [], []
    for number in range(plan.rounds):
        with LrsServer(folder / f"new-{number}") as server:
            new.append(_seconds(server.start))
    with LrsServer(folder / "first", ready_databases=ready) as server:
        server.start()
    for number in range(plan.rounds):
        with LrsServer(folder / f"known-{number}", ready_databases=ready) as server:
            known.append(_seconds(server.start))
            world = partial(_use_world, server)
            # The server makes its control interface, and the image of a world, when it is first asked for them.
            first.append(_seconds(world))
            worlds += [_seconds(world) for _ in range(_WORLDS)]
    return [
        Aim("start of a server with a new database", median(new), most=3, unit="s"),
        Aim("start of a server with a database that is there", median(known), most=2, unit="s"),
        Aim("a run's first world", median(first), unit="s"),
        Aim("a test's world, made and deleted", median(worlds) * 1000, most=20, unit="ms"),
    ]


def _use_world(server: LrsServer) -> None:
    with server.new_world():
        pass


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
