"""LearnerByULN as a zeep client sees it: every response code and every fault of it."""

from __future__ import annotations

from typing import Any

import pytest
from zeep.exceptions import Fault

FOUND = {"ULN": "4170265830", "GivenName": "Grace", "FamilyName": "Okafor"}
FULL = {"ULN": "5629103473", "GivenName": "Rowan", "FamilyName": "Thackeray"}
MASTER = {"ULN": "9140837261", "GivenName": "Priya", "FamilyName": "Raman"}
LINKED = {"ULN": "2865174033", "GivenName": "Priya", "FamilyName": "Iyer"}
DELETED = {"ULN": "4739516283", "GivenName": "Tobias", "FamilyName": "Fenwick"}

VALIDATOR = "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()"


def find(client: Any, **fields: str | None) -> Any:
    return client.service.learnerByULN(**{"FindType": "FUL", **client.who(), **FOUND, **fields})


def fault_of(client: Any, **fields: str | None) -> dict[str, str]:
    with pytest.raises(Fault) as raised:
        find(client, **fields)
    assert raised.value.code == "soapenv:Server"
    assert raised.value.message == "uk.gov.miap.lrs.api.exceptions.MIAPAPIException"
    (exception,) = raised.value.detail
    return {child.tag: child.text or "" for child in exception}


def test_the_learner_and_its_names_are_found(learner_service: Any) -> None:
    answer = find(learner_service)
    assert answer.ResponseCode == "WSRC0004"
    assert (answer.ULN, answer.GivenName, answer.FamilyName) == ("4170265830", "Grace", "Okafor")
    (learner,) = answer.Learner
    assert (learner.DateOfBirth, learner.LastKnownPostCode) == ("2005-03-14", "LS1 4AP")
    assert learner.MasterSubstituted is None


def test_every_field_that_has_a_value_comes_back(learner_service: Any) -> None:
    (learner,) = find(learner_service, **FULL).Learner
    assert learner.PreviousFamilyName == "Whitlock"
    assert learner.OtherVerificationDescription == "Armed forces identity card"
    assert learner.VersionNumber == 4


@pytest.mark.parametrize(
    "asked",
    [{"GivenName": "Rowan", "FamilyName": "Thackeray"}, {"ULN": "4170265831"}, {"ULN": FULL["ULN"]}],
    ids=["another's names", "wrong check digit", "another's ULN"],
)
def test_neither_uln_nor_names_alone_open_anything(learner_service: Any, asked: dict[str, str]) -> None:
    answer = find(learner_service, **asked)
    assert answer.ResponseCode == "WSRC0001"
    assert answer.Learner == []


@pytest.mark.parametrize(
    "names",
    [{"FamilyName": "Okafer"}, {"FamilyName": "Grace", "GivenName": "Okafor"}],
    ids=["similar", "swapped"],
)
def test_similar_names_are_a_possible_match(learner_service: Any, names: dict[str, str]) -> None:
    answer = find(learner_service, **names)
    assert answer.ResponseCode == "WSRC0003"
    assert [learner.ULN for learner in answer.Learner] == ["4170265830"]


def test_similar_names_of_a_linked_learner_are_its_master(learner_service: Any) -> None:
    answer = find(learner_service, **{**LINKED, "GivenName": "Prija"})
    assert answer.ResponseCode == "WSRC0003"
    (master,) = answer.Learner
    assert (master.ULN, master.MasterSubstituted) == (MASTER["ULN"], "Y")


def test_a_linked_learner_is_answered_with_its_master(learner_service: Any) -> None:
    answer = find(learner_service, **LINKED)
    assert answer.ResponseCode == "WSRC0022"
    (master,) = answer.Learner
    assert (master.ULN, master.MasterSubstituted) == (MASTER["ULN"], "Y")
    assert LINKED["ULN"] in master.LinkedULNs.ULN


def test_a_master_is_found_as_itself_and_lists_its_linked_ulns(learner_service: Any) -> None:
    answer = find(learner_service, **MASTER)
    assert answer.ResponseCode == "WSRC0004"
    assert answer.Learner[0].MasterSubstituted is None
    assert len(answer.Learner[0].LinkedULNs.ULN) == 2


def test_a_deleted_learner_is_not_found(learner_service: Any) -> None:
    assert find(learner_service, **DELETED).ResponseCode == "WSRC0001"


def test_chk_tells_the_code_and_no_learner(learner_service: Any) -> None:
    answer = find(learner_service, FindType="CHK")
    assert answer.ResponseCode == "WSRC0004"
    assert answer.Learner == []


def test_what_the_schema_refuses_is_said_in_its_words(learner_service: Any) -> None:
    fault = fault_of(learner_service, ULN="417026583")
    assert fault["ErrorCode"] == "WSEC0001"
    assert fault["ErrorActor"] == VALIDATOR
    assert fault["FurtherDetails"] == (
        "cvc-pattern-valid: Value '417026583' is not facet-valid with respect to pattern '[1-9][0-9]{9}' "
        "for type 'MIAPULN'."
    )


def test_both_ports_publish_their_operations(learner_service: Any, r9: Any) -> None:
    def operations(client: Any) -> int:
        (binding,) = client.wsdl.bindings.values()
        return len(binding.all())

    assert (operations(learner_service), operations(r9)) == (10, 5)
