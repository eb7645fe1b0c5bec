"""Linked learners: which of two ULNs of one person stands in for the other from now on, and how that is taken back.

A learner is linked to a master, which is never linked itself. What it was merged into may be: that was a master then.
So the learners that are linked to one master make a tree by what each was merged into, and taking one out takes out
the branch that it brought along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.rules.values.refusal import Refusal, RefusalKind

Changed = tuple[Learner, ...]
"""The learners that are changed, as they are to be held: who is linked, unlinked or deleted, the master, the others."""

Held = Mapping[str, Learner]
"""By ULN, those that were named, as far as they are held, their masters, and whoever is linked to any of them."""

_NOBODY = {
    NoHolder.NOT_A_ULN: RefusalKind.NOT_A_ULN,
    NoHolder.UNKNOWN: RefusalKind.UNKNOWN,
    NoHolder.DELETED: RefusalKind.DELETED,
}


def merge(master_uln: str, linked_uln: str, held: Held) -> Changed | Refusal:
    """Link a learner, and those that are linked to it, to a master; where that is linked itself, to its master."""
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
    return (
        replace(linked, master_uln=master.uln, linked_ulns=()),
        replace(master, linked_ulns=tuple(sorted((*master.linked_ulns, linked_uln, *carried)))),
        *(replace(held[uln], master_uln=master.uln) for uln in carried),
    )


def unmerge(linked_uln: str, held: Held, merged_into: Mapping[str, str]) -> Changed | Refusal:
    """Give a linked learner back as it was, those that it brought along linked to it.

    `merged_into` says of each learner that is linked to the same master what it was merged into.
    """
    refusal = _refuse_nobody(linked_uln, held)
    if refusal is not None:
        return refusal
    linked = held[linked_uln]
    if linked.master_uln is None:
        return Refusal(RefusalKind.NOT_LINKED, linked_uln)
    master = held[linked.master_uln]
    returned = tuple(uln for uln in master.linked_ulns if linked_uln in _above(uln, merged_into))
    remaining = (uln for uln in master.linked_ulns if uln != linked_uln and uln not in returned)
    return (
        replace(linked, master_uln=None, linked_ulns=returned),
        replace(master, linked_ulns=tuple(remaining)),
        *(replace(held[uln], master_uln=linked_uln) for uln in returned),
    )


def delete(uln: str, held: Held, *, today: date) -> Changed | Refusal:
    """Delete a learner that nobody is linked to; its ULN is not given to anybody else, its five keys may be."""
    refusal = _refuse_nobody(uln, held)
    if refusal is not None:
        return refusal
    learner = held[uln]
    if learner.linked_ulns:
        return Refusal(RefusalKind.HAS_LINKED, uln, learner.linked_ulns)
    version = learner.version_number + 1
    return (replace(learner, learner_status=DELETED, version_number=version, last_updated_date=today.isoformat()),)


def _refuse_nobody(uln: str, held: Held) -> Refusal | None:
    """The refusal of a ULN that stands for nobody; None where it stands for a learner."""
    holder = holder_of(uln, held.get(uln))
    return Refusal(_NOBODY[holder], uln) if isinstance(holder, NoHolder) else None


def _above(uln: str, merged_into: Mapping[str, str]) -> Iterator[str]:
    """What a linked learner was merged into, what that was merged into, and so on up to the master."""
    at: str | None = merged_into.get(uln)
    while at is not None:
        yield at
        at = merged_into.get(at)
