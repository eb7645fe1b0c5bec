"""What can be challenged, what each challenge must say, and what it is resolved by (user guide, 6.1).

PROBLEM_RULES is the table. Everybody who asks, checks, shows or resolves goes by it. The words in Enquiry and Problem
are the guide's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(str, Enum):
    """Whether a challenge is about a ULN, or about events of a learner's record."""

    ULN = "ULN"
    EVENT = "event"


class Enquiry(Enum):
    """An enquiry type: a group of problems, by the guide's words."""

    words: str
    kind: Kind

    def __new__(cls, name: str, words: str, kind: Kind) -> Enquiry:
        member = object.__new__(cls)
        member._value_ = name
        member.words = words
        member.kind = kind
        return member

    INCORRECTLY_CREATED = "incorrectly created", "ULN has been incorrectly created", Kind.ULN
    INCORRECTLY_MERGED = "incorrectly merged", "ULN has been incorrectly merged", Kind.ULN
    OTHER_PROBLEM = "other problem", "ULN has other unspecified problem", Kind.ULN
    WRONG_INFORMATION = "wrong information", "Information on one of the qualifications is wrong", Kind.EVENT
    NOT_THIS_LEARNER = (
        "not this learner",
        "One of the qualifications does not belong to this learner",
        Kind.EVENT,
    )
    MORE_THAN_ONCE = "more than once", "One of the qualifications appears more than once", Kind.EVENT


class Problem(Enum):
    """An identified problem: the name by which it is stored, its enquiry type, and the guide's words for it."""

    enquiry: Enquiry
    words: str

    def __new__(cls, name: str, enquiry: Enquiry, words: str) -> Problem:
        member = object.__new__(cls)
        member._value_ = name
        member.enquiry = enquiry
        member.words = words
        return member

    DUPLICATE = (
        "duplicate",
        Enquiry.INCORRECTLY_CREATED,
        "Duplicate ULN, for example, a learner has been given a second ULN",
    )
    FICTITIOUS = "fictitious", Enquiry.INCORRECTLY_CREATED, "Fictitious or fraudulent ULN"
    DEMERGE = "de-merge", Enquiry.INCORRECTLY_MERGED, "ULN de-merge"
    SHARED_ULN = "shared ULN", Enquiry.OTHER_PROBLEM, "Two people sharing the same ULN"
    DECEASED = "deceased", Enquiry.OTHER_PROBLEM, "Deceased learner"
    DETAILS_CHANGED = (
        "details changed",
        Enquiry.OTHER_PROBLEM,
        "ULN incorrect as details have changed (learner is therefore using another learner's ULN)",
    )
    OTHER = "other", Enquiry.OTHER_PROBLEM, "Other ULN problem"
    GRADE = "grade", Enquiry.WRONG_INFORMATION, "The grade has been recorded incorrectly"
    DATE = "date", Enquiry.WRONG_INFORMATION, "The end or award date has been recorded incorrectly"
    DISPUTED = "disputed", Enquiry.NOT_THIS_LEARNER, "The learner is disputing ever starting the qualification"
    SHARED_BEFORE = (
        "shared before",
        Enquiry.NOT_THIS_LEARNER,
        "The ULN was previously shared and the qualification needs to be removed or transferred",
    )
    UPLOADED_TWICE = (
        "uploaded more than once",
        Enquiry.MORE_THAN_ONCE,
        "Qualification has been incorrectly uploaded more than once",
    )

    @property
    def kind(self) -> Kind:
        """Whether it is a problem of a ULN or of events."""
        return self.enquiry.kind


class Need(Enum):
    """Whether a challenge has to say something, may say it, or has no place for it."""

    MUST = "must"
    MAY = "may"
    NEVER = "never"


class Resolver(Enum):
    """What the operator does to resolve a challenge."""

    MERGE = "merge"
    """One ULN becomes the master of the other."""
    DELETE_OR_CLOSE = "delete or close"
    """The learner is deleted, or the challenge is closed with a text."""
    UNMERGE = "unmerge"
    CLOSE = "close"
    """Nothing changes: the challenge is closed with a text."""
    CORRECT = "correct"
    """The event gets other values."""
    MOVE_OR_REMOVE = "move or remove"
    """The event goes to another learner, or to nobody."""
    REMOVE_ONE = "remove one"
    """One of the two events is removed."""


@dataclass(frozen=True, slots=True)
class ProblemRule:
    """What a challenge about a problem says, and what resolves it.

    `resolver` is how it is resolved. `events` is how many events it names. `other_uln` is whether it names another
    learner's ULN, `master` which of both is the master, and `other_name` the name of that other learner. With
    `comments` MAY, an explanation is wanted but not needed; `explains_difference` makes comments needed where the two
    learners' details differ much. `contact` is whether name, e-mail address and telephone number are needed.
    `proposable` are the fields of an event for which values can be proposed; of `about` at least one has to be.
    """

    resolver: Resolver
    events: int = 0
    other_uln: Need = Need.NEVER
    master: Need = Need.NEVER
    other_name: Need = Need.NEVER
    comments: Need = Need.MUST
    explains_difference: bool = False
    contact: Need = Need.MUST
    proposable: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


_EVERYTHING = "Please give as much information as you can about what the issue is."
_NO_PARTICIPATION_RECORD = "Check first that one of the qualifications is not a participation record."
_A_SHARED_ULN = (
    "If you believe that two learners share the ULN, report a ULN problem, and not a problem of the qualification."
)
_NOT_THE_CURRENT_RETURN = (
    "Do not report a qualification of your current ILR return: your next full return will update the record."
)
_REASON_IF_KNOWN = "Give the reason why the details are wrong, if it is known."
_PROPOSABLE = ("grade", "participation_end_date", "achievement_award_date")

_CLOSED_WITH_A_TEXT = ProblemRule(Resolver.CLOSE, hints=(_EVERYTHING,))
_NOT_THIS_LEARNER = ProblemRule(
    Resolver.MOVE_OR_REMOVE,
    events=1,
    other_uln=Need.MAY,
    other_name=Need.MAY,
    comments=Need.MAY,
    contact=Need.MAY,
    hints=(
        _EVERYTHING,
        "If the qualification is to be transferred, give the ULN and the name of the learner to whom it belongs.",
        _NO_PARTICIPATION_RECORD,
        _A_SHARED_ULN,
    ),
)

PROBLEM_RULES: Mapping[Problem, ProblemRule] = {
    Problem.DUPLICATE: ProblemRule(
        Resolver.MERGE,
        other_uln=Need.MUST,
        master=Need.MUST,
        comments=Need.MAY,
        explains_difference=True,
        hints=(
            "Give both ULNs, and say which is the master and which is the duplicate.",
            "Where the details of both differ, give the reason for the merge: with different postcodes, confirm that "
            "the learner has lived at both addresses.",
        ),
    ),
    Problem.FICTITIOUS: ProblemRule(Resolver.DELETE_OR_CLOSE, hints=(_EVERYTHING,)),
    Problem.DEMERGE: ProblemRule(
        Resolver.UNMERGE,
        other_uln=Need.MUST,
        hints=("Give the ULN that is to be separated from this one, and the reason.",),
    ),
    Problem.SHARED_ULN: _CLOSED_WITH_A_TEXT,
    Problem.DECEASED: _CLOSED_WITH_A_TEXT,
    Problem.DETAILS_CHANGED: _CLOSED_WITH_A_TEXT,
    Problem.OTHER: _CLOSED_WITH_A_TEXT,
    Problem.GRADE: ProblemRule(
        Resolver.CORRECT,
        events=1,
        comments=Need.MAY,
        proposable=_PROPOSABLE,
        about=("grade",),
        hints=(_REASON_IF_KNOWN, _NOT_THE_CURRENT_RETURN),
    ),
    Problem.DATE: ProblemRule(
        Resolver.CORRECT,
        events=1,
        comments=Need.MAY,
        proposable=_PROPOSABLE,
        about=("participation_end_date", "achievement_award_date"),
        hints=(_REASON_IF_KNOWN, _NOT_THE_CURRENT_RETURN),
    ),
    Problem.DISPUTED: _NOT_THIS_LEARNER,
    Problem.SHARED_BEFORE: _NOT_THIS_LEARNER,
    Problem.UPLOADED_TWICE: ProblemRule(
        Resolver.REMOVE_ONE,
        events=2,
        comments=Need.MAY,
        hints=(_EVERYTHING, _NO_PARTICIPATION_RECORD),
    ),
}
"""By problem; each has a row."""


class NoChallenge(Enum):
    """What people report although it is no challenge: for which kind, in words, and what to do in place of it."""

    kind: Kind
    words: str
    hint: str

    def __new__(cls, name: str, kind: Kind, words: str, hint: str) -> NoChallenge:
        member = object.__new__(cls)
        member._value_ = name
        member.kind = kind
        member.words = words
        member.hint = hint
        return member

    NAME = (
        "name",
        Kind.ULN,
        "Wrongly spelt or incorrect name",
        "Update the learner’s details: the name is yours to correct.",
    )
    ADDRESS = (
        "address",
        Kind.ULN,
        "Wrong or incorrect address",
        "Update the learner’s details: the address is yours to correct.",
    )
    SHARING = (
        "sharing",
        Kind.ULN,
        "Opting out settings",
        "Update the learner’s details: the Privacy Notice is yours to set.",
    )
    DATE_OF_BIRTH = (
        "date of birth",
        Kind.ULN,
        "Date of birth",
        "Update the learner’s details: the date of birth is yours to correct.",
    )
    MISSING_QUALIFICATION = (
        "missing qualification",
        Kind.EVENT,
        "A qualification is missing",
        "Contact the Awarding Organisation directly: it uploads what is missing.",
    )


def problems_of(kind: Kind) -> Mapping[Enquiry, tuple[Problem, ...]]:
    """The problems of a kind by their enquiry types, in the guide's order."""
    return {
        enquiry: tuple(problem for problem in Problem if problem.enquiry is enquiry)
        for enquiry in Enquiry
        if enquiry.kind is kind
    }
