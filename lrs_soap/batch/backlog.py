"""The jobs that are to be done, in `main` and in all other worlds together."""

from __future__ import annotations

import time
from contextlib import closing
from typing import NamedTuple

from lrs_soap.errors import StoreUnavailable
from lrs_soap.store import jobs
from lrs_soap.store.store import Store
from lrs_soap.world import Worlds

# So long is waited for one database, and for all of them.
_PATIENCE_SECONDS = 1.0
_ALL_SECONDS = 2.0


class Backlog(NamedTuple):
    """What is to be done, as far as the worlds could be asked, and how many could not.

    `seconds` is how long ago the oldest job could have been taken by a worker, by the database's clock.
    """

    jobs: int
    seconds: float
    worlds: int
    unasked: int


class BacklogReader:
    """Reads the backlog of a server's worlds. Belongs to one thread at a time.

    It opens worlds by itself, so that those that are asked for requests stay open.
    """

    def __init__(self, main_url: str, worlds: Worlds) -> None:
        self._worlds = worlds
        self._main = _store(main_url)

    def read(self) -> Backlog | None:
        """The backlog now; None if not even the database of `main` can be asked. Never waits for long."""
        until = time.monotonic() + _ALL_SECONDS
        try:
            found = [_backlog(self._main)]
            places, count = self._worlds.places_with_jobs(), len(self._worlds)
        except StoreUnavailable:
            return None
        unasked = 0
        for url in places:
            if time.monotonic() >= until:
                unasked += 1
                continue
            try:
                with closing(_store(url)) as store:
                    found.append(_backlog(store))
            except StoreUnavailable:
                # Where it was deleted meanwhile, the next look does not know of it.
                unasked += 1
        return Backlog(sum(each.jobs for each in found), max(each.seconds for each in found), count, unasked)


def _store(url: str) -> Store:
    return Store(url, busy_timeout=_PATIENCE_SECONDS, statement_timeout=_PATIENCE_SECONDS, makes_file=False)


def _backlog(store: Store) -> jobs.Backlog:
    with store.reading() as transaction:
        return jobs.backlog(transaction)
