"""The fields of a learner, by the contract's names."""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str, str], "str | None"]
"""Says why a value of a field, both as in the file, breaks the schema's facets; None where it does not."""

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
"""The contract's names, in the order of LearnerService's `Learner`, then what that has not."""

MANDATORY = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode")
