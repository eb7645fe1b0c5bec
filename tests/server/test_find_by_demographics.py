"""LearnerByDemographics over the wire: the answers to the letter. Who is found is in rules/ and operations/."""

from __future__ import annotations

import pytest

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, find_by_demographics, post

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

DANIEL = {"GivenName": "Daniel", "FamilyName": "Ashworth", "DateOfBirth": "2001-01-01", "Gender": "1"}


def find(server: RunningServer, **fields: str | None) -> Answer:
    return post(server.url, envelope(find_by_demographics(**fields)))


def refusal(answer: Answer) -> tuple[str | None, str | None]:
    assert answer.status == 500
    return answer.text("ErrorCode"), answer.text("FurtherDetails")


def test_an_exact_match_to_the_letter(server: RunningServer) -> None:
    answer = find(server, FamilyName="OKAFOR", LastKnownPostCode="ls14ap")

    echo = (
        "<FamilyName>OKAFOR</FamilyName><GivenName>Grace</GivenName><DateOfBirth>2005-03-14</DateOfBirth>"
        "<Gender>2</Gender><LastKnownPostCode>ls14ap</LastKnownPostCode>"
    )
    assert answer.body == f"{OPENING}<ResponseCode>WSRC0004</ResponseCode>{echo}{GRACE}{CLOSING}".encode()
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


def test_what_was_searched_with_comes_back_as_it_was_sent_in_the_contract_s_order(server: RunningServer) -> None:
    sent = {
        "FamilyName": " Sáng &amp; Söhne ",
        "GivenName": "😀",
        "DateOfBirth": "1970-01-01",
        "Gender": "9",
        "LastKnownPostCode": "bfpo 12  ",
        "PreviousFamilyName": "  ",
        "SchoolAtAge16": "A School",
        "PlaceOfBirth": "&lt;York&gt;",
        "EmailAddress": "someone@example.org",
    }
    answer = find(server, **sent)

    echo = "".join(f"<{name}>{value}</{name}>" for name, value in sent.items())
    assert answer.body == f"{OPENING}<ResponseCode>WSRC0001</ResponseCode>{echo}{CLOSING}".encode()


def test_an_optional_field_without_a_value_is_not_echoed(server: RunningServer) -> None:
    body = find_by_demographics(PreviousFamilyName="", SchoolAtAge16="", EmailAddress="")
    body = body.replace("<EmailAddress>", '<PlaceOfBirth xsi:nil="true"/><EmailAddress>')
    answer = post(server.url, envelope(body))

    assert answer.text("ResponseCode") == "WSRC0004"
    for name in ("PreviousFamilyName", "SchoolAtAge16", "PlaceOfBirth", "EmailAddress"):
        assert answer.texts(name) == []


def test_the_best_comes_first(server: RunningServer) -> None:
    # Another gender than theirs, so that nobody is exact, and the postcode of one of them.
    answer = find(server, **{**DANIEL, "Gender": "9"}, LastKnownPostCode="HU3 2PW")

    assert answer.texts("LastKnownPostCode")[:2] == ["HU3 2PW", "HU3 2PW"]
    others = answer.texts("ULN")[1:]
    assert len(others) == 9
    assert others == sorted(others)


@pytest.mark.parametrize(
    "fields",
    [
        {"GivenName": "-"},
        {"GivenName": "...", "FamilyName": "'", "LastKnownPostCode": "CV1 2WT"},
        {"GivenName": "G", "FamilyName": "O", "LastKnownPostCode": "CV1 2WT"},
        {"GivenName": "G" * 35, "FamilyName": "O" * 35, "LastKnownPostCode": "CV1 2WT"},
        {"GivenName": "Ἑλένη", "FamilyName": "Παπαδοπούλου", "LastKnownPostCode": "CV1 2WT"},
        {"GivenName": "\ufdfa" * 35, "LastKnownPostCode": "CV1 2WT"},
    ],
)
def test_names_of_every_kind_are_answered(server: RunningServer, fields: dict[str, str | None]) -> None:
    answer = find(server, **fields)

    # A given name without letters leaves the family name, the date and the postcode.
    assert answer.text("ResponseCode") == ("WSRC0003" if fields == {"GivenName": "-"} else "WSRC0001")
    assert answer.text("GivenName") == fields["GivenName"]


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({"DateOfBirth": "1900-02-29"}, "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."),
        ({"DateOfBirth": "2099-12-31"}, "Value '2099-12-31' of element 'DateOfBirth' is in the future."),
        ({"GivenName": "Anna-Qwerty"}, "Value 'Anna-Qwerty' of element 'GivenName' contains prohibited text."),
        ({"FamilyName": "BOGUS"}, "Value 'BOGUS' of element 'FamilyName' contains prohibited text."),
        ({"PreviousFamilyName": "dummy"}, "Value 'dummy' of element 'PreviousFamilyName' contains prohibited text."),
        ({"SchoolAtAge16": "HMP School"}, "Value 'HMP School' of element 'SchoolAtAge16' contains prohibited text."),
        (
            {"LastKnownPostCode": "sw18 3hu"},
            "Value 'sw18 3hu' of element 'LastKnownPostCode' contains prohibited text.",
        ),
    ],
)
def test_the_field_rules_come_before_the_search(server: RunningServer, fields: dict[str, str], details: str) -> None:
    assert refusal(find(server, **fields)) == ("WSEC0001", details)
    # And after who asks.
    assert refusal(find(server, **fields, OrgPassword="x" * 16)) == ("WSEC0005", "")


def test_age_is_no_matter_of_a_find(server: RunningServer) -> None:
    assert find(server, DateOfBirth="1890-03-14", LastKnownPostCode="CV1 2WT").text("ResponseCode") == "WSRC0001"


def test_the_log_says_which_rules_the_candidates_fit(server: RunningServer) -> None:
    find(server, FamilyName="Okafir", LastKnownPostCode="CV1 2WU")

    assert '"P1: given EQUAL, family SIMILAR, date EQUAL, gender"' in server.logged_until(
        "family SIMILAR, date EQUAL, ge"
    )
