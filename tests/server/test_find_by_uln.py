"""LearnerByULN over the wire: the answers to the letter. Who is found is in rules/ and conformance/."""

from __future__ import annotations

import pytest

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post

OPENING = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<ns2:FindLearnerResponse xmlns:ns2="http://api.lrs.miap.gov.uk/findmsg">'
)
CLOSING = "</ns2:FindLearnerResponse></soapenv:Body></soapenv:Envelope>"

GRACE = (
    "<Learner><CreatedDate>2024-09-02</CreatedDate><LastUpdatedDate>2024-09-02</LastUpdatedDate><ULN>4170265830</ULN>"
    "<GivenName>Grace</GivenName><FamilyName>Okafor</FamilyName><LastKnownPostCode>LS1 4AP</LastKnownPostCode>"
    "<DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender><VerificationType>1</VerificationType>"
    "<TierLevel>0</TierLevel><AbilityToShare>1</AbilityToShare><LearnerStatus>1</LearnerStatus>"
    '<LinkedULNs xmlns="http://api.lrs.miap.gov.uk/learner"/><Notes/><VersionNumber>1</VersionNumber></Learner>'
)
ROWAN = (
    "<Learner><CreatedDate>2024-09-02</CreatedDate><LastUpdatedDate>2025-01-20</LastUpdatedDate><ULN>5629103473</ULN>"
    "<Title>Mr</Title><GivenName>Rowan</GivenName><MiddleOtherName>Idris</MiddleOtherName>"
    "<FamilyName>Thackeray</FamilyName><PreferredGivenName>Ro</PreferredGivenName>"
    "<PreviousFamilyName>Whitlock</PreviousFamilyName><FamilyNameAtAge16>Whitlock</FamilyNameAtAge16>"
    "<SchoolAtAge16>Millbrook Academy</SchoolAtAge16><LastKnownAddressLine1>7 Orchard Rise</LastKnownAddressLine1>"
    "<LastKnownAddressLine2>Harbourside</LastKnownAddressLine2><LastKnownAddressTown>Whitby</LastKnownAddressTown>"
    "<LastKnownAddressCountyOrCity>North Yorkshire</LastKnownAddressCountyOrCity>"
    "<LastKnownPostCode>YO21 3PR</LastKnownPostCode><DateOfAddressCapture>2024-08-19</DateOfAddressCapture>"
    "<DateOfBirth>2004-11-02</DateOfBirth><PlaceOfBirth>Durham</PlaceOfBirth><Gender>1</Gender>"
    "<EmailAddress>rowan.thackeray@example.org</EmailAddress><Nationality>GBR</Nationality>"
    "<ScottishCandidateNumber>041234567</ScottishCandidateNumber><VerificationType>999</VerificationType>"
    "<OtherVerificationDescription>Armed forces identity card</OtherVerificationDescription><TierLevel>1</TierLevel>"
    "<AbilityToShare>1</AbilityToShare><LearnerStatus>1</LearnerStatus>"
    '<LinkedULNs xmlns="http://api.lrs.miap.gov.uk/learner"/><Notes>Every field of this record is filled in.</Notes>'
    "<VersionNumber>4</VersionNumber></Learner>"
)
PRIYA_FOR_A_LINKED_ONE = (
    "<Learner><CreatedDate>2024-09-02</CreatedDate><LastUpdatedDate>2024-09-02</LastUpdatedDate><ULN>9140837261</ULN>"
    "<MasterSubstituted>Y</MasterSubstituted><GivenName>Priya</GivenName><FamilyName>Raman</FamilyName>"
    "<PreviousFamilyName>Iyer</PreviousFamilyName><LastKnownPostCode>LE2 7LB</LastKnownPostCode>"
    "<DateOfBirth>2002-02-28</DateOfBirth><Gender>2</Gender><VerificationType>2</VerificationType>"
    "<TierLevel>2</TierLevel><AbilityToShare>1</AbilityToShare><LearnerStatus>1</LearnerStatus>"
    '<LinkedULNs xmlns="http://api.lrs.miap.gov.uk/learner"><ULN xmlns="">2865174033</ULN>'
    '<ULN xmlns="">3496281501</ULN></LinkedULNs><Notes/><VersionNumber>1</VersionNumber></Learner>'
)


def find(server: RunningServer, uln: str, given_name: str, family_name: str, **more: str | None) -> Answer:
    call = find_by_uln(ULN=uln, GivenName=given_name, FamilyName=family_name, **more)
    return post(server.url, envelope(call))


def written(code: str, uln: str, given_name: str, family_name: str, learner: str = "") -> bytes:
    """The whole answer, byte for byte."""
    return (
        f"{OPENING}<ResponseCode>{code}</ResponseCode><ULN>{uln}</ULN><FamilyName>{family_name}</FamilyName>"
        f"<GivenName>{given_name}</GivenName>{learner}{CLOSING}"
    ).encode()


def test_an_answer_to_the_letter(server: RunningServer) -> None:
    answer = find(server, "4170265830", "Grace", "Okafor")

    assert answer.body == written("WSRC0004", "4170265830", "Grace", "Okafor", GRACE)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a_full_record_has_every_field_in_the_contract_s_order(server: RunningServer) -> None:
    answer = find(server, "5629103473", "Rowan", "Thackeray")

    assert answer.body == written("WSRC0004", "5629103473", "Rowan", "Thackeray", ROWAN)


def test_a_linked_learner_s_own_names_lead_to_its_master(server: RunningServer) -> None:
    answer = find(server, "2865174033", "Priya", "Iyer")

    assert answer.body == written("WSRC0022", "2865174033", "Priya", "Iyer", PRIYA_FOR_A_LINKED_ONE)


@pytest.mark.parametrize(
    ("uln", "given_name", "family_name", "code"),
    [
        ("4170265830", "Grace", "Okafor", "WSRC0004"),
        ("4170265830", "Grase", "Okafor", "WSRC0003"),
        ("2865174033", "Priya", "Iyer", "WSRC0022"),
        ("4739516283", "Tobias", "Fenwick", "WSRC0001"),
    ],
)
def test_chk_answers_without_the_learner(
    server: RunningServer, uln: str, given_name: str, family_name: str, code: str
) -> None:
    answer = find(server, uln, given_name, family_name, FindType="CHK")

    assert answer.body == written(code, uln, given_name, family_name)


@pytest.mark.parametrize(
    "family_name", ["  Okafor ", "OKAFOR", "Oka&amp;for &lt;b&gt;", "]]&gt;", "\u0085\u2028x", "😀", "ك"]
)
def test_what_was_searched_with_comes_back_as_it_was_sent(server: RunningServer, family_name: str) -> None:
    answer = find(server, "4170265830", "Grace", family_name)

    assert f"<FamilyName>{family_name}</FamilyName>".encode() in answer.body


def test_a_carriage_return_survives_the_way_back(server: RunningServer) -> None:
    answer = find(server, "4170265830", "Grace", "Oka&#13;for")

    assert b"<FamilyName>Oka&#13;for</FamilyName>" in answer.body


def test_there_is_no_white_space_between_elements(server: RunningServer) -> None:
    for answer in (
        find(server, "5629103473", "Rowan", "Thackeray"),
        find(server, "2865174033", "Priya", "Iyer"),
        find(server, "4170265830", "Grace", "Okafor", OrgPassword="x" * 16),
        post(server.url, "<html/>"),
    ):
        assert not any(node.tail for node in answer.root.iter())


def test_a_name_that_holds_prohibited_text_is_refused_whoever_has_the_uln(server: RunningServer) -> None:
    answer = find(server, "4170265830", "Grace", "Bogus")
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")
    assert answer.text("FurtherDetails") == "Value 'Bogus' of element 'FamilyName' contains prohibited text."
