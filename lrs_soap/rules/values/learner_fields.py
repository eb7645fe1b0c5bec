"""The table of a learner's fields. Whatever has these fields derives from it or is held equal to it by a test.

To add a field: add its row here, its attribute to `Learner` and `SentLearner`, and a migration for its column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

Check = Callable[[str, str], "str | None"]
"""Says why a value of a field, both as in the file, breaks the schema's facets; None where it does not."""


class Origin(Enum):
    """Who may set a field."""

    CALLER = "the web service's callers, files and the operator"
    FILE = "batch files and the operator"
    OPERATOR = "the operator's files; else the service"
    SERVICE = "the service alone"


class Question(Enum):
    """A request that cannot do without some fields."""

    FIND_BY_DEMOGRAPHICS = "find by demographics"
    REGISTER = "register"
    UPDATE = "update"


class IdentityKey(Enum):
    """How one of the five identity keys is made of its field (`rules.names.identity_keys`)."""

    NAME = "as a name"
    AS_SENT = "as it was sent"
    POST_CODE = "as a postcode"


class Prohibition(Enum):
    """What of the operator's prohibited text a field may not hold."""

    WORDS = "words"
    POST_CODE = "postcode"


@dataclass(frozen=True, slots=True)
class LearnerField:
    """A field of a learner.

    `name` is its name in `Learner` and in the tables, `contract_name` its name in LearnerService's messages, or one in
    their style. `facet` is the contract's facet by name; an optional field of a request may have the facet's Nillable
    form. None: the contract has none. `file_versions` are the versions of batch files with a column for it, whose
    heading is the contract's name unless `headings` has another for that version. `mandatory_in` are the requests that
    must have it. `is_held` is False for a field that names the record and not the learner.
    """

    name: str
    contract_name: str
    facet: str | None
    origin: Origin
    file_versions: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict, hash=False)
    mandatory_in: frozenset[Question] = frozenset()
    identity_key: IdentityKey | None = None
    prohibition: Prohibition | None = None
    is_held: bool = True

    @property
    def is_settable(self) -> bool:
        """Whether a registration or an update may set it."""
        return self.origin in (Origin.CALLER, Origin.FILE) and self.is_held

    @property
    def is_clearable(self) -> bool:
        """Whether an update may leave the learner without a value."""
        return self.is_settable and Question.UPDATE not in self.mandatory_in

    def heading(self, version: str) -> str:
        """Its heading in batch files of this version, which is one of `file_versions`."""
        return self.headings.get(version, self.contract_name)


_FILES = ("2A", "3A")
_EVERYWHERE = frozenset(Question)
_TO_WRITE = frozenset({Question.REGISTER, Question.UPDATE})
_TO_UPDATE = frozenset({Question.UPDATE})

_CALLER, _FILE, _OPERATOR, _SERVICE = Origin
_WORDS = Prohibition.WORDS

FIELDS = (
    LearnerField("created_date", "CreatedDate", "MIAPDate", _OPERATOR),
    LearnerField("last_updated_date", "LastUpdatedDate", "MIAPDate", _OPERATOR),
    LearnerField("uln", "ULN", "MIAPULN", _OPERATOR, _FILES, mandatory_in=_TO_UPDATE),
    LearnerField("mis_identifier", "MISIdentifier", "MIAPMISIdentifier", _CALLER, _FILES, is_held=False),
    LearnerField("title", "Title", "MIAPName", _CALLER, _FILES),
    LearnerField(
        "given_name",
        "GivenName",
        "MIAPNameNonEmpty",
        _CALLER,
        _FILES,
        mandatory_in=_EVERYWHERE,
        identity_key=IdentityKey.NAME,
        prohibition=_WORDS,
    ),
    LearnerField(
        "middle_other_name",
        "MiddleOtherName",
        "MIAPName",
        _CALLER,
        _FILES,
        headings={"3A": "MiddleNames"},
        prohibition=_WORDS,
    ),
    LearnerField(
        "family_name",
        "FamilyName",
        "MIAPNameNonEmpty",
        _CALLER,
        _FILES,
        mandatory_in=_EVERYWHERE,
        identity_key=IdentityKey.NAME,
        prohibition=_WORDS,
    ),
    LearnerField("preferred_given_name", "PreferredGivenName", "MIAPName", _CALLER, _FILES, prohibition=_WORDS),
    LearnerField("previous_family_name", "PreviousFamilyName", "MIAPName", _CALLER, _FILES, prohibition=_WORDS),
    LearnerField(
        "family_name_at_age_16",
        "FamilyNameAtAge16",
        "MIAPName",
        _CALLER,
        _FILES,
        headings={"2A": "FamilyNameAt16", "3A": "FamilyNameAt16"},
        prohibition=_WORDS,
    ),
    LearnerField("school_at_age_16", "SchoolAtAge16", "MIAPSchoolName", _CALLER, _FILES, prohibition=_WORDS),
    LearnerField(
        "last_known_address_line_1", "LastKnownAddressLine1", "MIAPAddress", _CALLER, _FILES, prohibition=_WORDS
    ),
    LearnerField(
        "last_known_address_line_2", "LastKnownAddressLine2", "MIAPAddress", _CALLER, _FILES, prohibition=_WORDS
    ),
    LearnerField("last_known_address_town", "LastKnownAddressTown", "MIAPAddress", _CALLER, _FILES, prohibition=_WORDS),
    LearnerField(
        "last_known_address_county_or_city",
        "LastKnownAddressCountyOrCity",
        "MIAPAddress",
        _CALLER,
        _FILES,
        headings={"2A": "LastKnownAddressCountyorCity", "3A": "LastKnownAddressCountyorCity"},
        prohibition=_WORDS,
    ),
    LearnerField(
        "last_known_post_code",
        "LastKnownPostCode",
        "MIAPPostCode",
        _CALLER,
        _FILES,
        mandatory_in=_EVERYWHERE,
        identity_key=IdentityKey.POST_CODE,
        prohibition=Prohibition.POST_CODE,
    ),
    LearnerField("date_of_address_capture", "DateOfAddressCapture", "MIAPDate", _CALLER, _FILES),
    LearnerField(
        "date_of_birth",
        "DateOfBirth",
        "MIAPDate",
        _CALLER,
        _FILES,
        mandatory_in=_EVERYWHERE,
        identity_key=IdentityKey.AS_SENT,
    ),
    LearnerField("place_of_birth", "PlaceOfBirth", "MIAPName", _CALLER, _FILES),
    LearnerField(
        "gender",
        "Gender",
        "MIAPGender",
        _CALLER,
        _FILES,
        mandatory_in=_EVERYWHERE,
        identity_key=IdentityKey.AS_SENT,
    ),
    LearnerField("email_address", "EmailAddress", "MIAPEmail", _CALLER, _FILES),
    LearnerField("nationality", "Nationality", "MIAPNationality", _CALLER, _FILES),
    LearnerField(
        "scottish_candidate_number", "ScottishCandidateNumber", "MIAPScottishCandidateNumber", _CALLER, _FILES
    ),
    LearnerField(
        "verification_type", "VerificationType", "MIAPVerificationType", _CALLER, _FILES, mandatory_in=_TO_WRITE
    ),
    LearnerField(
        "other_verification_description",
        "OtherVerificationDescription",
        "MIAPOtherVerificationDescription",
        _CALLER,
        _FILES,
    ),
    LearnerField("tier_level", "TierLevel", "MIAPTierLevel", _OPERATOR),
    LearnerField(
        "ability_to_share",
        "AbilityToShare",
        "MIAPAbilityToShare",
        _CALLER,
        _FILES,
        headings={"3A": "PrivacyNoticeSeen"},
        mandatory_in=_TO_WRITE,
    ),
    LearnerField("learner_status", "LearnerStatus", "MIAPLearnerStatus", _OPERATOR),
    LearnerField("linked_ulns", "LinkedULNs", None, _SERVICE),
    LearnerField("notes", "Notes", "MIAPNotes", _CALLER, _FILES, prohibition=_WORDS),
    LearnerField("version_number", "VersionNumber", "int", _OPERATOR, mandatory_in=_TO_UPDATE),
    LearnerField("master_uln", "MasterULN", None, _OPERATOR),
    LearnerField("unique_pupil_number", "UniquePupilNumber", None, _FILE, ("3A",)),
    LearnerField("unique_candidate_identifier", "UniqueCandidateIdentifier", None, _FILE, ("3A",)),
    LearnerField("telephone_number", "TelephoneNumber", "TelephoneNumber", _CALLER),
    LearnerField("created", "Created", None, _SERVICE),
    LearnerField("last_updated", "LastUpdated", None, _SERVICE),
)
"""Every field, in the order of LearnerService's `Learner`, then the fields that it does not have."""

BY_NAME: Mapping[str, LearnerField] = MappingProxyType({each.name: each for each in FIELDS})

BY_CONTRACT_NAME: Mapping[str, LearnerField] = MappingProxyType({each.contract_name: each for each in FIELDS})

LOADABLE = tuple(each for each in FIELDS if each.is_held and each.origin is not Origin.SERVICE)
"""What the operator may load: all that is held of a learner itself."""

IDENTITY = tuple(each for kind in IdentityKey for each in FIELDS if each.identity_key is kind)
"""The fields of the five identity keys: names, date of birth, gender, postcode."""


def mandatory_in(question: Question) -> tuple[LearnerField, ...]:
    """The fields that a request must have: those of the five identity keys first."""
    mandatory = tuple(each for each in FIELDS if question in each.mandatory_in)
    return (*(each for each in IDENTITY if each in mandatory), *(each for each in mandatory if each not in IDENTITY))
