"""What a rule returns: the code, the learners it is about, and the reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lrs_soap.rules.values.agreement import NamesAgreement, ScorePart
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_NAME
from lrs_soap.rules.values.rule import Outcome, Rule


class Reason(NamedTuple):
    """One fact that led to a decision. It is for the log and for people: nothing is decided by reading it.

    `outcome` is what the rule found; for Rule.NAMES, how the names agree. `fields` are the learner's fields that the
    rule looked at, `sent` and `held` their values on either side. `uln` is the learner that the rule judged, if it
    judged several; `parts` is what each part added to that learner's score. `findings` are the messages or flags of
    checks that name their own findings, such as the schema's.

    A named tuple, because a search makes one for each learner who fits, and a dataclass takes three times as long.
    """

    rule: Rule
    outcome: Outcome | NamesAgreement
    fields: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    uln: str | None = None
    parts: tuple[ScorePart, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def score(self) -> int | None:
        """What the parts add up to; None where nothing was scored."""
        return sum(part.points for part in self.parts) if self.parts else None


class NearMiss(NamedTuple):
    """A learner that a find has looked at, and that is not the one: `parts` is what agrees, `fields` what does not.

    `sent` and `held` are the values of `fields` on either side. It is for people: nothing is decided by reading it.
    """

    uln: str
    fields: tuple[str, ...]
    sent: tuple[str, ...]
    held: tuple[str, ...]
    parts: tuple[ScorePart, ...]

    @property
    def score(self) -> int:
        """What the parts add up to."""
        return sum(part.points for part in self.parts)


def passed_over(reasons: Iterable[Reason]) -> list[str]:
    """Sentences about what was sent and is not kept, although nothing is refused for it."""
    return [
        f"{BY_NAME[field].contract_name}: {finding}"
        for reason in reasons
        if reason.outcome is Outcome.NOT_KEPT
        for field, finding in zip(reason.fields, reason.findings, strict=True)
    ]


@dataclass(slots=True)
class Decision:
    """The code that the operation answers, the learners that it answers with, best first, and why.

    Nobody changes one. It is not frozen, because every request makes one, and a frozen one takes five times as long.

    `substitutes` has the ULNs of those of the learners that are answered in place of one linked to them. `holder_uln`
    is the ULN of the learner that already has the five identity keys, if the code is ALREADY_EXISTS for that reason.
    `nearest` are the learners that were nearest, best first, if a find has found nobody; None for all else.
    """

    code: ResponseCode
    learners: tuple[Learner, ...] = ()
    reasons: tuple[Reason, ...] = ()
    substitutes: frozenset[str] = frozenset()
    holder_uln: str | None = None
    nearest: tuple[NearMiss, ...] | None = field(default=None, compare=False)
