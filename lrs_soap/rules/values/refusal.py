"""Why learners that were to be merged, unmerged or deleted are left as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.rule import Outcome, Rule


class RefusalKind(Enum):
    """What stands against merging, unmerging or deleting a learner."""

    NOT_A_ULN = "not a ULN"
    UNKNOWN = "unknown learner"
    DELETED = "deleted learner"
    INTO_ITSELF = "into itself"
    LINKED_ALREADY = "linked already"
    MASTER_OF_THE_OTHER = "master of the other"
    NOT_LINKED = "not linked"
    HAS_LINKED = "has linked learners"


_RULES: Mapping[RefusalKind, tuple[Rule, Outcome]] = {
    RefusalKind.NOT_A_ULN: (Rule.CHECK_DIGIT, Outcome.WRONG),
    RefusalKind.UNKNOWN: (Rule.ULN_HOLDER, Outcome.UNKNOWN),
    RefusalKind.DELETED: (Rule.ULN_HOLDER, Outcome.DELETED),
    RefusalKind.HAS_LINKED: (Rule.DELETION, Outcome.NOT_ALLOWED),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done with the learner with `uln`; `others` are the ULNs of the learners that stand against it.

    It is a decision, whose code is the kind.
    """

    code: RefusalKind
    uln: str
    others: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, as the log tells it."""
        rule, outcome = _RULES.get(self.code, (Rule.MERGING, Outcome.NOT_ALLOWED))
        return (Reason(rule, outcome, ("uln",), (self.uln,), self.others, self.uln),)
