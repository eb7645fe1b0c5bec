"""By which version of the rules the keys in a database are made (`rules.names.lookup_keys.KEY_VERSION`)."""

from __future__ import annotations

from sqlalchemy import literal_column, select, update

from lrs_soap.errors import StoreUnavailable
from lrs_soap.rules.names.lookup_keys import KEY_VERSION
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import learners, stored_keys
from lrs_soap.store.transaction import Transaction

_VERSION = Prepared(select(stored_keys.c.key_version))
_NEWEST = Prepared(select(stored_keys.c.key_version, stored_keys.c.target_version))
_ANY_LEARNER = Prepared(select(learners.c.id).limit(literal_column("1")).offset(literal_column("0")))


def is_current(transaction: Transaction) -> bool:
    """Whether today's rules have made all keys, except where another learner already has a learner's new identity keys.

    Until then, a find may miss learners, and a registration may store one of them a second time. `store.rekeying`
    brings the keys up to date.
    """
    row = _VERSION.row(transaction)
    return row is not None and row[0] == KEY_VERSION


def settle(transaction: Transaction) -> None:
    """Note that a database without learners has today's keys.

    Raises StoreUnavailable when a newer program has made its keys, because this program would add older ones.
    """
    row = _NEWEST.row(transaction)
    if row is None:
        raise LookupError("The database has lost the row with the version of its keys.")
    newest = max(row)
    if newest > KEY_VERSION:
        raise StoreUnavailable(
            f"The database was last used by a newer lrs-soap (its keys are version {newest}, which this program does "
            "not know). Install that version or a newer one, or use another database."
        )
    if newest < KEY_VERSION and _ANY_LEARNER.row(transaction) is None:
        transaction.execute(update(stored_keys).values(key_version=KEY_VERSION, target_version=KEY_VERSION))
