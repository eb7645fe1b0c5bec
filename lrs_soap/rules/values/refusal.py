"""Why learners that were to be merged, unmerged or deleted are left as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RefusalKind(Enum):
    """What stands against merging, unmerging or deleting a learner."""

    NOT_A_ULN = "not a ULN"
    UNKNOWN = "unknown"
    DELETED = "deleted"
    INTO_ITSELF = "into itself"
    LINKED_ALREADY = "linked already"
    MASTER_OF_THE_OTHER = "master of the other"
    NOT_LINKED = "not linked"
    HAS_LINKED = "has linked learners"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done with the learner with `uln`; `others` are the ULNs of the learners that stand against it."""

    kind: RefusalKind
    uln: str
    others: tuple[str, ...] = ()
