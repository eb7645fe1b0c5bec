"""Note a search by demographics, if the policy requires one before a registration."""

from __future__ import annotations

from datetime import timezone

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.find_before_register import Search, SearchAge
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.store import searches


def note_search(work: UnitOfWork, asked: DemographicsAsked, found: Decision, *, age: SearchAge) -> None:
    """Remember what the author's organisation searched for and found. Forget searches that are too old to count."""
    search = Search(work.now, found.code is ResponseCode.POSSIBLE_MATCHES)
    searches.remember(work.transaction, work.author.organisation, IdentityKeys.of(asked), search)
    # In UTC, because subtracting from London's time is wrong by an hour when the clocks change.
    searches.forget(work.transaction, work.now.astimezone(timezone.utc) - age.maximum)
