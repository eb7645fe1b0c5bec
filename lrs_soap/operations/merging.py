"""Merge learners, take that back, delete one: the operator's part in keeping one ULN a person."""

from __future__ import annotations

from lrs_soap.errors import NotPossible
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import merging
from lrs_soap.rules.learners.merging import Changed, Held
from lrs_soap.rules.values.change import Action, Change, fields_changed
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.rules.values.sentences import refusal_sentence
from lrs_soap.store import history, learners
from lrs_soap.store.transaction import Transaction


def merge(work: UnitOfWork, master_uln: str, linked_uln: str) -> tuple[Learner, ...]:
    """Link a learner, and those that are linked to it, to a master; where that is linked, to its master instead.

    Returns the learners that are changed, as they are held now: the linked one, the master, those that were taken
    along. Each has it in its history; no VersionNumber changes. Raises NotPossible where either is unknown, deleted,
    or no ULN, where they are one, or the one to link is linked already.
    """
    held = _locked(work.transaction, master_uln, linked_uln)
    linked, master, *carried = changed = _possible(merging.merge(master_uln, linked_uln, held))
    learners.link(work.transaction, linked.uln, master.uln)
    for each in carried:
        learners.carry(work.transaction, each.uln, master.uln)
    _remember(work, held, changed, Action.MERGED)
    return changed


def unmerge(work: UnitOfWork, linked_uln: str) -> tuple[Learner, ...]:
    """Give a linked learner back as it was, with the learners that it took along when it was merged.

    Returns the learners that are changed, as they are held now: the one that was linked, the master that it had, those
    that it took along. Raises NotPossible where it is unknown, deleted, no ULN, or not linked.
    """
    held = _locked(work.transaction, linked_uln)
    master_uln = held[linked_uln].master_uln if linked_uln in held else None
    merged_into = learners.merged_into(work.transaction, master_uln) if master_uln is not None else {}
    linked, _, *returned = changed = _possible(merging.unmerge(linked_uln, held, merged_into))
    learners.link(work.transaction, linked.uln, None)
    for each in returned:
        learners.carry(work.transaction, each.uln, linked.uln)
    _remember(work, held, changed, Action.UNMERGED)
    return changed


def delete(work: UnitOfWork, uln: str) -> Learner:
    """Delete a learner, linked or not: nobody finds it again, and its ULN stays taken.

    Returns it as it is held now. Raises NotPossible where it is unknown, deleted already, no ULN, or a master.
    """
    held = _locked(work.transaction, uln)
    (deleted,) = changed = _possible(merging.delete(uln, held, today=work.today))
    # It is locked, and so held as it was read.
    learners.update(work.transaction, held[uln], deleted)
    _remember(work, held, changed, Action.DELETED)
    return deleted


class _OthersJoined(Exception):
    """Leaves a savepoint, so that its locks are given up."""


def _locked(transaction: Transaction, *ulns: str) -> Held:
    """The learners of these ULNs and whoever is of their families, whom nobody else changes in the meantime.

    Who has to be locked is known only once that is read, and by then may have changed: then all is given up and begun
    again, since to lock one more behind the others would be out of order.
    """
    while True:
        family = _families(transaction, ulns)
        try:
            with transaction.savepoint():
                transaction.before_write()
                learners.lock(transaction, family.keys())
                held = _families(transaction, ulns)
                if not held.keys() <= family.keys():
                    raise _OthersJoined
                return held
        except _OthersJoined:
            continue


def _families(transaction: Transaction, ulns: tuple[str, ...]) -> dict[str, Learner]:
    """By ULN: those that are held of `ulns`, their masters, and whoever is linked to any of these."""
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


def _possible(outcome: Changed | Refusal) -> Changed:
    if isinstance(outcome, Refusal):
        raise NotPossible(refusal_sentence(outcome))
    return outcome


def _remember(work: UnitOfWork, held: Held, changed: Changed, action: Action) -> None:
    for learner in changed:
        change = Change(action, work.now, work.author, fields_changed(held[learner.uln], learner))
        history.add(work.transaction, learner.uln, change)
