"""Update the few fields that learners may change themselves."""

from __future__ import annotations

from lrs_soap.operations.update import update
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.field_checks import check_fields
from lrs_soap.rules.learners.uln_lookup import invalid_uln
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.sent_learner import SentLearner


def update_subset(work: UnitOfWork, sent: SentLearner, *, uln: str, version: int) -> Decision:
    """Like `update`, but answer INVALID_ULN to a malformed ULN (docs/behaviour.md, The other operations of R9)."""
    check_fields(sent, today=work.today, prohibited=work.policy.prohibited)
    return invalid_uln(uln) or update(work, sent, uln=uln, version=version)
