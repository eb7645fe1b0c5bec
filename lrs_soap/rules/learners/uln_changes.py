"""Which ULNs were merged, unmerged or deleted: those by which a learner is asked for differently since then."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.rules.values.change import Action, Change
from lrs_soap.rules.values.learner import DELETED

_MASTER, _STATUS = "master_uln", "learner_status"


@dataclass(frozen=True, slots=True)
class UlnChange:
    """A ULN that was merged, unmerged or deleted, by this entry of its learner's history.

    `master_before` and `master_after` are the ULNs of its masters; None is none.
    """

    uln: str
    change: Change
    master_before: str | None = None
    master_after: str | None = None


def uln_change(uln: str, change: Change) -> UlnChange | None:
    """What an entry of a history has changed about its own ULN; None if it has changed nothing about it.

    | the entry | |
    |---|---|
    | merged: the learner has a master, or another one | merged |
    | unmerged: the learner has none, or another one | unmerged |
    | merged or unmerged: others are linked to the learner, or not any more | not about its own ULN |
    | deleted | deleted |
    """
    if change.action in (Action.MERGED, Action.UNMERGED) and _MASTER in change.fields:
        before, after = change.fields[_MASTER]
        return UlnChange(uln, change, before, after)
    if change.action is Action.DELETED and change.fields.get(_STATUS, (None, None))[1] == DELETED:
        return UlnChange(uln, change)
    return None
