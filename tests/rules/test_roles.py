from __future__ import annotations

import pytest

from lrs_soap.rules.access.roles import ROLES_FOR, judge
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9

OPERATIONS = tuple(each.name for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in port.operations)

# The same table the other way round: what each role opens, beside GetOrganisation.
OPENED = {
    Role.BATCH_USER: {"submitBatchRegistration", "getBatchRegistrationOutput"},
    Role.ONLINE_USER: {
        "learnerByULN",
        "learnerByDemographics",
        "registerSingleLearner",
        "updateSingleLearner",
        "retrieveULNs",
        "LearnerByUln",
        "UpdateLearnerSubsetFields",
    },
    Role.VIEW_ONLY_USER: {"learnerByULN", "learnerByDemographics", "retrieveULNs", "LearnerByUln"},
    Role.LEARNER_RECORD: {"GetLearnerLearningEvents", "ViewAudit"},
    Role.LEARNING_PROVIDER: {"verifyLearner", "submitVerifyBatch", "getVerifyBatchOutput"},
    Role.SUPER_USER: set(),
}


def college(*roles: Role, permissions_disabled: bool = False) -> Organisation:
    return Organisation(
        "10001234", "ABC123", "A College", roles=frozenset(roles), permissions_disabled=permissions_disabled
    )


def test_every_operation_of_both_ports_is_in_the_table() -> None:
    assert tuple(ROLES_FOR) == OPERATIONS


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_role_opens_its_operations_and_no_others(operation: str, role: Role) -> None:
    access = judge(college(role), operation)
    assert access.is_allowed is (operation in OPENED[role] or operation == "GetOrganisation")
    assert access.reason.sent == (operation,)
    assert access.reason.held == (role.value,)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_all_roles_open_everything_and_none_nothing(operation: str) -> None:
    assert judge(college(*Role), operation).is_allowed
    refused = judge(college(), operation)
    assert (refused.is_allowed, refused.reason.outcome) == (False, "none that is needed")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_disabled_permissions_close_everything_whatever_the_roles(operation: str) -> None:
    refused = judge(college(*Role, permissions_disabled=True), operation)
    assert not refused.is_allowed
    assert (refused.reason.rule, refused.reason.outcome) == ("permissions", "disabled")


def test_an_operation_that_is_not_in_the_table_is_a_mistake_and_no_right() -> None:
    with pytest.raises(KeyError):
        judge(college(*Role), "mergeLearners")
