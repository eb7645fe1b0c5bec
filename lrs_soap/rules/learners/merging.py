"""Linked learners: which of two ULNs of one person stands in for the other from now on, and how that is taken back.

A learner is linked to a master, which is never linked itself. What it was merged into may be: that was a master then.
So the learners that are linked to one master make a tree by what each was merged into, and taking one out takes out
the branch that it brought along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from lrs_soap.rules.learners.uln_lookup import whose
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.learner import DELETED, Learner


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why learners are left as they are, in a sentence for whoever asked."""

    sentence: str


Changed = tuple[Learner, ...]
"""The learners that are changed, as they are to be held: who is linked, unlinked or deleted, the master, the others."""

Held = Mapping[str, Learner]
"""By ULN, those that were named, as far as they are held, their masters, and whoever is linked to any of them."""


def merge(master_uln: str, linked_uln: str, held: Held) -> Changed | Refusal:
    """Link a learner, and those that are linked to it, to a master; where that is linked itself, to its master."""
    for uln in (master_uln, linked_uln):
        nobodys = _why_nobodys(uln, held)
        if nobodys is not None:
            return nobodys
    linked, named = held[linked_uln], held[master_uln]
    if linked_uln == master_uln:
        return Refusal(f"The learner with the ULN {linked_uln} cannot be merged into itself.")
    if linked.is_linked:
        return Refusal(
            f"The learner with the ULN {linked_uln} is linked to {linked.master_uln} already; unmerge it to link it to "
            "another."
        )
    if named.master_uln == linked_uln:
        return Refusal(
            f"The learner with the ULN {linked_uln} is the master of {master_uln}, and cannot be linked to it."
        )
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
    nobodys = _why_nobodys(linked_uln, held)
    if nobodys is not None:
        return nobodys
    linked = held[linked_uln]
    if linked.master_uln is None:
        return Refusal(f"The learner with the ULN {linked_uln} is not linked to another.")
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
    nobodys = _why_nobodys(uln, held)
    if nobodys is not None:
        return nobodys
    learner = held[uln]
    if learner.linked_ulns:
        return Refusal(
            f"The learner with the ULN {uln} is the master of {', '.join(learner.linked_ulns)}, and cannot be deleted."
        )
    version = learner.version_number + 1
    return (replace(learner, learner_status=DELETED, version_number=version, last_updated_date=today.isoformat()),)


def _why_nobodys(uln: str, held: Held) -> Refusal | None:
    found = whose(uln, held.get(uln))
    if not isinstance(found, Reason):
        return None
    if found.rule == "check digit":
        return Refusal(f"{uln!r} is not a ULN: that is ten digits, the last of them a check digit.")
    if uln not in held:
        return Refusal(f"There is no learner with the ULN {uln}.")
    return Refusal(f"The learner with the ULN {uln} is deleted.")


def _above(uln: str, merged_into: Mapping[str, str]) -> Iterator[str]:
    """What a linked learner was merged into, what that was merged into, and so on up to the master."""
    at: str | None = merged_into.get(uln)
    while at is not None:
        yield at
        at = merged_into.get(at)
