"""Get an organisation by its codes."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.organisation import Organisation
from lrs_soap.store import organisations


def find_organisation(work: UnitOfWork, *, ukprn: str | None, organisation_ref: str | None) -> Organisation | None:
    """The organisation, suspended or not, that a UKPRN, an OrganisationRef, or both agreeing name; None for nobody.

    None is a code that was not sent; letters have no case in either.
    """
    account = organisations.named(work.transaction, ukprn=ukprn, organisation_ref=organisation_ref)
    return None if account is None else account.organisation
