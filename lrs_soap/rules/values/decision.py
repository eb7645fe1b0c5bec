"""What a rule returns: the code, who it is about, and the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner


@dataclass(frozen=True, slots=True)
class Reason:
    """One small fact that led to a decision.

    `rule` names the rule that spoke (`check digit`, `names`, `P1` …), `outcome` what it said, `fields` which of the
    learner's fields it looked at, `sent` and `held` their values on either side. Where several learners were judged,
    `uln` says which this is about, `score` what it counted, and `parts` what each thing that agreed did of that.
    """

    rule: str
    outcome: str
    fields: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    score: int | None = None
    uln: str | None = None
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The code that the operation answers, the learners that it answers with, best first, and why.

    `standing_in` has the ULNs of those of the learners that are there for one linked to them.
    """

    code: ResponseCode
    learners: tuple[Learner, ...] = ()
    reasons: tuple[Reason, ...] = ()
    standing_in: frozenset[str] = frozenset()
