"""Remember searches by demographics, where the policy asks that a registration comes after one."""

from __future__ import annotations

from datetime import timezone

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import find_before_register
from lrs_soap.rules.learners.find_before_register import IdentityKeys, Search, SearchAge
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import searches


def note(work: UnitOfWork, asked: DemographicsAsked, found: Decision, *, age: SearchAge) -> None:
    """Remember what an organisation has searched for and found, and forget searches that are too old to count."""
    search = Search(work.now, found.code is ResponseCode.POSSIBLE_MATCHES)
    searches.remember(work.transaction, work.author.organisation, IdentityKeys.of(asked), search)
    # In UTC: a length of time taken from London's time is off by an hour where the clocks are changed.
    searches.forget(work.transaction, work.now.astimezone(timezone.utc) - age.maximum)


def refusal(work: UnitOfWork, learner: Learner) -> Decision | None:
    """What to answer where an organisation may not register this learner yet; None where it may.

    It is ALREADY_EXISTS, as the live service was reported to answer (docs/behaviour.md, Find before register).
    """
    age = work.policy.search_age
    if age is None:
        return None
    search = searches.last(work.transaction, work.author.organisation, IdentityKeys.of(learner))
    return find_before_register.refusal(search, now=work.now, age=age)
