"""Learners who were held before there were name keys get theirs when the database is rekeyed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from lrs_soap.rules.names.lookup_keys import name_keys_of
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.store import learners, migrations, tables
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store


def test_rekeying_gives_name_keys_to_all_but_the_deleted(store: Store, learner: Callable[..., Learner]) -> None:
    many = [
        learner(str(1_000_000_000 + each), given_name=f"Nadia {each}", preferred_given_name="Nan")
        for each in range(1_100)
    ]
    with store.writing() as transaction:
        learners.insert_many(transaction, [*many, learner("2000000003", learner_status=DELETED)])
        migrations.downgrade(transaction.connection, "0003")
    store.migrate()
    with store.reading() as transaction:
        assert transaction.execute(select(func.count()).select_from(tables.name_keys)).scalar_one() == 0
    rekey_briefly(store, seconds=60)
    with store.reading() as transaction:
        held = {tuple(row) for row in transaction.execute(select(tables.name_keys))}
    assert held == {row for each in many for row in name_keys_of(each)}
