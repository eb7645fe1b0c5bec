"""Undo a merge."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import merging
from lrs_soap.rules.learners.merging import LearnersChanged, MergingRefused
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.store import families, history, learners


def unmerge_learner(work: UnitOfWork, linked_uln: str) -> LearnersChanged:
    """Unlink a learner, and link the learners to it again that were linked to it before the merge.

    Returns the decision with the changed learners as they are held now: the unlinked one, its former master, and those
    that are linked to it again. Raises MergingRefused if the ULN is malformed, unknown or a deleted learner's, or if
    the learner is not linked.
    """
    held = families.lock(work.transaction, linked_uln)
    master_uln = held[linked_uln].master_uln if linked_uln in held else None
    merged_into = learners.merged_into(work.transaction, master_uln) if master_uln is not None else {}
    changed = merging.unmerge(linked_uln, held, merged_into)
    if isinstance(changed, Refusal):
        raise MergingRefused(changed)
    linked, _, *returned = changed.learners
    learners.link(work.transaction, linked.uln, None)
    for each in returned:
        learners.carry(work.transaction, each.uln, linked.uln)
    history.add_changes(
        work.transaction, held, changed.learners, action=changed.code, moment=work.now, author=work.author
    )
    return changed
