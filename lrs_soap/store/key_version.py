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
    """Whether every key is made by today's rules, but for identity keys that another learner has taken.

    Until it is, a find may miss learners, and a registration may hold one a second time. Rekeying changes that
    (`store.rekeying`).
    """
    row = _VERSION.row(transaction)
    return row is not None and row[0] == KEY_VERSION


def settle(transaction: Transaction) -> None:
    """Say of a database without learners that its keys are today's, since all that will be written are.

    Raises StoreUnavailable where a newer program has made its keys: this one would add older keys to them.
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
