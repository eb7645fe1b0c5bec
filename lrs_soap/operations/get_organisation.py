"""Get an organisation by its codes."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.organisation import Organisation
from lrs_soap.store import organisations


def find_organisation(work: UnitOfWork, *, ukprn: str | None, organisation_ref: str | None) -> Organisation | None:
    """The organisation, suspended or not, with this UKPRN or OrganisationRef, or with both; None if there is none.

    None is a code that was not sent. Letter case does not matter.
    """
    account = organisations.named(work.transaction, ukprn=ukprn, organisation_ref=organisation_ref)
    return None if account is None else account.organisation
