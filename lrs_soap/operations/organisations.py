"""Which organisation asks, and whether it is who it says."""

from __future__ import annotations

from lrs_soap.errors import Refused
from lrs_soap.operations.passwords import Passwords
from lrs_soap.rules.codes import FaultCode
from lrs_soap.rules.organisation import Organisation, canonical
from lrs_soap.store import organisations
from lrs_soap.store.organisations import Account
from lrs_soap.store.store import Transaction


def authenticate(
    transaction: Transaction,
    passwords: Passwords,
    *,
    ukprn: str | None,
    organisation_ref: str | None,
    password: str,
) -> Organisation:
    """The organisation that `ukprn`, `organisation_ref`, or both agreeing name; letters have no case in either.

    None is a code that was not sent. Raises Refused: WSEC0003 for nobody, a suspended organisation, or two codes that
    disagree; then WSEC0005 for a wrong `password` (access.md). A first check of a password, and every refusal, takes
    the time of one argon2 hash: give it a reading transaction, for which nobody waits.
    """
    account = _named(transaction, ukprn, organisation_ref)
    if account is None or account.organisation.suspended:
        # How long it takes must not tell which codes are known.
        passwords.verify("", password, None)
        raise _refused(FaultCode.UNKNOWN_ORGANISATION)
    if not passwords.verify(account.organisation.ukprn, password, account.password_hash):
        raise _refused(FaultCode.INCORRECT_PASSWORD)
    return account.organisation


def _named(transaction: Transaction, ukprn: str | None, organisation_ref: str | None) -> Account | None:
    if ukprn is None:
        return None if organisation_ref is None else organisations.by_reference(transaction, organisation_ref)
    account = organisations.by_ukprn(transaction, ukprn)
    if organisation_ref is None or account is None:
        return account
    return account if account.organisation.organisation_ref == canonical(organisation_ref) else None


def _refused(code: FaultCode) -> Refused:
    return Refused(code.value, code.text)
