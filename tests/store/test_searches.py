from __future__ import annotations

from datetime import datetime, timedelta, timezone

from lrs_soap.clock import LONDON
from lrs_soap.rules.learners.find_before_register import Search
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.store import searches
from lrs_soap.store.store import Store

KEYS = IdentityKeys("2006-07-30", "o'hara", "anne-marie", "BS81TH", "2")
# The second half past one of that night, after the clocks have gone back.
NOW = datetime(2025, 10, 26, 1, 30, tzinfo=LONDON, fold=1)


def test_the_last_search_is_remembered_for_each_organisation_and_keys(store: Store) -> None:
    first, second = Search(NOW - timedelta(seconds=5), True), Search(NOW, False)
    with store.writing() as transaction:
        searches.remember(transaction, "TEST0001", KEYS, first)
        searches.remember(transaction, "TEST0002", KEYS, first)
        searches.remember(transaction, "TEST0001", KEYS._replace(gender="9"), first)
        searches.remember(transaction, "TEST0001", KEYS, second)
    with store.reading() as transaction:
        assert searches.last(transaction, "TEST0001", KEYS) == Search(NOW.astimezone(timezone.utc), False)
        other = searches.last(transaction, "TEST0002", KEYS)
        assert other is not None
        assert other.found_possible
        assert searches.last(transaction, "TEST0002", KEYS._replace(gender="9")) is None


def test_what_is_older_is_forgotten(store: Store) -> None:
    with store.writing() as transaction:
        searches.remember(transaction, "TEST0001", KEYS, Search(NOW, True))
        searches.forget(transaction, NOW)
        assert searches.last(transaction, "TEST0001", KEYS) is not None
        searches.forget(transaction, NOW.astimezone(timezone.utc) + timedelta(seconds=1))
        assert searches.last(transaction, "TEST0001", KEYS) is None
