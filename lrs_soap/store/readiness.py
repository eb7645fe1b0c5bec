"""Whether a database can do all that the service asks of it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from lrs_soap.store import key_version
from lrs_soap.store.tables import SCHEMA_VERSION, schema_version
from lrs_soap.store.transaction import Transaction


class Shortcomings(NamedTuple):
    """What keeps a database from being ready, each a sentence, or None if it is as it should be."""

    schema: str | None
    """Its tables are not those of this program."""
    keys: str | None
    """It is being rekeyed. It is served meanwhile, but some learners cannot be found yet."""


def shortcomings(transaction: Transaction) -> Shortcomings:
    """What keeps a database from being ready.

    `transaction` has to be a writing one: a database in which this can be asked in one can be written.
    """
    found = transaction.execute(select(schema_version.c.version_num)).scalars().all()
    if found != [SCHEMA_VERSION]:
        versions = ", ".join(found) or "none"
        other = f"The database's schema is version {versions}, and this program's is {SCHEMA_VERSION}."
        return Shortcomings(other, None)
    if not key_version.is_current(transaction):
        return Shortcomings(
            None, "The learners' keys are being brought up to date. Until that is done, a search may miss learners."
        )
    return Shortcomings(None, None)
