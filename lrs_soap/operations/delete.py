"""Delete a learner."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import merging
from lrs_soap.rules.learners.merging import LearnersChanged, MergingRefused
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.store import families, history, learners


def delete_learner(work: UnitOfWork, uln: str) -> LearnersChanged:
    """Delete a learner, linked or not. Nobody finds it again, and its ULN is never issued again.

    Returns the decision with the learner as it is held now. Raises MergingRefused if the ULN is malformed or unknown,
    or if the learner is already deleted or a master.
    """
    held = families.lock(work.transaction, uln)
    changed = merging.delete(uln, held, now=work.now)
    if isinstance(changed, Refusal):
        raise MergingRefused(changed)
    (deleted,) = changed.learners
    # It is locked, so it is still held as it was read.
    learners.update(work.transaction, held[uln], deleted)
    history.add_changes(
        work.transaction, held, changed.learners, action=changed.code, moment=work.now, author=work.author
    )
    return changed
