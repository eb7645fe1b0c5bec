"""The store that a command works on: that of the settings, as a server would find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lrs_soap.clock import clock_at
from lrs_soap.passwords import Passwords
from lrs_soap.sample import starting_data
from lrs_soap.settings import Settings
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store


@contextmanager
def open_store(chosen: Settings) -> Iterator[Store]:
    """The store of these settings, up to date, with the starting data if it is new. Closed after the block."""
    store = _ready(chosen)
    try:
        yield store
    finally:
        store.close()


def prepare_store(chosen: Settings) -> None:
    """Bring the store of these settings up to date, for processes that open it for themselves."""
    _ready(chosen).close()


def _ready(chosen: Settings) -> Store:
    store = Store.open(chosen.database_url)
    try:
        rekey_briefly(store)
        starting_data.fill(store, Passwords(), clock_at(chosen.clock))
    except BaseException:
        store.close()
        raise
    return store
