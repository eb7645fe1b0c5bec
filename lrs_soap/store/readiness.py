"""Whether a database can do all that the service asks of it."""

from __future__ import annotations

from sqlalchemy import select

from lrs_soap.store import key_version
from lrs_soap.store.tables import SCHEMA_VERSION, schema_version
from lrs_soap.store.transaction import Transaction


def not_ready_because(transaction: Transaction) -> str | None:
    """A sentence that says why a database is not ready, or None if it is.

    `transaction` has to be a writing one: a database in which it can be opened can be written. A database that is being
    rekeyed is not ready although it is served, because some learners cannot be found yet.
    """
    found = transaction.execute(select(schema_version.c.version_num)).scalars().all()
    if found != [SCHEMA_VERSION]:
        return f"The database's schema is version {', '.join(found) or 'none'}, and this program's is {SCHEMA_VERSION}."
    if not key_version.is_current(transaction):
        return "The learners' keys are being brought up to date. Until that is done, a search may miss learners."
    return None
