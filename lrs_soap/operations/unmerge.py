"""Undo a merge."""

from __future__ import annotations

from lrs_soap.errors import NotPossible
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import merging
from lrs_soap.rules.values.change import Action
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.rules.values.sentences import refusal_sentence
from lrs_soap.store import families, history, learners


def unmerge_learner(work: UnitOfWork, linked_uln: str) -> tuple[Learner, ...]:
    """Unlink a learner, and link the learners to it again that were linked to it before the merge.

    Returns the changed learners as they are held now: the unlinked one, its former master, and those that are linked to
    it again. Raises NotPossible if the ULN is malformed, unknown or a deleted learner's, or the learner is not linked.
    """
    held = families.lock(work.transaction, linked_uln)
    master_uln = held[linked_uln].master_uln if linked_uln in held else None
    merged_into = learners.merged_into(work.transaction, master_uln) if master_uln is not None else {}
    changed = merging.unmerge(linked_uln, held, merged_into)
    if isinstance(changed, Refusal):
        raise NotPossible(refusal_sentence(changed))
    linked, _, *returned = changed
    learners.link(work.transaction, linked.uln, None)
    for each in returned:
        learners.carry(work.transaction, each.uln, linked.uln)
    history.add_changes(work.transaction, held, changed, action=Action.UNMERGED, moment=work.now, author=work.author)
    return changed
