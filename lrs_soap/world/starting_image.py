"""The image of the starting data, which is made once in a process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from threading import Lock

from lrs_soap.clock import Clock
from lrs_soap.passwords import Passwords
from lrs_soap.sample import starting_data
from lrs_soap.store import scenarios
from lrs_soap.store.image import Image
from lrs_soap.store.store import Store


class StartingImage:
    """The starting data as of one day. To make it takes a third of a second, to copy it a millisecond."""

    def __init__(self, scenarios: Mapping[str, str] | None = None) -> None:
        """`scenarios` are those that the settings bring: definitions in JSON by name."""
        self._scenarios = scenarios or {}
        self._made: tuple[date, Image] | None = None
        self._lock = Lock()

    def image(self, clock: Clock) -> Image:
        """A copy of the image of a database that is filled now, by this clock. Threads may call this."""
        day = clock.today()
        with self._lock:
            if self._made is None or self._made[0] != day:
                self._made = (day, Image.made_by(lambda store: self._fill(store, clock)))
            return self._made[1].copy()

    def bring_scenarios(self, store: Store) -> None:
        """Have the scenarios of the settings in a database. Raises StoreUnavailable."""
        with store.writing() as transaction:
            scenarios.bring(transaction, self._scenarios)

    def _fill(self, store: Store, clock: Clock) -> None:
        starting_data.fill(store, Passwords(), clock)
        self.bring_scenarios(store)
