"""The access history of a learner: who has asked for its Personal Learning Record, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.decision import Decision

PAGE_SIZE = 10


class AccessAction(str, Enum):
    """What was done, in ViewAudit's words."""

    VIEWED = "Learning events viewed"
    NOT_SHARED = "Learning events not shared"


@dataclass(frozen=True, slots=True)
class RecordAccess:
    """An entry of an access history: when, what was done, and by whom."""

    moment: datetime
    action: AccessAction
    author: Author


@dataclass(frozen=True, slots=True)
class Page:
    """The page `index`, counted from 1, of an access history with `total` entries, newest first."""

    index: int
    entries: tuple[RecordAccess, ...]
    total: int

    @property
    def page_count(self) -> int:
        """How many pages the history has; 0 without an entry."""
        return -(-self.total // PAGE_SIZE)


@dataclass(slots=True)
class AccessHistoryDecision(Decision):
    """The answer to a caller that asks for a page of an access history, with the page if it is EXACT_MATCH."""

    page: Page | None = None
