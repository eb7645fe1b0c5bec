"""Merge two learners, so that one ULN stands for the person."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import merging
from lrs_soap.rules.learners.merging import LearnersChanged, MergingRefused
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.store import families, history, learners


def merge_learners(work: UnitOfWork, master_uln: str, linked_uln: str) -> LearnersChanged:
    """Link a learner, and those that are linked to it, to a master; to the master's own master if it is linked.

    Returns the decision with the changed learners as they are held now: the linked one, the master, and those that were
    linked to the first. Their histories record it; VersionNumbers do not change. Raises MergingRefused if either ULN is
    malformed, unknown or a deleted learner's, if both are the same, or if the learner to link is already linked.
    """
    held = families.lock(work.transaction, master_uln, linked_uln)
    changed = merging.merge(master_uln, linked_uln, held)
    if isinstance(changed, Refusal):
        raise MergingRefused(changed)
    linked, master, *carried = changed.learners
    learners.link(work.transaction, linked.uln, master.uln)
    for each in carried:
        learners.carry(work.transaction, each.uln, master.uln)
    history.add_changes(
        work.transaction, held, changed.learners, action=changed.code, moment=work.now, author=work.author
    )
    return changed
