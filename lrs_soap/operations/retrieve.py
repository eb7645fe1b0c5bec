"""Retrieve the learners with these ULNs."""

from __future__ import annotations

from collections.abc import Sequence

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import retrieval
from lrs_soap.rules.values.decision import Decision
from lrs_soap.store import learners


def retrieve(work: UnitOfWork, ulns: Sequence[str]) -> tuple[Decision, ...]:
    """The decision about each of `ulns`, in their order.

    Each is NO_MATCH, EXACT_MATCH with the learner, or MASTER_SUBSTITUTED with the master (docs/behaviour.md, Retrieve).
    """
    answers = {
        uln: retrieval.retrieve(uln, *learners.with_master(work.transaction, uln)) for uln in dict.fromkeys(ulns)
    }
    return tuple(answers[uln] for uln in ulns)
