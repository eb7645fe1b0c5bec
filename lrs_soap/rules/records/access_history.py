"""The access history of a learner: who has asked for the Personal Learning Record, and the pages to read it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.decision import Decision

PAGE_SIZE = 10


class Action(str, Enum):
    """What was done, in the words that ViewAudit answers with."""

    VIEWED = "Learning events viewed"
    NOT_SHARED = "Learning events not shared"


@dataclass(frozen=True, slots=True)
class Access:
    """One entry of an access history: when, what was done, and by whom."""

    moment: datetime
    action: Action
    author: Author


@dataclass(frozen=True, slots=True)
class Page:
    """The page `index`, the first being 1, of an access history of `total` entries, newest first."""

    index: int
    entries: tuple[Access, ...]
    total: int

    @property
    def count(self) -> int:
        """How many pages there are; none where there is no entry."""
        return -(-self.total // PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class Viewing(Decision):
    """The answer to whoever asks for a page of an access history; the page where it is EXACT_MATCH."""

    page: Page | None = None
