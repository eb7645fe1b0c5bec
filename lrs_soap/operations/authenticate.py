"""Authenticate the organisation that asks."""

from __future__ import annotations

from lrs_soap.errors import Refused
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.organisation import Organisation
from lrs_soap.store import organisations


def authenticate(
    work: UnitOfWork,
    passwords: Passwords,
    *,
    ukprn: str | None,
    organisation_ref: str | None,
    password: str,
) -> Organisation:
    """The organisation that `ukprn`, `organisation_ref`, or both agreeing name; letters have no case in either.

    None is a code that was not sent. Raises Refused: WSEC0003 for nobody, a suspended organisation, or two codes that
    disagree; then WSEC0005 for a wrong `password`. A first check of a password, and every refusal, takes
    the time of one argon2 hash: give it a reading transaction, for which nobody waits.
    """
    account = organisations.named(work.transaction, ukprn=ukprn, organisation_ref=organisation_ref)
    if account is None or account.organisation.suspended:
        # How long it takes must not tell which codes are known.
        passwords.verify("", password, None)
        raise _refused(FaultCode.UNKNOWN_ORGANISATION)
    if not passwords.verify(account.organisation.ukprn, password, account.password_hash):
        raise _refused(FaultCode.INCORRECT_PASSWORD)
    return account.organisation


def _refused(code: FaultCode) -> Refused:
    return Refused(code.value, code.text)
