"""The last search by demographics of each organisation for the same five identity keys."""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy import bindparam, delete, insert, select, update

from lrs_soap.errors import AlreadyHeld
from lrs_soap.rules.learners.find_before_register import Search
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import searches
from lrs_soap.store.transaction import Transaction

_KEYS = ("organisation", *IdentityKeys._fields)
_LAST = Prepared(
    select(searches.c.moment, searches.c.found_possible).where(*(searches.c[key] == bindparam(key) for key in _KEYS)),
    *_KEYS,
)
_UPDATE = update(searches).where(*(searches.c[key] == bindparam(f"old_{key}") for key in _KEYS))
_INSERT = insert(searches)
_FORGET = delete(searches).where(searches.c.moment < bindparam("before"))


def last(transaction: Transaction, organisation: str, keys: IdentityKeys) -> Search | None:
    """The last search of the organisation with this UKPRN for these keys; None if none is remembered."""
    row = _LAST.row(transaction, organisation, *keys)
    if row is None:
        return None
    moment, found_possible = row
    return Search(datetime.fromtimestamp(moment, timezone.utc), bool(found_possible))


def remember(transaction: Transaction, organisation: str, keys: IdentityKeys, search: Search) -> None:
    """Remember a search, in place of the last one for the same keys."""
    values = {"moment": _seconds(search.moment), "found_possible": int(search.found_possible)}
    own = {"organisation": organisation, **keys._asdict()}
    replaced = _UPDATE.values(values)
    old = {f"old_{key}": value for key, value in own.items()}
    if transaction.execute(replaced, old).rowcount:
        return
    try:
        with transaction.savepoint():
            transaction.execute(_INSERT, {**own, **values})
    except AlreadyHeld:
        # The organisation asks the same in two places at once. Either may count as the last one.
        transaction.execute(replaced, old)


def forget(transaction: Transaction, before: datetime) -> None:
    """Forget all searches before this moment."""
    transaction.execute(_FORGET, {"before": _seconds(before)})


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
