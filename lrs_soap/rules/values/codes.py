"""Every code of the service with its text. No other module spells a code.

The texts are part of the contract, word for word.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property


class _Code(str, Enum):
    """A code: its value goes over the wire, and its `text` says what it means."""

    text: str

    def __new__(cls, code: str, text: str) -> _Code:
        member = str.__new__(cls, code)
        member._value_ = code
        member.text = text
        return member

    @cached_property
    def value(self) -> str:
        """The code as it goes over the wire. Enum's own property makes two calls each time it is asked."""
        return str(self._value_)


class ResponseCode(_Code):
    """What an operation answers with HTTP 200."""

    NO_MATCH = "WSRC0001", "No match"
    TOO_MANY_MATCHES = "WSRC0002", "Too many matches"
    POSSIBLE_MATCHES = "WSRC0003", "Possible matches"
    EXACT_MATCH = "WSRC0004", "Exact match"
    REGISTERED = "WSRC0005", "Learner successfully registered"
    UPDATED = "WSRC0006", "Learner successfully updated"
    BATCH_SUBMITTED = "WSRC0007", "Batch learner registration successfully submitted"
    BATCH_INCOMPLETE = "WSRC0008", "Batch learner registration incomplete"
    BATCH_SUCCESSFUL = "WSRC0009", "Batch learner registration successful"
    BATCH_FAILED = "WSRC0010", "Batch learner registration failed"
    STALE_VERSION = "WSRC0013", "ULN has been updated since you last obtained the details"
    INVALID_SHARING_CHANGE = "WSRC0014", "Invalid change of Ability to Share status"
    INSUFFICIENT_DATA = "WSRC0015", "Insufficient data"
    RECORD_COUNT_INCORRECT = "WSRC0017", "Record count incorrect"
    UNKNOWN_JOB = "WSRC0018", "Unknown job"
    NOT_FOUND_FOR_UPDATE = "WSRC0019", "ULN not found for update"
    NO_CHANGES = "WSRC0020", "No changes found therefore learner not updated"
    ALREADY_EXISTS = (
        "WSRC0021",
        "Could not be registered as a learner with the same mandatory fields already exists",
    )
    MASTER_SUBSTITUTED = "WSRC0022", "Master record substituted for the learner"
    REPORT_ULNS_NOT_FOUND = "WSRC0023", "ULNs for report not found"
    NO_REPORT_ULNS = "WSRC0024", "No ULNs for report"
    VERIFY_BATCH_SUBMITTED = "WSRC0026", "Batch learner verification successfully submitted"
    VERIFY_BATCH_INCOMPLETE = "WSRC0027", "Batch learner verification incomplete"
    VERIFY_BATCH_SUCCESSFUL = "WSRC0028", "Batch learner verification successful"
    VERIFY_BATCH_FAILED = "WSRC0029", "Batch learner verification failed"
    VERIFY_RECORD_COUNT_INCORRECT = "WSRC0030", "Batch learner verification record count incorrect"
    VERIFIED = "WSVRC001", "Successful match"
    VERIFIED_LINKED = "WSVRC002", "Successful linked match"
    VERIFIED_SIMILAR = "WSVRC003", "Similar match"
    VERIFIED_SIMILAR_LINKED = "WSVRC004", "Similar linked match"
    NOT_VERIFIED = "WSVRC005", "Learner does not match"
    ULN_NOT_FOUND = "WSVRC006", "ULN not found"
    INVALID_ULN = "WSEC0136", "Supplied ULN is invalid"
    NOT_SHARED = "WSEC0206", "Learner has not opted to share data"
    COULD_NOT_BE_VERIFIED = "WSEC0208", "Learner could not be verified"


class FailureFlag(_Code):
    """A comparison that failed when a learner was verified."""

    GIVEN_AGAINST_GIVEN = "VRF1", "Given name against given name"
    GIVEN_AGAINST_FAMILY = "VRF2", "Given name against family name"
    GIVEN_AGAINST_PREVIOUS_FAMILY = "VRF3", "Given name against previous family name"
    FAMILY_AGAINST_GIVEN = "VRF4", "Family name against given name"
    FAMILY_AGAINST_FAMILY = "VRF5", "Family name against family name"
    FAMILY_AGAINST_PREVIOUS_FAMILY = "VRF6", "Family name against previous family name"
    DATE_OF_BIRTH = "VRF7", "Date of birth"
    GENDER = "VRF8", "Gender"


class FaultCode(_Code):
    """The ErrorCode of a SOAP fault; the text is its Description."""

    INVALID_REQUEST = (
        "WSEC0001",
        "Invalid request, The request was badly formed - this may include missing mandatory parameters, "
        "or invalid data types.",
    )
    UNKNOWN_REQUEST = (
        "WSEC0002",
        "Unknown request, The request refers to an operation which is not supported by the web service.",
    )
    UNKNOWN_ORGANISATION = (
        "WSEC0003",
        "Unknown organisation, The request contains an Organisation code which is either not recognised by the "
        "web service, or not authorised to access the web service functions.",
    )
    OUT_OF_HOURS = (
        "WSEC0004",
        "Out of hours, The request was received outside the operational hours of the web service.",
    )
    INCORRECT_PASSWORD = "WSEC0005", "Incorrect password, The Organisation Password is not correct."
    INSUFFICIENT_ACCESS = (
        "WSEC0006",
        "Insufficient access, The Requesting Organisation is not allowed to access the web service.",
    )
    UNKNOWN_EXCEPTION = "WSEC0999", "Unknown exception"


class CountedIn(str, Enum):
    """The counts of a batch's output, by the contract's names and in its order. Each record is in one of them."""

    NEW = "NewLearnersCount"
    EXISTS_UPDATED = "ExistsUpdatedLearnersCount"
    POSSIBLE_MATCH = "PossibleMatchLearnersCount"
    NOT_FOUND = "LearnersNotFoundCount"
    REJECTED = "RejectedLearnersCount"


class LeftToDecide(Enum):
    """What a record leaves for a person to decide."""

    NOTHING = "nothing"
    VALID_RECORD = "valid record"
    """An exception that needs only a decision: its fields are filled in as they were sent."""
    DATA_ERROR = "data error"
    """An exception whose data are wrong: a person searches for the learner with empty fields."""


class Known(Enum):
    """How far a return code's meaning is known."""

    PUBLISHED = "published"
    UNVERIFIED = "unverified"
    """The meaning is this service's own: nobody has published what the live service means by the code."""


_NEW, _EXISTS, _POSSIBLE, _ABSENT, _REJECTED = CountedIn
_NOTHING, _VALID, _ERROR = LeftToDecide
_PUBLISHED, _UNVERIFIED = Known


class ReturnCode(_Code):
    """The outcome of one record of a batch. Everything that depends on the code is in its row.

    The columns are: the code, its text, the count that it is in, what it leaves to decide, how far its meaning is
    known, and the code that SOAP shows for it, where that is another.
    """

    counted_in: CountedIn
    left_to_decide: LeftToDecide
    known: Known
    soap_code: str

    def __new__(
        cls,
        code: str,
        text: str,
        counted_in: CountedIn,
        left_to_decide: LeftToDecide,
        known: Known,
        soap_code: str | None = None,
    ) -> ReturnCode:
        member = str.__new__(cls, code)
        member._value_ = code
        member.text = text
        member.counted_in = counted_in
        member.left_to_decide = left_to_decide
        member.known = known
        member.soap_code = soap_code or code
        return member

    REGISTERED = "RC001", "New learner registered, ULN assigned", _NEW, _NOTHING, _UNVERIFIED
    EXACT_MATCH = "RC002", "Exact match, existing ULN returned", _EXISTS, _NOTHING, _UNVERIFIED
    UPDATED = "RC003", "ULN confirmed, learner updated", _EXISTS, _NOTHING, _UNVERIFIED
    MASTER_RETURNED = "RC004", "Linked ULN, the master's returned", _EXISTS, _NOTHING, _UNVERIFIED
    CONFIRMED = "RC005", "ULN confirmed, nothing to change", _EXISTS, _NOTHING, _UNVERIFIED
    INSUFFICIENT_DATA = "RC006", "Insufficient data to create a ULN", _REJECTED, _VALID, _PUBLISHED
    POSSIBLE_MATCHES = "RC007", "Possible matches, no ULN", _POSSIBLE, _VALID, _UNVERIFIED
    TOO_MANY_MATCHES = "RC008", "Too many matches", _POSSIBLE, _VALID, _UNVERIFIED
    NOT_FOUND = "RC009", "ULN unknown, or another learner's; nobody found", _ABSENT, _ERROR, _UNVERIFIED
    NULL_VALUE = "RC010", "Null Values", _REJECTED, _ERROR, _PUBLISHED
    INCORRECT_FORMAT = "RC011", "Incorrect format", _REJECTED, _ERROR, _PUBLISHED
    INCORRECT_IDENTIFIER = "RC012", "Incorrect identifier format", _REJECTED, _ERROR, _PUBLISHED
    OUTSIDE_AGE_RANGE = "RC013", "Learner outside of permitted age range", _REJECTED, _ERROR, _PUBLISHED, "RC011"


RETURN_CODES: Mapping[str, ReturnCode] = {code.value: code for code in ReturnCode}
"""The return codes by the text that is sent and stored for them."""

SHOWN_BY_SOAP: Mapping[ReturnCode, ReturnCode] = {code: RETURN_CODES[code.soap_code] for code in ReturnCode}
"""The code that an answer by SOAP shows for each return code."""
