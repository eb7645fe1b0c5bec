"""LearnerByUln of R9 over the wire: the answers to the letter."""

from __future__ import annotations

import pytest

from tests.kit.r9_messages import NIL, ask
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer

NAME = "LearnerByUln"

ROWAN = """
AbilityToShare 1
AtsLearnerPreference nil
BirthDateVerification 0
CountryOfAddress nil
CountryOfBirth nil
CountryOfDomicle nil
CountryOfLastKnownAddress nil
CreatedDate 2024-09-02T00:00:00
CreatedViaChannel 0
DateOfAddressCapture 2024-08-19T00:00:00
DateOfBirth 2004-11-02T00:00:00
DateOfDeath nil
DeathDateVerification 0
Deceased 0
DeceasedDate nil
DisabilityCode 0
EmailAddress rowan.thackeray@example.org
EthnicityCode nil
EthnicityVerification 0
EtlLoadId nil
FamilyName Thackeray
FamilyNameAt16 Whitlock
FamilyNameFirst nil
FirstEstablismentId 0
Gender 1
GivenName Rowan
InReceiptOfDsa 0
Initials nil
LastCompiledLearnerPlanReport nil
LastCompiledLearnerRecordReport nil
LastKnownAddressChanged false
LastKnownAddressCountyOrCity North Yorkshire
LastKnownAddressLine1 7 Orchard Rise
LastKnownAddressLine2 Harbourside
LastKnownAddressQualififer 0
LastKnownAddressTown Whitby
LastKnownGender 0
LastKnownPostCode YO21 3PR
LastUpdatedAction nil
LastUpdatedDate 2025-01-20T00:00:00
LastUpdatedLrbUsername nil
LastUpdatedLrsUsername nil
LastUpdatedSearchKey nil
LastUpdatedViaChannel 0
LearningDifficultyCode 0
LinkedUlns
ManualUpdate false
MaritalStatus 0
MaritalStatusVerification 0
MasterUln nil
MiddleOtherName Idris
NameSuffix nil
NationalInsuranceNumber nil
Nationality GBR
NextDataChallengeNo nil
NormalisedFamilyName nil
NormalisedGivenName nil
NormalisedOtherNames nil
NormalisedPerferredGivenName nil
NormalisedPreviousFamilyName nil
Notes Every field of this record is filled in.
OtherVerificationDescription Armed forces identity card
PlaceOfBirth Durham
PotentialDuplicateSearchKey nil
PreferredFamilyFirstNameFirst nil
PreferredFamilyName nil
PreferredGivenName Ro
PreviousFamilyName Whitlock
ReasonForDeletion nil
RecordStatus 1
ReferenceNumber nil
RegisteredByOrganisationRef nil
RestrictedUse nil
SchoolAtAge16 Millbrook Academy
ScottishCandidateNumber 041234567
SecretQuestionId nil
SecurityAnswer nil
SenType 0
SequentialVersionNumber 0
TelephoneNumber 01632 960417
TierLevel 1
Title Mr
Uln 5629103473
UniqueCandidateIdentifier 512340240017K
UniquePupilNumber nil
VerificationType 999
VersionNumber 4
"""
"""Every field of the learner in the contract's order, of a record that has all that can be held."""


def written(learner: str) -> str:
    """The learner's fields as WCF writes them."""
    fields = [line.partition(" ")[::2] for line in learner.split("\n") if line]
    arrays = ' xmlns:c="http://schemas.microsoft.com/2003/10/Serialization/Arrays"'
    return "".join(
        f'<b:{name} i:nil="true"/>'
        if value == "nil"
        else f"<b:{name}>{value}</b:{name}>"
        if value
        else f"<b:{name}{arrays}/>"
        for name, value in fields
    )


def answer_to(code: str, uln: str, given_name: str, family_name: str, learner: str = "") -> bytes:
    """The whole answer, byte for byte."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<LearnerByUlnResponse xmlns="http://tempuri.org/"><LearnerByUlnResult '
        'xmlns:a="http://api.lrs.qcf.gov.uk/model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f"<a:ResponseCode>{code}</a:ResponseCode><a:FamilyName>{family_name}</a:FamilyName>"
        f"<a:GivenName>{given_name}</a:GivenName>{learner}<a:Uln>{uln}</a:Uln>"
        "</LearnerByUlnResult></LearnerByUlnResponse></s:Body></s:Envelope>"
    ).encode()


def find(server: RunningServer, uln: str, given_name: str, family_name: str, **more: str | None) -> Answer:
    return ask(server.url, NAME, uln=uln, givenName=given_name, familyName=family_name, **more)


def test_an_answer_to_the_letter(server: RunningServer) -> None:
    answer = find(server, "5629103473", "rowan", "THACKERAY")
    learner = (
        f'<a:Learner xmlns:b="http://schemas.datacontract.org/2004/07/Amor.Qcf.MIAPModel">{written(ROWAN)}</a:Learner>'
    )
    assert answer.body == answer_to("WSRC0004", "5629103473", "rowan", "THACKERAY", learner)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


def test_chk_answers_without_the_learner(server: RunningServer) -> None:
    answer = find(server, "5629103473", "Rowan", "Thackeray", findType="CHK")
    assert answer.body == answer_to("WSRC0004", "5629103473", "Rowan", "Thackeray")


def test_a_linked_learner_s_master_lists_those_that_are_linked(server: RunningServer) -> None:
    answer = find(server, "2865174033", "Priya", "Iyer")
    assert answer.text("ResponseCode") == "WSRC0022"
    # The master's, then the echo of what was asked.
    assert answer.texts("Uln") == ["9140837261", "2865174033"]
    assert (
        b'<b:LinkedUlns xmlns:c="http://schemas.microsoft.com/2003/10/Serialization/Arrays">'
        b"<c:string>2865174033</c:string><c:string>3496281501</c:string></b:LinkedUlns>"
    ) in answer.body


@pytest.mark.parametrize(
    ("uln", "echo"), [("", b"<a:Uln/>"), (NIL, b'<a:Uln i:nil="true"/>'), (None, b'<a:Uln i:nil="true"/>')]
)
def test_no_uln_is_an_invalid_one(server: RunningServer, uln: str | None, echo: bytes) -> None:
    answer = ask(server.url, NAME, uln=uln)
    assert answer.text("ResponseCode") == "WSEC0136"
    assert echo in answer.body


@pytest.mark.parametrize("uln", ["4170265830", "4170265831"])
def test_a_name_that_holds_prohibited_text_is_refused_whatever_the_uln(server: RunningServer, uln: str) -> None:
    for names in (("Grace", "Bogus"), ("Bogus", "Okafor")):
        answer = find(server, uln, *names)
        assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")


@pytest.mark.parametrize("family_name", ["  Okafor ", "Oka&amp;for &lt;b&gt;", "\u0085\u2028x", "😀"])
def test_what_was_asked_with_comes_back_as_it_was_sent(server: RunningServer, family_name: str) -> None:
    answer = find(server, "4170265830", "Grace", family_name)
    assert f"<a:FamilyName>{family_name}</a:FamilyName>".encode() in answer.body
