"""What stands against a challenge, or against what is to be done with one: each objection, and its sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from lrs_soap.rules.values.decided_against import DecidedAgainst
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.rule import Outcome, Rule


class Objection(Enum):
    """What stands against it. The sentence is made with what the objection quotes."""

    # What was said, or was not.
    MISSING = "{0} is needed."
    NO_PLACE = "{0} is not asked for here."
    TOO_LONG = "{0} has {1} characters, and may have {2}."
    CHARACTER = "{0} holds the character {1}, which XML cannot carry."
    NO_EMAIL = "{0} is not an e-mail address."
    NO_TELEPHONE = "{0} is not a telephone number."
    EXPLANATION_MISSING = "The details of both learners differ. Give the reason for the merge in the comments."
    # The learners.
    NOT_A_ULN = "{0} is not a ULN: that is ten digits, the last of them a check digit."
    UNKNOWN = "There is no learner with the ULN {0}."
    NOBODY_OF_THE_NAME = "There is no learner with the ULN {0} and this name."
    DELETED = "The learner with the ULN {0} is deleted."
    LINKED = "The learner with the ULN {0} is linked to {1}: report the problem of that one."
    SAME_ULN = "{0} is the ULN of this learner. Give another one."
    SAME_PERSON = "{0} is a ULN of the same learner. Give another learner’s."
    NEITHER_OF_BOTH = "The master has to be one of both ULNs, {0} or {1}."
    NOT_MERGED = "The ULN {0} is not linked to {1}."
    # The events.
    EVENT_COUNT = "Choose exactly {0}: {1} were chosen."
    NO_SUCH_EVENT = "The learner has no such qualification."
    NOTHING_PROPOSED = "Propose another value for {0}."
    PROPOSED_BROKEN = "{0}"
    MISSING_DATE = (
        "No date was provided. Only the organisation that has submitted the qualification, with the UKPRN {0}, can ask "
        "for it to be added."
    )
    # Other challenges, and its own state.
    UNDER_CHALLENGE = "This is under challenge already: {0}."
    ANOTHER_ORGANISATION = "The enquiry {0} was raised by another organisation, which alone can withdraw it."
    WRONG_STATE = "The enquiry {0} is {1}, and cannot be {2}."
    # What the operator asks for.
    NOT_OF_ITS_KIND = "{0} is not used to resolve an enquiry of this kind."
    LOST_EVENT = "The qualification {0} is not in the record of {1} any more."
    CHANGED_SINCE = "{0} was changed since then, and cannot be changed back."
    MERGE_UNDONE = "The ULN {0} is not merged into {1} any more."
    NOTHING_TO_UNDO = "The enquiry {0} was resolved without a correction, a move, a removal or a merge to undo."


_BROKEN = frozenset(
    {
        *(Objection.MISSING, Objection.NO_PLACE, Objection.TOO_LONG, Objection.CHARACTER, Objection.NO_EMAIL),
        *(Objection.NO_TELEPHONE, Objection.EXPLANATION_MISSING, Objection.NOT_A_ULN, Objection.EVENT_COUNT),
        *(Objection.NOTHING_PROPOSED, Objection.PROPOSED_BROKEN, Objection.NOT_OF_ITS_KIND),
    }
)


@dataclass(frozen=True, slots=True)
class Objected:
    """One objection: the field of `ChallengeSent` that it is about, or '', and the values that its sentence quotes."""

    objection: Objection
    field: str = ""
    quoted: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The objection for a person."""
        return self.objection.value.format(*self.quoted)

    @property
    def is_broken(self) -> bool:
        """Whether what was said is wrong in itself, whatever is held."""
        return self.objection in _BROKEN


class ChallengeCode(str, Enum):
    """What was done with a challenge, as the log names it."""

    RAISED = "challenge raised"
    WITHDRAWN = "challenge withdrawn"
    RESOLVED = "challenge resolved"
    REJECTED = "challenge rejected"
    UNDONE = "challenge undone"
    REFUSED = "challenge refused"


@dataclass(frozen=True, slots=True)
class ChallengeDecision:
    """Whether something is done with a challenge: the code, and everything that stands against it if it is REFUSED."""

    code: ChallengeCode
    objections: tuple[Objected, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, as the log tells it. It quotes nothing that was said."""
        if not self.objections:
            return (Reason(Rule.CHALLENGE, Outcome.ALLOWED),)
        broken = tuple(dict.fromkeys(each.field or each.objection.name.lower() for each in self.objections))
        return (Reason(Rule.CHALLENGE, Outcome.BROKEN, broken),)

    @property
    def sentence(self) -> str:
        """All objections in sentences."""
        return " ".join(each.sentence for each in self.objections)


class ChallengeRefused(DecidedAgainst):
    """A challenge cannot be raised, or what was to be done with it cannot be done: `decision` says why."""

    decision: ChallengeDecision

    def __init__(self, decision: ChallengeDecision) -> None:
        super().__init__(decision.sentence, decision)

    @property
    def is_broken(self) -> bool:
        """Whether something of what was said is wrong in itself, whatever is held."""
        return any(each.is_broken for each in self.decision.objections)


def require(code: ChallengeCode, objections: Iterable[Objected]) -> ChallengeDecision:
    """The decision to do what `code` says. Raises ChallengeRefused if there are objections."""
    decision = judged(code, objections)
    if decision.objections:
        raise ChallengeRefused(decision)
    return decision


def judged(code: ChallengeCode, objections: Iterable[Objected]) -> ChallengeDecision:
    """The decision to do what `code` says, unless there are objections."""
    found = tuple(objections)
    return ChallengeDecision(ChallengeCode.REFUSED if found else code, found)
