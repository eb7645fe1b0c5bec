"""Find before register: whether an organisation has searched for a learner before it registers that learner.

A setting turns this on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.rule import Outcome, Rule


@dataclass(frozen=True, slots=True)
class SearchAge:
    """How old a search may be when a registration comes, and how old it must be if it found possible matches."""

    maximum: timedelta
    minimum: timedelta


@dataclass(frozen=True, slots=True)
class Search:
    """An organisation's last search by demographics for certain identity keys."""

    moment: datetime
    found_possible: bool


def refusal(search: Search | None, *, now: datetime, age: SearchAge) -> Decision | None:
    """ALREADY_EXISTS if a registration after `search` is refused, else None. `search` is None if there was none.

    | the last search | the registration |
    |---|---|
    | none, or older than the maximum | refused |
    | found possible matches, and is younger than the minimum | refused: nobody can have looked at them |
    | else | not refused |
    """
    if search is None:
        return _refused(Outcome.NOT_SEARCHED)
    # In UTC: between two London times, Python subtracts what the clocks show, not the time that has passed.
    old = now.astimezone(timezone.utc) - search.moment
    if old > age.maximum:
        return _refused(Outcome.SEARCHED_TOO_LONG_AGO)
    if search.found_possible and old < age.minimum:
        return _refused(Outcome.MATCHES_NOT_REVIEWED)
    return None


def _refused(outcome: Outcome) -> Decision:
    return Decision(ResponseCode.ALREADY_EXISTS, reasons=(Reason(Rule.SEARCH_BEFORE, outcome),))
