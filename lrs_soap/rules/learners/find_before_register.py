"""Find before register: whether an organisation has searched for whom it registers, and had time to look at the answer.

A setting asks for it; without it anybody is registered unsearched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule


@dataclass(frozen=True, slots=True)
class SearchAge:
    """How old a search may be when a registration comes, and has to be where it found possible matches."""

    maximum: timedelta
    minimum: timedelta


class IdentityKeys(NamedTuple):
    """What was searched for: the five identity keys."""

    date_of_birth: str
    family_name: str
    given_name: str
    post_code: str
    gender: str

    @classmethod
    def of(cls, person: DemographicsAsked | Learner) -> IdentityKeys:
        """Those of a search, or of a learner to register."""
        return cls(
            person.date_of_birth,
            identity_key(person.family_name),
            identity_key(person.given_name),
            postcode.identity_key(person.last_known_post_code),
            person.gender,
        )


@dataclass(frozen=True, slots=True)
class Search:
    """An organisation's last search by demographics for the same five identity keys."""

    moment: datetime
    found_possible: bool


def refusal(search: Search | None, *, now: datetime, age: SearchAge) -> Decision | None:
    """What to answer, ALREADY_EXISTS, to a registration after `search`, None where there was none; None lets it pass.

    | the last search | |
    |---|---|
    | none, or older than the maximum | refused |
    | found possible matches, and younger than the minimum | refused: nobody has looked at them |
    | else | passes |
    """
    if search is None:
        return _refused(Outcome.NOT_SEARCHED)
    # In UTC: between two of London's times Python counts what the clocks show, not what has passed.
    old = now.astimezone(timezone.utc) - search.moment
    if old > age.maximum:
        return _refused(Outcome.SEARCHED_TOO_LONG_AGO)
    if search.found_possible and old < age.minimum:
        return _refused(Outcome.MATCHES_NOT_REVIEWED)
    return None


def _refused(outcome: Outcome) -> Decision:
    return Decision(ResponseCode.ALREADY_EXISTS, reasons=(Reason(Rule.SEARCH_BEFORE, outcome),))
