"""Merge two learners: the operator's part in keeping one ULN a person."""

from __future__ import annotations

from lrs_soap.errors import NotPossible
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import merging
from lrs_soap.rules.values.change import Action
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.rules.values.sentences import refusal_sentence
from lrs_soap.store import families, history, learners


def merge_learners(work: UnitOfWork, master_uln: str, linked_uln: str) -> tuple[Learner, ...]:
    """Link a learner, and those that are linked to it, to a master; where that is linked, to its master instead.

    Returns the learners that are changed, as they are held now: the linked one, the master, those that were taken
    along. Each has it in its history; no VersionNumber changes. Raises NotPossible where either is unknown, deleted,
    or no ULN, where they are one, or the one to link is linked already.
    """
    held = families.lock(work.transaction, master_uln, linked_uln)
    changed = merging.merge(master_uln, linked_uln, held)
    if isinstance(changed, Refusal):
        raise NotPossible(refusal_sentence(changed))
    linked, master, *carried = changed
    learners.link(work.transaction, linked.uln, master.uln)
    for each in carried:
        learners.carry(work.transaction, each.uln, master.uln)
    history.add_changes(work.transaction, held, changed, action=Action.MERGED, moment=work.now, author=work.author)
    return changed
