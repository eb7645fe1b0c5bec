"""The rules that the service decides by, and what each can find."""

from __future__ import annotations

from enum import Enum


class Rule(str, Enum):
    """A rule that the service decides by: the name by which the log knows it, and the statement that it follows."""

    statement: str

    def __new__(cls, name: str, statement: str) -> Rule:
        member = str.__new__(cls, name)
        member._value_ = name
        member.statement = statement
        return member

    # Access.
    SERVICE_HOURS = "service hours", "The service answers within its service hours only."
    MAINTENANCE = "maintenance", "The service answers nobody during a maintenance window."
    PERMISSIONS = "permissions", "An organisation whose permissions are disabled may call no operation."
    ROLE = "role", "An organisation may call an operation when it has one of the roles that open it."
    KNOWN_USER = (
        "known user",
        "With known_users_only, an organisation asks on behalf of its active users only, and within their roles.",
    )
    PAGE = "page", "A page of the portal is open to a user with one of the roles that open it."
    PASSWORD_POLICY = (
        "password policy",
        "A user's password has at least eight characters, of at least three of the four kinds.",
    )
    GENERIC_ACCOUNT = "generic account", "An account is a person's, and not a guest's or a function's."

    # Scenarios.
    SCENARIO = "scenario", "A scenario steps in for the requests that fit it, as often as it says."

    # The console.
    SENT_AGAIN = "sent again", "The console sends a request again for the organisation that it names, with no password."

    # Who has a ULN.
    CHECK_DIGIT = (
        "check digit",
        "A ULN is ten digits, the first of them 1 to 9; weighed by 10, 9, … 1 they add up to 10 modulo 11.",
    )
    ULN_HOLDER = "ULN holder", "A ULN stands for the learner that has it; an unknown or deleted one stands for nobody."
    LINKED = (
        "linked",
        "A linked learner is answered with its master. It is verified by its own record, and never updated.",
    )

    # Find and verify.
    NAMES = (
        "names",
        "A ULN opens a record when both names are equal to the learner's or an alias; it opens a possible match when "
        "they are similar or swapped.",
    )
    COMPARISONS = "comparisons", "A verification names each comparison that fails, VRF1 to VRF8."
    EXACT_MATCH = "exact match", "A learner with the five identity keys that were sent is the exact match."
    POSSIBLE_MATCH = "possible match", "A learner who fits one of the rules P1, P2, … is a possible match."
    P1 = (
        "P1",
        "The dates are equal, and the names are swapped, or both are at least similar, and one is equal or an alias or "
        "the postcodes are equal.",
    )
    P2 = "P2", "Both names are equal or an alias, the dates are near, and the postcodes are equal: a mistyped date."
    P3 = (
        "P3",
        "The given names are equal or an alias, dates and postcodes are equal, and the genders agree: a changed family "
        "name.",
    )
    P4 = "P4", "The family names, the dates and the postcodes are equal: a twin."
    P5 = "P5", "Both names and the postcodes are equal: a parent with the same name, or a wrong date."
    P6 = "P6", "The family names and the postcodes are equal: a relative."
    P7 = (
        "P7",
        "The dates are equal, one of the names is equal or an alias, and the e-mail addresses, UPNs or UCIs are equal.",
    )
    ROWS_READ = "rows read", "A search that has to look at more than 5,000 learners finds too many."

    # Register and update.
    IDENTITY_KEYS = "identity keys", "No two learners have the same five identity keys; deleted learners do not count."
    SEARCH_BEFORE = (
        "search before",
        "With find_before_register, an organisation registers only a learner that it has searched for not too long "
        "ago, and not before it can have looked at the possible matches.",
    )
    VERSION = "version", "An update names the version that the learner has."
    SHARING_CHANGE = "ability to share", "AbilityToShare stays as it is, or becomes 1: a notice cannot be unseen."
    STORED_VALUES = "stored values", "An update that changes no stored value is not written."

    # The fields of a learner, beyond the schema.
    DATE = "date", "A date is one that the calendar has."
    FUTURE = "future", "The date of a birth or an award is not in the future."
    AGE = "age", "A learner who is registered is 13 to 110 years old."
    KNOWN_VALUE = "known value", "A coded field has one of its known values."
    REQUIRED = "required", "A field that is required, always or by the value of another field, has a value."
    ACCEPTED_DESCRIPTION = "accepted description", "OtherVerificationDescription says what was seen, not who saw it."
    UPN_AGE = "UPN and age", "A UPN that is sent is kept of a learner under 16 only."
    NO_LONGER_ACCEPTED = "no longer accepted", "AbilityToShare 2 is held by old records, and not accepted any more."
    PROHIBITED_TEXT = "prohibited text", "No field of a learner holds a prohibited word or postcode."

    # Merging.
    MERGING = (
        "merging",
        "A learner is linked to a master that is not linked itself, with those linked to it; unmerging undoes that.",
    )
    DELETION = "deletion", "A learner is deleted once, and only if no other is linked to it."

    # Data challenges.
    CHALLENGE = (
        "challenge",
        "A challenge says what its problem needs, about a learner who is neither linked nor deleted, and is the only "
        "open one on its subject; it is moved only by whom and in the states that allow it.",
    )

    # Batches.
    RECORD_COUNT = "record count", "LearnerRecordCount is the number of records."
    JOB = "job", "An organisation gets the output of its own jobs, of the kind that it asks for."
    FACET = "facet", "A value keeps to the facets that the schema has for its field."
    IDENTIFIER = "identifier", "A UPN or UCI has the form and the check letter of one."
    MANDATORY_FIELDS = (
        "mandatory fields",
        "The records of a job may change one of a learner's mandatory fields: with more they are another person's.",
    )
    VERIFIABLE = "verifiable", "A record that VerifyLearner would refuse matches nobody."

    # The Personal Learning Record.
    SHARING = "sharing", "A record is shown where its learner shares it, and to the learner always."
    SOURCE = "source", "A source has its own fields, and no others."
    FORM = "form", "A field of a learning event has the form that its source gives it."
    EVENT_HOLDER = "event holder", "An event that carries a person's details carries those of the learner with its ULN."
    PUPILS_AGE = "pupil's age", "An event of Source NPD is from when the learner was 14 or older."
    BEGINNING = "too early", "No event is from before the record, or its source, begins."
    COVERAGE = "not covered", "The record covers neither higher education nor key stages before the fourth."


class Outcome(str, Enum):
    """What a rule has found."""

    ALLOWED = "allowed"
    BROKEN = "broken"
    CHANGED = "changed"
    CHANGED_BEFORE = "changed before"
    CLOSED = "closed"
    DELETED = "deleted"
    DISABLED = "disabled"
    EQUAL = "equal"
    FAILED = "failed"
    FITS = "fits"
    FOUND = "found"
    FREE = "free"
    LINKED = "linked"
    LINKED_TOO = "linked too"
    MASTER_ANSWERED = "master answered"
    MASTER_TAKEN = "master taken"
    MASTER_TO_UPDATE = "master to update"
    MATCHES_NOT_REVIEWED = "matches not reviewed"
    MISCOUNTED = "miscounted"
    NEWER = "newer"
    NOBODY_FITS = "nobody fits"
    NO_PASSWORD = "no password"
    NO_ROLE = "no role"
    NOT_ALLOWED = "not allowed"
    NOT_KEPT = "not kept"
    NOT_SEARCHED = "not searched"
    NOT_SENT = "not sent"
    NOT_SHARED = "not shared"
    OLDER = "older"
    OWN_RECORD = "own record"
    OWN_RECORD_COMPARED = "own record compared"
    PROGRESS = "progress"
    SEARCHED_TOO_LONG_AGO = "searched too long ago"
    SHARED = "shared"
    STEPPED_IN = "stepped in"
    SUBMITTED = "submitted"
    SUSPENDED = "suspended"
    TAKEN = "taken"
    TAKEN_BY_LINKED = "taken by linked"
    TOO_MANY = "too many"
    UNCHANGED = "unchanged"
    UNLINKED = "unlinked"
    UNKNOWN = "unknown"
    WRONG = "wrong"
