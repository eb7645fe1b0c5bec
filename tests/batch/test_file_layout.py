"""The columns of both versions, as they are published, and the contract's field that each is."""

from __future__ import annotations

from lrs_soap.batch.file_layout import LAYOUTS, NEWEST, OLDEST
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages.learner import BatchLearner

IDENTIFIERS = ["UniquePupilNumber", "UniqueCandidateIdentifier"]


def test_the_headings_of_2a() -> None:
    assert ",".join(OLDEST.headings) == (
        "FileVersion,FileName,UKPRN,LearnerRecordCount,ULN,MISIdentifier,Title,GivenName,PreferredGivenName,"
        "MiddleOtherName,FamilyName,PreviousFamilyName,FamilyNameAt16,SchoolAtAge16,LastKnownAddressLine1,"
        "LastKnownAddressLine2,LastKnownAddressTown,LastKnownAddressCountyorCity,LastKnownPostCode,"
        "DateOfAddressCapture,DateOfBirth,PlaceOfBirth,EmailAddress,Gender,Nationality,ScottishCandidateNumber,"
        "AbilityToShare,VerificationType,OtherVerificationDescription,Notes"
    )


def test_the_headings_of_3a() -> None:
    assert ",".join(NEWEST.headings) == (
        "FileVersion,FileName,UKPRN,LearnerRecordCount,ULN,MISIdentifier,Title,GivenName,PreferredGivenName,"
        "MiddleNames,FamilyName,PreviousFamilyName,FamilyNameAt16,SchoolAtAge16,LastKnownAddressLine1,"
        "LastKnownAddressLine2,LastKnownAddressTown,LastKnownAddressCountyorCity,LastKnownPostCode,"
        "DateOfAddressCapture,DateOfBirth,PlaceOfBirth,EmailAddress,Gender,Nationality,ScottishCandidateNumber,"
        "UniquePupilNumber,UniqueCandidateIdentifier,PrivacyNoticeSeen,VerificationType,"
        "OtherVerificationDescription,Notes"
    )


def test_the_fields_are_those_of_a_batch_by_soap_and_the_identifiers() -> None:
    by_soap = [field.name for field in fields_of(BatchLearner)]
    assert [column.field for column in OLDEST.columns] == by_soap
    after = by_soap.index("ScottishCandidateNumber") + 1
    assert [column.field for column in NEWEST.columns] == [*by_soap[:after], *IDENTIFIERS, *by_soap[after:]]


def test_outcomes_come_last() -> None:
    for layout in LAYOUTS.values():
        assert layout.of_outcomes.headings == (*layout.headings, "ReturnCode")
