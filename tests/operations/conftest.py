"""A store on a new database of each kind, empty or with the starting data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from lrs_soap.clock import SettableClock
from lrs_soap.operations import starting_data
from lrs_soap.operations.passwords import Passwords
from lrs_soap.store.store import Store


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(datetime(2025, 3, 10, 12))


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    return Passwords()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store.open(database_url)
    yield store
    store.close()


@pytest.fixture
def filled(store: Store, passwords: Passwords, clock: SettableClock) -> Store:
    starting_data.fill(store, passwords, clock)
    return store
