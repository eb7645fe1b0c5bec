"""The store that a command works on: that of the settings, as a server would find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lrs_soap.settings import Settings
    from lrs_soap.store.store import Store


@contextmanager
def open_store(chosen: Settings) -> Iterator[Store]:
    """The store of these settings, made and filled where it is new, closed after the block."""
    from lrs_soap.clock import clock_at
    from lrs_soap.passwords import Passwords
    from lrs_soap.sample import starting_data
    from lrs_soap.store.store import Store

    store = Store.open(chosen.database_url)
    try:
        starting_data.fill(store, Passwords(), clock_at(chosen.clock))
        yield store
    finally:
        store.close()
