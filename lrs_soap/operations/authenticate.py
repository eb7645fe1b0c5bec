"""Authenticate the organisation that asks, and know the user on whose behalf it does."""

from __future__ import annotations

from lrs_soap.errors import Refused
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access.roles import Access
from lrs_soap.rules.access.users import judge_known
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.store import organisations, users


def authenticate(
    work: UnitOfWork,
    passwords: Passwords,
    *,
    ukprn: str | None,
    organisation_ref: str | None,
    password: str | None,
) -> Organisation:
    """The organisation with this UKPRN or OrganisationRef, or with both; letter case does not matter.

    None is a code that was not sent. Raises Refused: WSEC0003 if no organisation has the codes, if they are two
    organisations' or if it is suspended, else WSEC0005 if the password is wrong. No password, None, is never wrong: it
    is for whoever does not need one. The first check of a right password,
    and every refusal, takes as long as one argon2 hash, so give this a unit of work that reads, for which nobody waits.
    """
    account = organisations.named(work.transaction, ukprn=ukprn, organisation_ref=organisation_ref)
    if account is None or account.organisation.suspended:
        if password is not None:
            # The time it takes must not reveal which codes are known.
            passwords.verify("", password, None)
        raise _refused(FaultCode.UNKNOWN_ORGANISATION)
    if password is not None and not passwords.verify(account.organisation.ukprn, password, account.password_hash):
        raise _refused(FaultCode.INCORRECT_PASSWORD)
    return account.organisation


def known_user(
    work: UnitOfWork, organisation: Organisation, name: str, operation: str, opened_by: frozenset[Role]
) -> Access:
    """Whether an organisation may call `operation` on behalf of the user of this name, for `known_users_only`."""
    account = users.by_name(work.transaction, name)
    return judge_known(None if account is None else account.user, name, organisation, operation, opened_by=opened_by)


def _refused(code: FaultCode) -> Refused:
    return Refused(code.value, code.text)
