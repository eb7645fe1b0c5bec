"""Rekeying a database while it is served: what a process of `lrs-soap serve` does where the keys are older."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from threading import Event
from typing import TYPE_CHECKING, Any

from lrs_soap.batch import lease_owner
from lrs_soap.clock import Clock, RealClock
from lrs_soap.errors import RekeyingLost, StoreUnavailable
from lrs_soap.exchange.log import ProcessLog
from lrs_soap.server.child_process import Announce
from lrs_soap.store import key_version
from lrs_soap.store.rekeying import Rekeying, take
from lrs_soap.store.store import Store

if TYPE_CHECKING:
    from lrs_soap.settings import Settings

# How long to wait before looking whether another process still does the work, and where something has failed.
_LOOK_SECONDS = 1.0
_REPORT_SECONDS = 30.0


class Rekeyer:
    """Rekeys a database in `run`, until all keys are current or `stop` is called.

    Several may run at once: one works, and another takes over where that one dies.
    """

    def __init__(self, store: Store, clock: Clock, *, log: Any) -> None:
        """`log` is a structlog logger, told of the beginning, every half minute, and of the end."""
        self._store = store
        self._clock = clock
        self._log = log
        self._owner = lease_owner.new_name()
        self._stopping = Event()
        self._report_due = 0.0

    def run(self) -> None:
        """Rekey, or wait for another process that does, until it is done."""
        while not self._stopping.is_set():
            try:
                if self._is_done():
                    return
            except RekeyingLost as error:
                self._log.warning("rekeying", **self._now(), lost=str(error))
            except StoreUnavailable as error:
                self._log.warning("rekeying", **self._now(), waiting=str(error))
            self._stopping.wait(_LOOK_SECONDS)

    def stop(self) -> None:
        """End `run` after the portion that it is in; may be called by a signal's handler, and by another thread."""
        self._stopping.set()

    def _is_done(self) -> bool:
        rekeying = take(self._store, owner=self._owner)
        if rekeying is None:
            with self._store.reading() as transaction:
                return key_version.is_current(transaction)
        self._report(rekeying, state="begun")
        is_done = rekeying.run(lambda: self._goes_on(rekeying))
        self._report(rekeying, state="done" if is_done else "stopped")
        return is_done

    def _goes_on(self, rekeying: Rekeying) -> bool:
        if time.monotonic() >= self._report_due:
            self._report(rekeying, state="going on")
        return not self._stopping.is_set()

    def _report(self, rekeying: Rekeying, *, state: str) -> None:
        self._report_due = time.monotonic() + _REPORT_SECONDS
        progress = rekeying.progress
        self._log.info(
            "rekeying",
            **self._now(),
            state=state,
            date_of_birth=progress.date_of_birth,
            rewritten=progress.rewritten,
            kept=progress.kept,
        )

    def _now(self) -> dict[str, str]:
        return {"time": self._clock.now().isoformat()}


def is_needed(settings: Settings) -> bool:
    """Whether a database that is up to date has older keys. Raises InvalidSetting, StoreUnavailable."""
    store = Store(settings.database_url)
    try:
        with store.reading() as transaction:
            return not key_version.is_current(transaction)
    finally:
        store.close()


def rekey(settings: Settings, log: ProcessLog, announce: Announce, *, inherited: Sequence[socket.socket]) -> None:
    """Rekey the database until that is done, or SIGTERM or SIGINT comes, in a process of its own.

    The sockets that it has `inherited` are for others.
    """
    for each in inherited:
        each.close()
    logger = log.logger.bind(process=os.getpid())
    store = Store(settings.database_url)
    try:
        rekeyer = Rekeyer(store, RealClock(), log=logger)
        announce(rekeyer)
        rekeyer.run()
    finally:
        store.close()
