"""Learners with those that are linked to them, for whoever merges, unmerges or deletes."""

from __future__ import annotations

from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.transaction import Transaction


class _FamilyHasGrown(Exception):
    """Leaves a savepoint, so that its locks are given up."""


def lock(transaction: Transaction, *ulns: str) -> dict[str, Learner]:
    """The learners of these ULNs and of their families, by ULN; nobody else changes them until the transaction ends.

    A family is a master and whoever is linked to it. Whom to lock is known only once the families are read, and may
    have changed by then. Locking one more learner afterwards would be out of order, so `lock` then gives up its locks
    and begins again.
    """
    while True:
        expected = _families(transaction, ulns)
        try:
            with transaction.savepoint():
                transaction.before_write()
                learners.lock(transaction, expected.keys())
                locked = _families(transaction, ulns)
                if not locked.keys() <= expected.keys():
                    raise _FamilyHasGrown
                return locked
        except _FamilyHasGrown:
            continue


def _families(transaction: Transaction, ulns: tuple[str, ...]) -> dict[str, Learner]:
    """By ULN: those of `ulns` that are held, their masters, and whoever is linked to any of these."""
    found: dict[str, Learner] = {}
    for uln in ulns:
        learner = _add(transaction, found, uln)
        if learner is not None:
            master = _add(transaction, found, learner.master_uln)
            for linked_uln in (*learner.linked_ulns, *(master.linked_ulns if master is not None else ())):
                _add(transaction, found, linked_uln)
    return found


def _add(transaction: Transaction, found: dict[str, Learner], uln: str | None) -> Learner | None:
    learner = learners.by_uln(transaction, uln) if uln is not None else None
    if learner is not None:
        found[learner.uln] = learner
    return learner
