"""The facets of values: the simple types of the older contract, each declared once under its own name.

Patterns are XML Schema's: the whole value must match, and `\\s` is space, tab, CR and LF only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Facet:
    """A simple type: its name in error messages, and what it requires of a value.

    Lengths count UTF-16 units. A type with `minimum` and `maximum` has XML Schema's integers, any other has text.
    """

    name: str
    patterns: tuple[str, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None

    @property
    def is_number(self) -> bool:
        return self.minimum is not None


def _or_empty(name: str, of: Facet) -> Facet:
    """The type that also allows the empty value."""
    return Facet(name, (*of.patterns, ""), max_length=of.max_length)


_ULN = "[1-9][0-9]{9}"
_DATE = (
    "(((18|19|20)[0-9]{2})-(((01|03|05|07|08|10|12)-(0[1-9]|[1-2][0-9]|3[0-1]))"
    "|((04|06|09|11)-(0[1-9]|[1-2][0-9]|30))|(02-(0[1-9]|1[0-9]|2[0-8]))))"
    "|(((18|19|20)([02468][048]|[13579][26]))-02-29)"
)
NOT_BLANK = r"[\s]*[\S][\s\S]*"
_LETTERS_OF_INWARD_CODE = "abdefghjlnpqrstuwxyzABDEFGHJLNPQRSTUWXYZ"
_EMAIL_ATOM = r"[a-zA-Z0-9!#$%'\*\+\-/=\?\^_`\{\|\}~]+"
_EMAIL_LABEL = r"[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9]"

STRING = Facet("string")
INT = Facet("int", minimum=-(2**31), maximum=2**31 - 1)
LONG = Facet("long", minimum=-(2**63), maximum=2**63 - 1)

ORGANISATION_REF = Facet("MIAPOrganisationRef", ("[0-9a-zA-Z]{6}",))
UKPRN = Facet("MIAPUKPRN", ("[0-9a-zA-Z]{8}",))
ORG_PASSWORD = Facet("MIAPOrgPassword", (NOT_BLANK,), min_length=16, max_length=16)
FIND_TYPE = Facet("MIAPFindType", ("FUL|CHK",))
BATCH_JOB_TYPE = Facet("MIAPBatchJobType", ("FUL|CHK",))
LEARNER_RECORD_COUNT = Facet("MIAPLearnerRecordCount", minimum=1, maximum=200)
MIS_IDENTIFIER = Facet("MIAPMISIdentifier", max_length=128)

ULN = Facet("MIAPULN", (_ULN,), min_length=10, max_length=10)
ULN_NILLABLE = Facet("MIAPULNNillable", (_ULN, ""), max_length=10)
NAME_NON_EMPTY = Facet("MIAPNameNonEmpty", (NOT_BLANK,), min_length=1, max_length=35)
NAME = Facet("MIAPName", max_length=35)
DATE = Facet("MIAPDate", (_DATE,))
DATE_NILLABLE = _or_empty("MIAPDateNillable", DATE)
GENDER = Facet("MIAPGender", ("0|1|2|9",), max_length=1)
GENDER_NILLABLE = _or_empty("MIAPGenderNillable", GENDER)
SCHOOL_NAME = Facet("MIAPSchoolName", max_length=254)
ADDRESS = Facet("MIAPAddress", max_length=50)
POST_CODE = Facet(
    "MIAPPostCode",
    (
        "[a-zA-Z]{1,2}[0-9rR][0-9a-zA-Z]? ?[0-9][" + _LETTERS_OF_INWARD_CODE + "]{2} ? ? ? ?",
        "[bB][fF][pP][oO] ?[0-9]{1,4} ? ? ? ?",
    ),
    max_length=9,
)
POST_CODE_NILLABLE = _or_empty("MIAPPostCodeNillable", POST_CODE)
EMAIL = Facet(
    "MIAPEmail",
    (rf"{_EMAIL_ATOM}(\.{_EMAIL_ATOM})*@{_EMAIL_LABEL}(\.{_EMAIL_LABEL})*\.[a-zA-Z]{{2,6}}", ""),
    max_length=254,
)
NATIONALITY = Facet("MIAPNationality", max_length=3)
SCOTTISH_CANDIDATE_NUMBER = Facet("MIAPScottishCandidateNumber", ("[0-9]{9}", ""), max_length=9)
VERIFICATION_TYPE = Facet("MIAPVerificationType", ("0|1|2|3|4|5|6|7|999",), max_length=3)
OTHER_VERIFICATION_DESCRIPTION = Facet("MIAPOtherVerificationDescription", max_length=255)
ABILITY_TO_SHARE = Facet("MIAPAbilityToShare", ("0|1|2",), min_length=1, max_length=1)
TIER_LEVEL = Facet("MIAPTierLevel", ("0|1|2",), min_length=1, max_length=1)
LEARNER_STATUS = Facet("MIAPLearnerStatus", ("0|1|2",), min_length=1, max_length=1)
NOTES = Facet("MIAPNotes", max_length=4000)

# Our own: the older contract has no telephone number, and R9 has no facets.
TELEPHONE_NUMBER = Facet("TelephoneNumber", max_length=35)


def verify_batch_record_count(most: int) -> Facet:
    """LearnerRecordCount of a batch to verify, for a setting that allows more records than the contract."""
    return replace(LEARNER_RECORD_COUNT, maximum=most)
