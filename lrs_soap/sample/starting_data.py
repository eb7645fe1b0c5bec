"""The starting data of a new database, the same on every machine: organisations, users, and learners with records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from importlib.resources import files

from lrs_soap.clock import Clock
from lrs_soap.errors import AlreadyHeld
from lrs_soap.loading.learner_record import learner_of
from lrs_soap.passwords import Passwords
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.sample.starting_events import starting_events
from lrs_soap.sample.starting_users import starting_users
from lrs_soap.store import learners, learning_events, organisations, properties, users
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

ORGANISATION = Organisation("TEST0001", "TST001", "Compatibility Test College", roles=frozenset(Role))
PASSWORD = "CompatSitePass01"

ORGANISATIONS: Mapping[Organisation, str] = {
    ORGANISATION: PASSWORD,
    Organisation("TEST0002", "TST002", "View Only College", roles=frozenset({Role.VIEW_ONLY_USER})): "ViewOnlyPass0002",
    Organisation("TEST0003", "TST003", "Suspended College", suspended=True, roles=frozenset(Role)): "SuspendedPass003",
    Organisation(
        "TEST0004", "TST004", "College Without PLR Access", roles=frozenset(Role) - {Role.LEARNER_RECORD}
    ): "WithoutPlrPass04",
}
"""The organisations with their passwords, which are no secrets: docs/starting-data.md has them."""

_FILLED = "starting_data"


def fill(store: Store, passwords: Passwords, clock: Clock) -> None:
    """Insert the starting data, unless the database ever had them. Several processes may do so at once.

    What an operator changes or deletes later stays as it is. An organisation or learner whose codes or identity keys
    are already held is left out, with the learner's events. Raises StoreUnavailable.
    """
    with store.reading() as transaction:
        if properties.get(transaction, _FILLED) is not None:
            return
    # Hashed before the transaction, because other writers wait for that.
    accounts = {organisation: passwords.hash(password) for organisation, password in ORGANISATIONS.items()}
    with store.writing() as transaction:
        try:
            properties.add(transaction, _FILLED, clock.today().isoformat())
        except AlreadyHeld:
            return
        _insert(transaction, accounts, clock.now())


def starting_learners(now: datetime) -> Iterator[Learner]:
    """The learners of the starting data, each master before the learners linked to it."""
    text = (files("lrs_soap.sample.data") / "learners.jsonl").read_text("utf-8")
    for line in text.splitlines():
        yield learner_of(json.loads(line), now=now)


def _insert(transaction: Transaction, accounts: Mapping[Organisation, str], now: datetime) -> None:
    for organisation, password_hash in accounts.items():
        with suppress(AlreadyHeld):
            organisations.insert(transaction, organisation, password_hash)
    for starting in starting_users(now):
        with suppress(AlreadyHeld):
            users.insert_account(transaction, starting.account)
    inserted = set()
    for learner in starting_learners(now):
        with suppress(AlreadyHeld):
            learners.insert(transaction, learner)
            inserted.add(learner.uln)
    learning_events.add_many(transaction, [event for event in starting_events(now) if event.uln in inserted])
