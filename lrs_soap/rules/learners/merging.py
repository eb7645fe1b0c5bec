"""Linked learners: one of two ULNs of a person becomes the master, and that can be taken back.

A learner is linked to a master, and a master is never linked itself. The learner that it was merged into may have been
linked since, because it was a master then. So the learners linked to one master form a tree, by what each was merged
into. Unmerging a learner takes out its whole branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.values import moments, version_number
from lrs_soap.rules.values.change import Action
from lrs_soap.rules.values.decided_against import DecidedAgainst
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.rules.values.refusal import Refusal, RefusalKind
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sentences import refusal_sentence


@dataclass(frozen=True, slots=True)
class LearnersChanged:
    """The decision that learners change: what is done, and the learners as they will be.

    `learners` are the one that is linked, unlinked or deleted, then the master, then the others.
    """

    code: Action
    learners: tuple[Learner, ...]
    reasons: tuple[Reason, ...]


class MergingRefused(DecidedAgainst):
    """Learners cannot be merged, unmerged or deleted: `decision` says why."""

    decision: Refusal

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal_sentence(refusal), refusal)


Held = Mapping[str, Learner]
"""By ULN: the learners that were named, if the register has them, their masters, and all learners linked to any."""

_NOBODY = {
    NoHolder.NOT_A_ULN: RefusalKind.NOT_A_ULN,
    NoHolder.UNKNOWN: RefusalKind.UNKNOWN,
    NoHolder.DELETED: RefusalKind.DELETED,
}


def merge(master_uln: str, linked_uln: str, held: Held) -> LearnersChanged | Refusal:
    """Link a learner, and the learners linked to it, to a master. If `master_uln` is linked, its master is used."""
    for uln in (master_uln, linked_uln):
        refusal = _refuse_nobody(uln, held)
        if refusal is not None:
            return refusal
    linked, named = held[linked_uln], held[master_uln]
    if linked_uln == master_uln:
        return Refusal(RefusalKind.INTO_ITSELF, linked_uln)
    if linked.master_uln is not None:
        return Refusal(RefusalKind.LINKED_ALREADY, linked_uln, (linked.master_uln,))
    if named.master_uln == linked_uln:
        return Refusal(RefusalKind.MASTER_OF_THE_OTHER, linked_uln, (master_uln,))
    master = named if named.master_uln is None else held[named.master_uln]
    carried = linked.linked_ulns
    learners = (
        linked._replace(master_uln=master.uln, linked_ulns=()),
        master._replace(linked_ulns=tuple(sorted((*master.linked_ulns, linked_uln, *carried)))),
        *(held[uln]._replace(master_uln=master.uln) for uln in carried),
    )
    taken = () if master is named else (_link(Outcome.MASTER_TAKEN, named.uln, master.uln),)
    linked_too = (_link(Outcome.LINKED_TOO, uln, master.uln) for uln in carried)
    return LearnersChanged(
        Action.MERGED, learners, (*taken, _link(Outcome.LINKED, linked_uln, master.uln), *linked_too)
    )


def unmerge(linked_uln: str, held: Held, merged_into: Mapping[str, str]) -> LearnersChanged | Refusal:
    """Restore a linked learner as it was, with the learners that were linked to it when it was merged.

    `merged_into` has, for each learner linked to the same master, the ULN that it was merged into.
    """
    refusal = _refuse_nobody(linked_uln, held)
    if refusal is not None:
        return refusal
    linked = held[linked_uln]
    if linked.master_uln is None:
        return Refusal(RefusalKind.NOT_LINKED, linked_uln)
    master = held[linked.master_uln]
    returned = tuple(uln for uln in master.linked_ulns if linked_uln in _ancestors(uln, merged_into))
    remaining = (uln for uln in master.linked_ulns if uln != linked_uln and uln not in returned)
    learners = (
        linked._replace(master_uln=None, linked_ulns=returned),
        master._replace(linked_ulns=tuple(remaining)),
        *(held[uln]._replace(master_uln=linked_uln) for uln in returned),
    )
    linked_too = (_link(Outcome.LINKED_TOO, uln, linked_uln) for uln in returned)
    return LearnersChanged(Action.UNMERGED, learners, (_link(Outcome.UNLINKED, linked_uln, master.uln), *linked_too))


def delete(uln: str, held: Held, *, now: datetime) -> LearnersChanged | Refusal:
    """Delete a learner to which no other is linked. Its ULN stays taken; its five identity keys become free.

    `now` is the moment on the service's clock.
    """
    refusal = _refuse_nobody(uln, held)
    if refusal is not None:
        return refusal
    learner = held[uln]
    if learner.linked_ulns:
        return Refusal(RefusalKind.HAS_LINKED, uln, learner.linked_ulns)
    deleted = learner._replace(
        learner_status=DELETED,
        version_number=version_number.next_after(learner.version_number),
        last_updated_date=now.date().isoformat(),
        last_updated=moments.kept(now),
    )
    reason = Reason(
        Rule.DELETION, Outcome.DELETED, ("learner_status",), (DELETED,), (learner.learner_status,), learner.uln
    )
    return LearnersChanged(Action.DELETED, (deleted,), (reason,))


def _link(outcome: Outcome, uln: str, master_uln: str) -> Reason:
    """A fact about the learner with `uln` and its master, the one that it had or the one that it gets."""
    return Reason(Rule.MERGING, outcome, ("master_uln",), held=(master_uln,), uln=uln)


def _refuse_nobody(uln: str, held: Held) -> Refusal | None:
    """The refusal of a ULN that stands for nobody; None if it stands for a learner."""
    holder = holder_of(uln, held.get(uln))
    return Refusal(_NOBODY[holder], uln) if isinstance(holder, NoHolder) else None


def _ancestors(uln: str, merged_into: Mapping[str, str]) -> Iterator[str]:
    """The learner that a linked one was merged into, the one that that was merged into, and so on to the master."""
    at: str | None = merged_into.get(uln)
    while at is not None:
        yield at
        at = merged_into.get(at)
