"""The fields of a learner, by the contract's names."""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str, str], "str | None"]
"""Takes a field's contract name and its value; returns why the value breaks the schema's facets, or None."""

FIELDS = (
    "CreatedDate",
    "LastUpdatedDate",
    "ULN",
    "Title",
    "GivenName",
    "MiddleOtherName",
    "FamilyName",
    "PreferredGivenName",
    "PreviousFamilyName",
    "FamilyNameAtAge16",
    "SchoolAtAge16",
    "LastKnownAddressLine1",
    "LastKnownAddressLine2",
    "LastKnownAddressTown",
    "LastKnownAddressCountyOrCity",
    "LastKnownPostCode",
    "DateOfAddressCapture",
    "DateOfBirth",
    "PlaceOfBirth",
    "Gender",
    "EmailAddress",
    "Nationality",
    "ScottishCandidateNumber",
    "VerificationType",
    "OtherVerificationDescription",
    "TierLevel",
    "AbilityToShare",
    "LearnerStatus",
    "Notes",
    "VersionNumber",
    "MasterULN",
    "UniquePupilNumber",
    "UniqueCandidateIdentifier",
    "TelephoneNumber",
)
"""In the order of LearnerService's `Learner`; the fields that it lacks come last."""

MANDATORY = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode")
