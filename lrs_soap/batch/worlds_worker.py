"""The worker of a server with several worlds: it does the jobs of each in turn, and deletes worlds that expire."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from lrs_soap.batch import job_work
from lrs_soap.batch.worker import Worker
from lrs_soap.errors import NotHeld, StoreUnavailable
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.world import Worlds

_LOOK_SECONDS = 0.1
# How often to look which worlds have work, and which have expired.
_LIST_SECONDS = 0.3
_EXPIRY_SECONDS = 2.0


class WorldsWorker:
    """Processes batch jobs in `run` until `stop` is called. Belongs to the process that made it, and to one thread.

    It looks for jobs in `main` all the time, and in the others only while somebody has said that there is work.
    """

    def __init__(self, worlds: Worlds, *, log: Any) -> None:
        """`log` as for a `Worker`."""
        self._worlds = worlds
        self._log = log
        self._main = Worker(worlds.main, log=log)
        self._others: dict[str, tuple[object, Worker]] = {}
        self._is_stopping = False
        self._listed = self._expired = 0.0

    def run(self) -> None:
        """Process jobs until `stop` is called; then finish the current record and put its job back."""
        while not self._is_stopping:
            has_worked = self._main.do_one_turn()
            for worker in self._workers():
                if self._is_stopping:
                    break
                has_worked |= worker.do_one_turn()
            if not has_worked:
                self._main.wait(_LOOK_SECONDS)

    def stop(self) -> None:
        """Make `run` end soon. Signal handlers and other threads may call this."""
        self._is_stopping = True
        for worker in (self._main, *(worker for _, worker in list(self._others.values()))):
            worker.stop()

    def _workers(self) -> list[Worker]:
        now = time.monotonic()
        # Where the list cannot be read, the worker of `main` says so, or the next time will do.
        try:
            if now - self._expired >= _EXPIRY_SECONDS:
                self._expired = now
                self._worlds.delete_expired()
            if now - self._listed >= _LIST_SECONDS:
                self._listed = now
                self._follow(self._worlds.with_work())
        except StoreUnavailable:
            pass
        return [worker for _, worker in self._others.values()]

    def _follow(self, names: list[str]) -> None:
        """Have a worker for each of these worlds, and for no others."""
        for name in self._others.keys() - set(names):
            self._others.pop(name)[1].close()
        for name in names:
            try:
                world = self._worlds.at(name, asks=False)
            except NotHeld:
                continue
            world.end_look()
            try:
                with world.reading(OPERATOR) as work:
                    if job_work.is_anything_left(work):
                        world.say_work()
            except StoreUnavailable:
                continue
            known = self._others.get(name)
            if known is not None and known[0] is world:
                continue
            if known is not None:
                known[1].close()
            worker = Worker(world, log=self._log, is_there=partial(self._is_there, name, world))
            self._others[name] = (world, worker)
            if self._is_stopping:
                worker.stop()

    def _is_there(self, name: str, world: object) -> bool:
        try:
            found = self._worlds.at(name, asks=False)
        except (NotHeld, StoreUnavailable):
            return False
        found.end_look()
        return found is world
