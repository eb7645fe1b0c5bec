"""Delete a learner."""

from __future__ import annotations

from lrs_soap.errors import NotPossible
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import merging
from lrs_soap.rules.values.change import Action
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.rules.values.sentences import refusal_sentence
from lrs_soap.store import families, history, learners


def delete_learner(work: UnitOfWork, uln: str) -> Learner:
    """Delete a learner, linked or not. Nobody finds it again, and its ULN is never issued again.

    Returns it as it is held now. Raises NotPossible if the ULN is malformed or unknown, or if the learner is already
    deleted or a master.
    """
    held = families.lock(work.transaction, uln)
    changed = merging.delete(uln, held, now=work.now)
    if isinstance(changed, Refusal):
        raise NotPossible(refusal_sentence(changed))
    (deleted,) = changed
    # It is locked, so it is still held as it was read.
    learners.update(work.transaction, held[uln], deleted)
    history.add_changes(work.transaction, held, changed, action=Action.DELETED, moment=work.now, author=work.author)
    return deleted
