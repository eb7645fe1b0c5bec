"""Find a learner by ULN and names."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import find_by_uln as rule
from lrs_soap.rules.learners.field_checks import check_names
from lrs_soap.rules.learners.uln_lookup import invalid_uln
from lrs_soap.rules.names.matching import NamesAsked
from lrs_soap.rules.values.decision import Decision
from lrs_soap.store import learners


def find_by_uln(work: UnitOfWork, *, uln: str, given_name: str, family_name: str) -> Decision:
    """Find the learner with this ULN, if the names are that learner's. The values are as they were sent.

    Answers EXACT_MATCH or POSSIBLE_MATCHES with the learner. If it is linked, answers MASTER_SUBSTITUTED or
    POSSIBLE_MATCHES with its master. Otherwise answers NO_MATCH. Raises FieldsRefused.
    """
    asked = _checked(work, given_name, family_name)
    return rule.find_by_uln(asked, uln, *learners.with_master(work.transaction, uln))


def find_by_valid_uln(work: UnitOfWork, *, uln: str, given_name: str, family_name: str) -> Decision:
    """Like `find_by_uln`, but answer INVALID_ULN to a malformed ULN (docs/behaviour.md, The other operations of R9)."""
    asked = _checked(work, given_name, family_name)
    return invalid_uln(uln) or rule.find_by_uln(asked, uln, *learners.with_master(work.transaction, uln))


def _checked(work: UnitOfWork, given_name: str, family_name: str) -> NamesAsked:
    check_names((("GivenName", given_name), ("FamilyName", family_name)), prohibited=work.policy.prohibited)
    return NamesAsked(given_name, family_name)
