"""LearnerByULN over the wire: who is found, and the answer to the letter."""

from __future__ import annotations

import pytest

from tests.kit.running_server import ORGANISATION_REF, RunningServer
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
    "<AbilityToShare>1</AbilityToShare><LearnerStatus>1</LearnerStatus>"
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
    "<AbilityToShare>1</AbilityToShare><LearnerStatus>1</LearnerStatus>"
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


def test_names_similar_to_a_linked_learner_s_are_a_possible_match_of_its_master(server: RunningServer) -> None:
    answer = find(server, "3496281501", "Pria", "Ramon")

    assert answer.body == written("WSRC0003", "3496281501", "Pria", "Ramon", PRIYA_FOR_A_LINKED_ONE)


def test_a_master_lists_its_linked_ulns_and_substitutes_nobody(server: RunningServer) -> None:
    answer = find(server, "9140837261", "Priya", "Raman")

    assert answer.text("ResponseCode") == "WSRC0004"
    assert answer.text("MasterSubstituted") is None
    assert b'<ULN xmlns="">2865174033</ULN><ULN xmlns="">3496281501</ULN></LinkedULNs>' in answer.body


@pytest.mark.parametrize(
    ("uln", "given_name", "family_name", "code", "found"),
    [
        ("4170265830", "grace", "OKAFOR", "WSRC0004", "4170265830"),
        ("6382750203", "Zoe Marie", "Nunez-O'Hara", "WSRC0004", "6382750203"),
        ("6382750203", "Zoë-Marie", "Núñez-O’Hara", "WSRC0004", "6382750203"),
        ("7053182648", "Callum", "McPherson", "WSRC0004", "7053182648"),
        ("8294601755", "Peggy", "Hartley", "WSRC0004", "8294601755"),
        ("8294601755", "Margaret", "Lloyd", "WSRC0004", "8294601755"),
        ("7528960313", "Hester", "Quayle", "WSRC0004", "7528960313"),
        ("4170265830", "Grase", "Okafor", "WSRC0003", "4170265830"),
        ("4170265830", "Okafor", "Grace", "WSRC0003", "4170265830"),
        ("4170265830", "Grace", "Smith", "WSRC0001", None),
        ("9140837261", "Somebody", "Else", "WSRC0001", None),
        # A linked one's own names count, not its master's.
        ("3496281501", "Somebody", "Else", "WSRC0001", None),
        ("4739516283", "Tobias", "Fenwick", "WSRC0001", None),
        ("4170265831", "Grace", "Okafor", "WSRC0001", None),
        ("9999999999", "Grace", "Okafor", "WSRC0001", None),
    ],
    ids=[
        "another case",
        "without accents",
        "as held",
        "Mac and Mc",
        "a preferred name",
        "a previous family name",
        "a closed record",
        "a similar name",
        "swapped names",
        "another family name",
        "nobody's names",
        "nobody's names on a linked ULN",
        "a deleted learner",
        "a wrong check digit",
        "the ULN that stands for none",
    ],
)
@pytest.mark.parametrize("find_type", ["FUL", "CHK"])
def test_who_is_found(
    server: RunningServer, find_type: str, uln: str, given_name: str, family_name: str, code: str, found: str | None
) -> None:
    answer = find(server, uln, given_name, family_name, FindType=find_type)

    assert answer.status == 200
    assert answer.text("ResponseCode") == code
    # The echo, and for a full find the learner.
    expected = [uln, found] if found is not None and find_type == "FUL" else [uln]
    assert answer.texts("ULN") == expected
    assert answer.texts("Learner") == [""] * (len(expected) - 1)


def test_an_unknown_uln_with_a_right_check_digit_is_no_match(server: RunningServer) -> None:
    assert find(server, "1000000000", "Grace", "Okafor").text("ResponseCode") == "WSRC0001"


@pytest.mark.parametrize(
    "family_name", ["  Okafor ", "OKAFOR", "Oka&amp;for &lt;b&gt;", "]]&gt;", "\u0085\u2028x", "😀", "ك"]
)
def test_what_was_searched_with_comes_back_as_it_was_sent(server: RunningServer, family_name: str) -> None:
    answer = find(server, "4170265830", "Grace", family_name)

    assert f"<FamilyName>{family_name}</FamilyName>".encode() in answer.body


def test_a_carriage_return_survives_the_way_back(server: RunningServer) -> None:
    answer = find(server, "4170265830", "Grace", "Oka&#13;for")

    assert b"<FamilyName>Oka&#13;for</FamilyName>" in answer.body


@pytest.mark.parametrize(
    ("uln", "given_name", "family_name", "post_code"),
    [
        ("8031459273", "Samuel", "Adeyemi", "BFPO 12"),
        ("7528960313", "Hester", "Quayle", "ZZ99 9ZZ"),
        ("8294601755", "Margaret", "Hartley", "CF10 2HQ"),
    ],
)
def test_a_post_code_has_one_space(
    server: RunningServer, uln: str, given_name: str, family_name: str, post_code: str
) -> None:
    assert find(server, uln, given_name, family_name).text("LastKnownPostCode") == post_code


@pytest.mark.parametrize(
    "codes",
    [
        {"UKPRN": None, "OrganisationRef": ORGANISATION_REF},
        {"OrganisationRef": ORGANISATION_REF},
        {"UKPRN": "test0001"},
    ],
    ids=["by OrganisationRef", "by both", "in small letters"],
)
def test_an_organisation_may_be_named_in_either_way(server: RunningServer, codes: dict[str, str | None]) -> None:
    assert find(server, "4170265830", "Grace", "Okafor", **codes).text("ResponseCode") == "WSRC0004"


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
