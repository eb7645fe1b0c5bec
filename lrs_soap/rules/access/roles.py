"""Who may do what: which roles open which operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.organisation import Organisation, Role

ANY_ROLE = frozenset(Role)

ROLES_FOR: Mapping[str, frozenset[Role]] = {
    # LearnerService
    "learnerByULN": frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER}),
    "learnerByDemographics": frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER}),
    "registerSingleLearner": frozenset({Role.ONLINE_USER}),
    "updateSingleLearner": frozenset({Role.ONLINE_USER}),
    "submitBatchRegistration": frozenset({Role.BATCH_USER}),
    "getBatchRegistrationOutput": frozenset({Role.BATCH_USER}),
    "submitVerifyBatch": frozenset({Role.LEARNING_PROVIDER}),
    "getVerifyBatchOutput": frozenset({Role.LEARNING_PROVIDER}),
    "retrieveULNs": frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER}),
    "verifyLearner": frozenset({Role.LEARNING_PROVIDER}),
    # LearnerServiceR9
    "LearnerByUln": frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER}),
    "GetLearnerLearningEvents": frozenset({Role.LEARNER_RECORD}),
    "UpdateLearnerSubsetFields": frozenset({Role.ONLINE_USER}),
    "ViewAudit": frozenset({Role.LEARNER_RECORD}),
    "GetOrganisation": ANY_ROLE,
}
"""The roles of which an organisation needs one, by the operation's name on the wire."""


@dataclass(frozen=True, slots=True)
class Access:
    """Whether an organisation may, and why."""

    is_allowed: bool
    reason: Reason


def judge(organisation: Organisation, operation: str) -> Access:
    """Whether `organisation`, whose password was right, may call `operation`. An operation without roles: KeyError.

    | permissions | roles | |
    |---|---|---|
    | disabled by the operator | | refused |
    | | none that opens the operation | refused |
    | | one that does | allowed |
    """
    opened_by = ROLES_FOR[operation]
    if organisation.permissions_disabled:
        return Access(False, Reason("permissions", "disabled", sent=(operation,)))
    held = organisation.roles & opened_by
    outcome = "allowed" if held else "none that is needed"
    roles = tuple(sorted(role.value for role in held or organisation.roles))
    return Access(bool(held), Reason("role", outcome, sent=(operation,), held=roles))
