"""Reasons and refusals in words: the one place where they become text, for the log and for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from lrs_soap.rules.values.agreement import NamesAgreement, ScorePart
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.refusal import Refusal, RefusalKind
from lrs_soap.rules.values.rule import Outcome, Rule


def _parts(parts: tuple[ScorePart, ...]) -> str:
    return ", ".join(
        part.part.value if part.agreement is None else f"{part.part.value} {part.agreement.name}" for part in parts
    )


_FOUND: Mapping[Outcome, str | Callable[[Reason], str]] = {
    Outcome.ALLOWED: "allowed",
    Outcome.BROKEN: lambda reason: (
        "; ".join(reason.findings) or (f"broken by {', '.join(reason.fields)}" if reason.fields else "broken")
    ),
    Outcome.CHANGED: lambda reason: f"{', '.join(reason.fields)} changed",
    Outcome.CHANGED_BEFORE: lambda reason: "{} changed, and {} by an earlier record of the job".format(*reason.fields),
    Outcome.CLOSED: "closed",
    Outcome.DELETED: "deleted",
    Outcome.DISABLED: "disabled",
    Outcome.EQUAL: "all five identity keys equal",
    Outcome.FAILED: lambda reason: f"{', '.join(reason.findings)} failed",
    Outcome.FITS: lambda reason: _parts(reason.parts),
    Outcome.FOUND: "found",
    Outcome.FREE: "free",
    Outcome.LINKED: "linked to the master",
    Outcome.LINKED_TOO: "one that was linked to it goes with it",
    Outcome.MASTER_ANSWERED: "master answered in its place",
    Outcome.MASTER_TAKEN: "linked itself, so its own master is taken",
    Outcome.MASTER_TO_UPDATE: "its master is the one to update",
    Outcome.MATCHES_NOT_REVIEWED: "found possible matches a moment ago",
    Outcome.MISCOUNTED: lambda reason: f"{reason.sent[0]} declared, {reason.held[0]} sent",
    Outcome.NEWER: "newer than the held one",
    Outcome.NOBODY_FITS: "nobody fits",
    Outcome.NOT_ALLOWED: "not allowed",
    Outcome.NOT_KEPT: lambda reason: "; ".join(reason.findings),
    Outcome.NOT_SEARCHED: "no search remembered",
    Outcome.NOT_SENT: lambda reason: f"{', '.join(reason.fields)} not sent",
    Outcome.NOT_SHARED: lambda reason: f"not shared with {reason.sent[0]}",
    Outcome.NO_PASSWORD: lambda reason: f"by the console without a password, as in {reason.held[0]}",
    Outcome.NO_ROLE: "none opens the operation",
    Outcome.OLDER: "older than the held one",
    Outcome.OWN_RECORD: "the learner asks",
    Outcome.OWN_RECORD_COMPARED: "its own record compared",
    Outcome.PROGRESS: lambda reason: "{}, {} of {} records done".format(*reason.held),
    Outcome.SEARCHED_TOO_LONG_AGO: "searched too long ago",
    Outcome.SHARED: "shared",
    Outcome.STEPPED_IN: lambda reason: f"{reason.held[0]} stepped in",
    Outcome.SUBMITTED: lambda reason: f"submitted as {reason.held[0]}",
    Outcome.SUSPENDED: "suspended",
    Outcome.TAKEN: "another learner has them",
    Outcome.TAKEN_BY_LINKED: "a linked learner has them",
    Outcome.TOO_MANY: "too many",
    Outcome.UNCHANGED: "none changed",
    Outcome.UNKNOWN: "unknown",
    Outcome.UNLINKED: "no longer linked to the master",
    Outcome.WRONG: "wrong",
}

_REFUSALS: Mapping[RefusalKind, str] = {
    RefusalKind.NOT_A_ULN: "{uln!r} is not a ULN: that is ten digits, the last of them a check digit.",
    RefusalKind.UNKNOWN: "There is no learner with the ULN {uln}.",
    RefusalKind.DELETED: "The learner with the ULN {uln} is deleted.",
    RefusalKind.INTO_ITSELF: "The learner with the ULN {uln} cannot be merged into itself.",
    RefusalKind.LINKED_ALREADY: (
        "The learner with the ULN {uln} is linked to {others} already; unmerge it to link it to another."
    ),
    RefusalKind.MASTER_OF_THE_OTHER: (
        "The learner with the ULN {uln} is the master of {others}, and cannot be linked to it."
    ),
    RefusalKind.NOT_LINKED: "The learner with the ULN {uln} is not linked to another.",
    RefusalKind.HAS_LINKED: "The learner with the ULN {uln} is the master of {others}, and cannot be deleted.",
}


def sentence(reason: Reason, *, with_values: bool = True) -> str:
    """A reason as `rule: what it found`, on one line.

    It has no value of a learner, unless a finding quotes one; without `with_values` it has none.
    """
    said = _without_values(reason.rule, reason.outcome, reason.parts)
    if said is not None:
        return said
    if reason.outcome is Outcome.BROKEN and not with_values:
        reason = reason._replace(findings=())
    return f"{reason.rule.value}: {_found(reason)}"


def refusal_sentence(refusal: Refusal) -> str:
    """A refusal in a sentence for whoever asked to merge, unmerge or delete."""
    return _REFUSALS[refusal.code].format(uln=refusal.uln, others=", ".join(refusal.others))


# The learners of a search agree in much the same parts, and a search with ten matches has sixty of them to name.
@lru_cache(maxsize=1024)
def _without_values(rule: Rule, outcome: Outcome | NamesAgreement, parts: tuple[ScorePart, ...]) -> str | None:
    """A reason as a sentence that follows from these alone; None if its fields, values or findings are in it, too."""
    is_whole = isinstance(outcome, NamesAgreement) or outcome is Outcome.FITS or isinstance(_FOUND[outcome], str)
    return f"{rule.value}: {_found(Reason(rule, outcome, parts=parts))}" if is_whole else None


def _found(reason: Reason) -> str:
    outcome = reason.outcome
    if isinstance(outcome, NamesAgreement):
        return "swapped" if outcome.swapped else f"given {outcome.given.name}, family {outcome.family.name}"
    found = _FOUND[outcome]
    return found if isinstance(found, str) else found(reason)
