"""Who may ask, as a zeep client sees it: the same for each operation. No answer here changes a learner, or is a job."""

from __future__ import annotations

from typing import Any

import pytest
from zeep.exceptions import Fault

ORGANISATIONS = "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validateOrganisation()"
GRACE, NAMES = "4170265830", {"GivenName": "Grace", "FamilyName": "Okafor"}
DETAILS = {**NAMES, "DateOfBirth": "2005-03-14", "Gender": "2", "LastKnownPostCode": "LS1 4AP"}
REGISTERED = {**DETAILS, "VerificationType": "1", "AbilityToShare": "1"}
TO_VERIFY = {"ULN": GRACE, **NAMES, "DateOfBirth": None, "Gender": None}

ASKED: dict[str, dict[str, Any]] = {
    "learnerByULN": {"FindType": "FUL", "ULN": GRACE, **NAMES},
    "learnerByDemographics": {"FindType": "FUL", **DETAILS},
    "registerSingleLearner": {"Learner": REGISTERED},
    "updateSingleLearner": {"Learner": {**REGISTERED, "ULN": GRACE, "VersionNumber": 1}},
    "verifyLearner": {"LearnerToVerify": TO_VERIFY},
    "retrieveULNs": {"ULNsToRetrieve": {"ULN": [GRACE]}},
    "submitBatchRegistration": {"JobType": "FUL", "LearnerRecordCount": 2, "Learner": [REGISTERED]},
    "getBatchRegistrationOutput": {"JobID": 0},
    "submitVerifyBatch": {"LearnerRecordCount": 2, "OrgEmail": None, "Learner": [TO_VERIFY]},
    "getVerifyBatchOutput": {"JobID": 0},
}
TO_VIEW = ("learnerByULN", "learnerByDemographics", "retrieveULNs")
VIEW_ONLY = {"UKPRN": "TEST0002", "OrgPassword": "ViewOnlyPass0002"}


def ask(client: Any, operation: str, **who: str | None) -> Any:
    return client.service[operation](**{**client.who(), **who, **ASKED[operation]})


def fault_of(client: Any, operation: str, **who: str | None) -> dict[str, str]:
    with pytest.raises(Fault) as raised:
        ask(client, operation, **who)
    assert raised.value.code == "soapenv:Server"
    assert raised.value.message == "uk.gov.miap.lrs.api.exceptions.MIAPAPIException"
    (exception,) = raised.value.detail
    return {child.tag: child.text or "" for child in exception}


@pytest.mark.parametrize("operation", ASKED)
@pytest.mark.parametrize("code", [{"UKPRN": None, "OrganisationRef": "TST001"}, {"OrganisationRef": "TST001"}])
def test_an_organisation_is_named_by_either_code_or_by_both(
    learner_service: Any, operation: str, code: dict[str, str | None]
) -> None:
    assert ask(learner_service, operation, **code) == ask(learner_service, operation)


@pytest.mark.parametrize("operation", ASKED)
def test_an_organisation_has_to_be_named(learner_service: Any, operation: str) -> None:
    fault = fault_of(learner_service, operation, UKPRN=None)
    assert fault["ErrorCode"] == "WSEC0001"
    assert fault["FurtherDetails"] == "Either UKPRN or OrganisationRef must be supplied."


@pytest.mark.parametrize("operation", ASKED)
@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"UKPRN": "NOBODY99"}, "WSEC0003"),
        ({"OrganisationRef": "NOBODY"}, "WSEC0003"),
        ({"UKPRN": "TEST0003", "OrgPassword": "SuspendedPass003"}, "WSEC0003"),
        ({"OrgPassword": "NotThePassword16"}, "WSEC0005"),
    ],
    ids=["UKPRN", "OrganisationRef", "suspended", "password"],
)
def test_who_is_not_known_is_refused(learner_service: Any, operation: str, who: dict[str, str], code: str) -> None:
    fault = fault_of(learner_service, operation, **who)
    assert (fault["ErrorCode"], fault["ErrorActor"], fault["FurtherDetails"]) == (code, ORGANISATIONS, "")


@pytest.mark.parametrize("operation", [name for name in ASKED if name not in TO_VIEW])
def test_who_may_only_view_does_nothing_else(learner_service: Any, operation: str) -> None:
    fault = fault_of(learner_service, operation, **VIEW_ONLY)
    assert (fault["ErrorCode"], fault["ErrorActor"], fault["FurtherDetails"]) == ("WSEC0006", ORGANISATIONS, "")


@pytest.mark.parametrize("operation", TO_VIEW)
def test_who_may_view_does(learner_service: Any, operation: str) -> None:
    assert ask(learner_service, operation, **VIEW_ONLY) == ask(learner_service, operation)
