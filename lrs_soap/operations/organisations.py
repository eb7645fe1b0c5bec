"""Organisations, for the operator: list, add and change them.

A change applies from the next request on, in servers that are running too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lrs_soap.errors import AlreadyHeld, InvalidRecord, NotHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.values.organisation import (
    PASSWORD_LENGTH,
    REFERENCE_LENGTH,
    UKPRN_LENGTH,
    Organisation,
    Role,
    canonical,
    is_organisation_ref,
    is_password,
    is_ukprn,
)
from lrs_soap.store import organisations


def check_new(work: UnitOfWork, organisation: Organisation) -> None:
    """Check that an organisation can be added. Raises InvalidRecord, or AlreadyHeld if one of its codes is taken."""
    _check_codes(organisation)
    if organisations.by_ukprn(work.transaction, organisation.ukprn) is not None:
        raise AlreadyHeld(f"There is an organisation with the UKPRN {canonical(organisation.ukprn)} already.")
    other = organisations.by_reference(work.transaction, organisation.organisation_ref)
    if other is not None:
        raise AlreadyHeld(
            f"The organisation with the UKPRN {other.organisation.ukprn} has the OrganisationRef "
            f"{canonical(organisation.organisation_ref)} already."
        )


def add(work: UnitOfWork, passwords: Passwords, organisation: Organisation, password: str) -> Organisation:
    """Add an organisation. Returns it as it is held, its codes in capitals. Raises as `check_new`, `check_password`."""
    check_password(password)
    check_new(work, organisation)
    organisations.insert(work.transaction, organisation, passwords.hash(password))
    return held(work, organisation.ukprn)


def everyone(work: UnitOfWork) -> tuple[Organisation, ...]:
    """Every organisation, by UKPRN."""
    return organisations.all(work.transaction)


def held(work: UnitOfWork, ukprn: str) -> Organisation:
    """The organisation with this UKPRN. Raises NotHeld."""
    account = organisations.by_ukprn(work.transaction, ukprn)
    if account is None:
        raise _unknown(ukprn)
    return account.organisation


def set_roles(work: UnitOfWork, ukprn: str, roles: frozenset[Role]) -> Organisation:
    """Give an organisation exactly these roles. Raises NotHeld, as all changes do."""
    return _changed(work, ukprn, lambda now: replace(now, roles=roles))


def change_roles(work: UnitOfWork, ukprn: str, *, added: frozenset[Role], removed: frozenset[Role]) -> Organisation:
    """Add roles to an organisation and remove others. A role that is in both is removed."""
    return _changed(work, ukprn, lambda now: replace(now, roles=(now.roles | added) - removed))


def set_suspended(work: UnitOfWork, ukprn: str, suspended: bool) -> Organisation:
    """Suspend an organisation, so that it is answered as if it were unknown (WSEC0003), or resume it."""
    return _changed(work, ukprn, lambda now: replace(now, suspended=suspended))


def set_permissions_disabled(work: UnitOfWork, ukprn: str, disabled: bool) -> Organisation:
    """Disable an organisation's permissions (WSEC0006), whatever its roles, or enable them again."""
    return _changed(work, ukprn, lambda now: replace(now, permissions_disabled=disabled))


def set_password(work: UnitOfWork, passwords: Passwords, ukprn: str, password: str) -> None:
    """Change the password of an organisation. Raises NotHeld, and as `check_password`."""
    check_password(password)
    if not organisations.set_password_hash(work.transaction, ukprn, passwords.hash(password)):
        raise _unknown(ukprn)


def check_password(password: str) -> None:
    """Check that clients can send this password. Raises InvalidRecord, which does not quote it."""
    if not is_password(password):
        raise InvalidRecord(
            f"has to be exactly {PASSWORD_LENGTH} letters, digits, signs or spaces, and not spaces only", "OrgPassword"
        )


def _check_codes(organisation: Organisation) -> None:
    if not is_ukprn(organisation.ukprn):
        raise InvalidRecord(f"has to be {UKPRN_LENGTH} letters or digits, not {organisation.ukprn!r}", "UKPRN")
    if not is_organisation_ref(organisation.organisation_ref):
        raise InvalidRecord(
            f"has to be {REFERENCE_LENGTH} letters or digits, not {organisation.organisation_ref!r}", "OrganisationRef"
        )
    if not organisation.name.strip() or not organisation.name.isprintable():
        raise InvalidRecord("has to be a name, on one line", "NAME")


def _changed(work: UnitOfWork, ukprn: str, change: Callable[[Organisation], Organisation]) -> Organisation:
    now = organisations.locked(work.transaction, ukprn)
    if now is None:
        raise _unknown(ukprn)
    then = change(now)
    organisations.update(work.transaction, then)
    return then


def _unknown(ukprn: str) -> NotHeld:
    return NotHeld(f"There is no organisation with the UKPRN {ukprn!r}; `lrs-soap org list` lists them all.")
