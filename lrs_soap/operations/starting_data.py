"""What a new database has, the same on every machine: somebody who may ask, and learners to ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from importlib.resources import files

from lrs_soap.clock import Clock
from lrs_soap.errors import AlreadyHeld
from lrs_soap.operations.learner_record import learner_of
from lrs_soap.operations.passwords import Passwords
from lrs_soap.rules.learner import Learner
from lrs_soap.rules.organisation import Organisation, Role
from lrs_soap.store import learners, organisations, properties
from lrs_soap.store.store import Store, Transaction

ORGANISATION = Organisation("TEST0001", "TST001", "Compatibility Test College", roles=frozenset(Role))
PASSWORD = "CompatSitePass01"

_FILLED = "starting_data"


def fill(store: Store, passwords: Passwords, clock: Clock) -> None:
    """Give a database that never had it the starting data; several processes may do so at once.

    It is given once: what an operator has changed or taken away since is left so. An organisation or learner whose
    place is taken already is left out. Raises StoreUnavailable.
    """
    with store.reading() as transaction:
        if properties.get(transaction, _FILLED) is not None:
            return
    password_hash = passwords.hash(PASSWORD)
    with store.writing() as transaction:
        try:
            properties.add(transaction, _FILLED, clock.today().isoformat())
        except AlreadyHeld:
            return
        _insert(transaction, password_hash, clock.today())


def starting_learners(today: date) -> Iterator[Learner]:
    """The learners of the starting data, each master before those linked to it."""
    text = (files("lrs_soap.operations.data") / "learners.jsonl").read_text("utf-8")
    for line in text.splitlines():
        yield learner_of(json.loads(line), today=today)


def _insert(transaction: Transaction, password_hash: str, today: date) -> None:
    with suppress(AlreadyHeld):
        organisations.insert(transaction, ORGANISATION, password_hash)
    for learner in starting_learners(today):
        with suppress(AlreadyHeld):
            learners.insert(transaction, learner)
