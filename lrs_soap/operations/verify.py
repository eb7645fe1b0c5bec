"""Verify that a ULN and a person's details belong together."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import verification
from lrs_soap.rules.learners.field_checks import check_asked
from lrs_soap.rules.learners.verification import ToVerify, Verification
from lrs_soap.store import learners


def verify(work: UnitOfWork, asked: ToVerify, *, uln: str) -> Verification:
    """Verify that these details belong to the learner with this ULN, linked or not (docs/behaviour.md, Verify).

    Raises FieldsRefused.
    """
    check_asked(
        (("GivenName", asked.given_name), ("FamilyName", asked.family_name)),
        asked.date_of_birth,
        asked.gender,
        None,
        today=work.today,
        prohibited=work.policy.prohibited,
    )
    return verification.verify(asked, uln, learners.by_uln(work.transaction, uln))
