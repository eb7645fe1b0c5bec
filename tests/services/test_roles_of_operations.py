"""Which roles open which operation: the declarations against this table, and the table of behaviour.md against them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from lrs_soap.rules.access.roles import ANY_BUT_SUPER_USER
from lrs_soap.rules.values.organisation import Role
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9

BEHAVIOUR = Path(__file__).resolve().parents[2] / "docs" / "behaviour.md"

# What each role opens, besides GetOrganisation, which all of them open but LRB Super User.
OPENED: Mapping[Role, set[str]] = {
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
DECLARED = {each.name: each.roles for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in port.operations}


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_operations_and_get_organisation(role: Role) -> None:
    opened = OPENED[role] | ({"GetOrganisation"} if role in ANY_BUT_SUPER_USER else set())
    assert {name for name, roles in DECLARED.items() if role in roles} == opened


def test_the_document_has_the_roles_of_every_operation() -> None:
    rows = re.findall(r"^\| (.+?) \| (`.+`) \|$", BEHAVIOUR.read_text("utf-8"), re.MULTILINE)
    documented = {names: set(re.findall("`([A-Za-z]+)`", operations)) for names, operations in rows}

    assert documented["any of them"] == {name for name, roles in DECLARED.items() if roles == ANY_BUT_SUPER_USER}
    assert {role: documented.get(role.value, set()) for role in Role} == OPENED
