"""The organisations that use the service, and the hashes of their passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Update, bindparam, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from lrs_soap.rules.values.organisation import Organisation, Role, canonical
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import organisations
from lrs_soap.store.transaction import Transaction

_ACTIVE, _SUSPENDED = "active", "suspended"
_ENABLED, _DISABLED = "enabled", "disabled"
_COLUMNS = tuple(
    organisations.c[name]
    for name in ("ukprn", "organisation_ref", "name", "status", "permissions", "roles", "password_hash")
)
_BY_UKPRN = Prepared(select(*_COLUMNS).where(organisations.c.ukprn == bindparam("code")), "code")
_BY_REFERENCE = Prepared(select(*_COLUMNS).where(organisations.c.organisation_ref == bindparam("code")), "code")
_ALL = Prepared(select(*_COLUMNS).order_by(organisations.c.ukprn))


@dataclass(frozen=True, slots=True)
class Account:
    """An organisation with the argon2 hash of its password, which no repr shows."""

    organisation: Organisation
    password_hash: str = field(repr=False)


def by_ukprn(transaction: Transaction, ukprn: str) -> Account | None:
    """The organisation with this UKPRN, in upper or lower case, suspended or not; None if there is none."""
    return _found(_BY_UKPRN.row(transaction, canonical(ukprn)))


def by_reference(transaction: Transaction, organisation_ref: str) -> Account | None:
    """The organisation with this OrganisationRef, in upper or lower case, suspended or not; None if there is none."""
    return _found(_BY_REFERENCE.row(transaction, canonical(organisation_ref)))


def named(transaction: Transaction, *, ukprn: str | None, organisation_ref: str | None) -> Account | None:
    """The organisation that a UKPRN, an OrganisationRef, or both agreeing name; None for nobody.

    None is a code that is not known; letters have no case in either.
    """
    remembered = transaction.remembered()
    codes = (organisations.name, ukprn and canonical(ukprn), organisation_ref and canonical(organisation_ref))
    account: Account | None = remembered.get(codes)
    if account is None:
        account = _named(transaction, ukprn, organisation_ref)
        if account is not None:
            # Codes of nobody are not remembered, because there is no end of them.
            remembered[codes] = account
    return account


def _named(transaction: Transaction, ukprn: str | None, organisation_ref: str | None) -> Account | None:
    if ukprn is None:
        return None if organisation_ref is None else by_reference(transaction, organisation_ref)
    account = by_ukprn(transaction, ukprn)
    if organisation_ref is None or account is None:
        return account
    return account if account.organisation.organisation_ref == canonical(organisation_ref) else None


def all(transaction: Transaction) -> tuple[Organisation, ...]:
    """All organisations, in the order of their UKPRNs."""
    return tuple(_account(row).organisation for row in _ALL.rows(transaction))


def insert(transaction: Transaction, organisation: Organisation, password_hash: str) -> None:
    """Add an organisation. Raises AlreadyHeld when its UKPRN or its OrganisationRef is taken."""
    row = {
        "ukprn": canonical(organisation.ukprn),
        "organisation_ref": canonical(organisation.organisation_ref),
        "name": organisation.name,
        "password_hash": password_hash,
        **_changeable(organisation),
    }
    with transaction.savepoint():
        transaction.execute(insert_into(organisations), row)


def locked(transaction: Transaction, ukprn: str) -> Organisation | None:
    """The organisation with this UKPRN. Nobody else can change it until this writing transaction ends."""
    found = transaction.execute(
        select(*_COLUMNS).where(organisations.c.ukprn == canonical(ukprn)).with_for_update()
    ).one_or_none()
    return None if found is None else _account(tuple(found)).organisation


def update(transaction: Transaction, organisation: Organisation) -> None:
    """Write the roles, suspension and permissions of the organisation that has this one's UKPRN."""
    transaction.execute(_the_one(organisation.ukprn).values(**_changeable(organisation)))


def set_password_hash(transaction: Transaction, ukprn: str, password_hash: str) -> bool:
    """Replace the hash of an organisation's password; return whether there is such an organisation."""
    return transaction.execute(_the_one(ukprn).values(password_hash=password_hash)).rowcount == 1


def _the_one(ukprn: str) -> Update:
    return update_of(organisations).where(organisations.c.ukprn == canonical(ukprn))


def _changeable(organisation: Organisation) -> dict[str, str]:
    return {
        "status": _SUSPENDED if organisation.suspended else _ACTIVE,
        "permissions": _DISABLED if organisation.permissions_disabled else _ENABLED,
        "roles": ",".join(sorted(role.value for role in organisation.roles)),
    }


def _found(row: tuple[Any, ...] | None) -> Account | None:
    return None if row is None else _account(row)


# Few organisations send most of the requests, and their rows are read again whenever anybody has written.
@lru_cache(maxsize=256)
def _account(row: tuple[Any, ...]) -> Account:
    ukprn, organisation_ref, name, status, permissions, roles, password_hash = row
    organisation = Organisation(
        ukprn,
        organisation_ref,
        name,
        suspended=status == _SUSPENDED,
        permissions_disabled=permissions == _DISABLED,
        roles=_roles(roles),
    )
    return Account(organisation, password_hash)


@lru_cache(maxsize=256)
def _roles(column: str) -> frozenset[Role]:
    return frozenset(Role(role) for role in column.split(",") if role)
