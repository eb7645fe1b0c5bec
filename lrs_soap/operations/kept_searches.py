"""Keep what a person asks for on the portal, and whom that person has found, for a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from lrs_soap.clock import machine_seconds
from lrs_soap.errors import AlreadyHeld, NotHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.kept_search import KeptSearch
from lrs_soap.store import kept_searches

_KEPT_SECONDS = 24 * 60 * 60


def keep_search(work: UnitOfWork, visit: str, search: KeptSearch, *, found: Iterable[str] = ()) -> str:
    """Keep a search, and note whom it has found. Returns the id that leads to it in the same visit.

    `visit` is what a browser knows and nobody can guess.
    """
    search_id = secrets.token_urlsafe(16)
    now = int(machine_seconds())
    kept_searches.forget(work.transaction, now - _KEPT_SECONDS)
    kept_searches.keep(work.transaction, search_id, visit, search, now)
    note_found(work, visit, found)
    return search_id


def kept_search(work: UnitOfWork, visit: str, search_id: str) -> KeptSearch:
    """The search that was kept under this id in this visit. Raises NotHeld."""
    found = kept_searches.find(work.transaction, search_id, visit)
    if found is None:
        raise NotHeld("There is no such search any more.")
    return found


def set_registered(work: UnitOfWork, visit: str, search_id: str, uln: str) -> None:
    """Note that a learner was registered by what was kept, so that it is not registered again."""
    kept_searches.set_registered(work.transaction, search_id, visit, uln)
    note_found(work, visit, [uln])


def note_found(work: UnitOfWork, visit: str, ulns: Iterable[str]) -> None:
    """Note whom a person has found, who may look at them from then on."""
    new = [uln for uln in dict.fromkeys(ulns) if not was_found(work, visit, uln)]
    try:
        with work.transaction.savepoint():
            kept_searches.add_found(work.transaction, visit, new, int(machine_seconds()))
    except AlreadyHeld:
        # The same search in another window was faster. One at a time, those that it did not find are noted, too.
        for uln in new:
            if not was_found(work, visit, uln):
                kept_searches.add_found(work.transaction, visit, [uln], int(machine_seconds()))


def was_found(work: UnitOfWork, visit: str, uln: str) -> bool:
    """Whether a person has found this learner in this visit."""
    return kept_searches.was_found(work.transaction, visit, uln)
