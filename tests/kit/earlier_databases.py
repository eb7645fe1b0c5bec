"""Databases as earlier versions left them: at an earlier revision of the schema, or with keys of other rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from lrs_soap.store import migrations, rekeying
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

NADIA, ZOE, LINKED, DELETED = "1000000016", "2000000003", "3000000008", "4000000001"

# Keys by rules that knew no marks and no Mac; those of today are "zoe" and "mcbirch".
_OLDER_KEYS = {"given_name_search": "zoë", "family_name_search": "macbirch"}
_ROWS = (
    {"uln": NADIA, "given_name_identity": "nadia", "family_name_identity": "birch"},
    {
        "uln": ZOE,
        "given_name": "Zoë",
        "given_name_identity": "ZOË",
        "family_name": "MacBirch",
        "family_name_identity": "MACBIRCH",
        **_OLDER_KEYS,
    },
    {"uln": LINKED, "family_name": "Elm", "family_name_identity": "elm", "master_uln": NADIA},
    {"uln": DELETED, "family_name": "Oak", "family_name_identity": "oak", "learner_status": "2"},
)


def make_earlier_database(url: str, revision: str, rows: Iterable[Mapping[str, Any]] = _ROWS) -> None:
    """Make a database at this revision that holds learners, written as that revision's program would have.

    They are four, or those of `rows`, each with its columns as far as they are not those of Nadia Birch.
    """
    store = Store(url)
    with store.writing() as transaction:
        migrations.upgrade(transaction.connection, revision)
        for row in rows:
            _insert_learner(transaction.connection, revision, **row)
    store.close()


def insert(connection: Connection, table: str, **values: Any) -> None:
    """Insert a row by SQL alone, which knows nothing of today's tables."""
    columns, parameters = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({parameters})"), values)


def make_keys_old(transaction: Transaction, *, given_name: str = "%") -> None:
    """Give learners of this name keys that no rules of today make, as if older rules had made them."""
    chosen = {"given_name": given_name}
    of_them = "IN (SELECT uln FROM learners WHERE given_name LIKE :given_name)"
    transaction.execute(
        text(f"UPDATE learners SET given_name_identity = 'old ' || given_name_identity WHERE uln {of_them}"), chosen
    )
    transaction.execute(text(f"UPDATE name_keys SET key = 'old ' || key WHERE uln {of_them}"), chosen)
    transaction.execute(
        text("UPDATE stored_keys SET key_version = 0, target_version = 0, date_of_birth = '', uln = ''")
    )


def let_another_rekey(store: Store) -> None:
    """Give the rekeying to a process that does nothing, until `end_the_lease`."""
    assert rekeying.take(store, owner="a process that does nothing") is not None
    _set_lease(store, "lease_until + 3600000")


def end_the_lease(store: Store) -> None:
    """Let the lease of whoever rekeys end, as if it had not been renewed for so long."""
    _set_lease(store, "0")


def _set_lease(store: Store, moment: str) -> None:
    with store.writing() as transaction:
        transaction.execute(text(f"UPDATE stored_keys SET lease_until = {moment}"))


def _insert_learner(connection: Connection, revision: str, **changed: Any) -> None:
    row = {
        "given_name": "Nadia",
        "given_name_identity": "nadia",
        "given_name_search": "nadia",
        "family_name": "Birch",
        "family_name_identity": "birch",
        "family_name_search": "birch",
        "date_of_birth": "2001-04-05",
        "gender": "2",
        "ability_to_share": "1",
        "master_uln": None,
        "last_known_post_code": "YO1 7HH",
        "post_code_identity": "YO17HH",
        "learner_status": "1",
        "created_date": "2024-09-01",
        "last_updated_date": "2024-09-01",
        "version_number": 1,
        "verification_type": "2",
        **changed,
    }
    if revision >= "0005":
        row["merged_into"] = row["master_uln"]
    insert(connection, "learners", **{name: row[name] for name in row if revision < "0010" or name not in _OLDER_KEYS})
    if revision >= "0004" and row["learner_status"] != "2":
        for kinds, name in ((1, "given_name"), (4, "family_name")):
            insert(
                connection,
                "name_keys",
                uln=row["uln"],
                key=row[f"{name}_search"],
                kinds=kinds,
                date_of_birth=row["date_of_birth"],
                gender=row["gender"],
                post_code=row["post_code_identity"],
                given_name=row["given_name_search"],
                family_name=row["family_name_search"],
            )
