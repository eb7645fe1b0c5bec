"""VerifyLearner over the wire: the answers to the letter, and what is refused in which words."""

from __future__ import annotations

import pytest

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, post, verify

SEARCHED = (
    "<SearchedULN>{}</SearchedULN><SearchedFamilyName>{}</SearchedFamilyName><SearchedGivenName>{}</SearchedGivenName>"
)
ROWAN = "5629103473"


def ask(server: RunningServer, **fields: str | None) -> Answer:
    return post(server.url, envelope(verify(**fields)))


def written(searched: str, code: str, rest: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        '<ns2:VerifyLearnerResponse xmlns:ns2="http://api.lrs.miap.gov.uk/reportmsg"><VerifiedLearner>'
        f"{searched}<ResponseCode>{code}</ResponseCode>{rest}"
        "</VerifiedLearner></ns2:VerifyLearnerResponse></soapenv:Body></soapenv:Envelope>"
    ).encode()


def test_a_match_to_the_letter(server: RunningServer) -> None:
    answer = ask(server, FamilyName=" OKAFOR", GivenName="grace", DateOfBirth="2005-03-14", Gender="9")
    searched = SEARCHED.format("4170265830", " OKAFOR", "grace")
    assert answer.body == written(
        f"{searched}<SearchedDateOfBirth>2005-03-14</SearchedDateOfBirth><SearchedGender>9</SearchedGender>",
        "WSVRC001",
        "<ULN>4170265830</ULN><FamilyName>Okafor</FamilyName><GivenName>Grace</GivenName>"
        "<DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender>",
    )


def test_a_similar_match_to_the_letter(server: RunningServer) -> None:
    assert ask(server, FamilyName="Okafer").body == written(
        SEARCHED.format("4170265830", "Okafer", "Grace"),
        "WSVRC003",
        "<ULN>4170265830</ULN><FamilyName>Okafor</FamilyName><GivenName>Grace</GivenName>"
        "<DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender><FailureFlag>VRF4</FailureFlag>"
        "<FailureFlag>VRF5</FailureFlag>",
    )


def test_who_does_not_match_is_told_nothing_of_the_record(server: RunningServer) -> None:
    answer = ask(server, FamilyName="Quist", GivenName="Olaf", ULN=ROWAN, DateOfBirth="1990-01-01", Gender="2")
    flags = "".join(f"<FailureFlag>VRF{number}</FailureFlag>" for number in range(1, 9))
    assert answer.body == written(
        f"{SEARCHED.format(ROWAN, 'Quist', 'Olaf')}<SearchedDateOfBirth>1990-01-01</SearchedDateOfBirth>"
        "<SearchedGender>2</SearchedGender>",
        "WSVRC005",
        flags,
    )


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({"DateOfBirth": "2005-02-29"}, "cvc-pattern-valid: Value '2005-02-29' is not facet-valid"),
        ({"DateOfBirth": "1900-02-29"}, "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."),
        ({"DateOfBirth": "2099-01-01"}, "Value '2099-01-01' of element 'DateOfBirth' is in the future."),
        ({"Gender": "3"}, "cvc-pattern-valid: Value '3' is not facet-valid"),
        ({"GivenName": "Dummy"}, "Value 'Dummy' of element 'GivenName' contains prohibited text."),
        ({"ULN": "417026583"}, "cvc-pattern-valid: Value '417026583' is not facet-valid"),
        ({"FamilyName": None}, "cvc-complex-type.2.4.a: Invalid content was found"),
    ],
)
def test_what_is_refused_is_told(server: RunningServer, fields: dict[str, str | None], details: str) -> None:
    answer = ask(server, **fields)
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")
    assert (answer.text("FurtherDetails") or "").startswith(details)
