"""By which versions of this program a database was made: that of its tables, and that of its learners' keys."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import inspect, select

from lrs_soap.rules.names.lookup_keys import KEY_VERSION
from lrs_soap.store.tables import SCHEMA_VERSION, schema_version, stored_keys
from lrs_soap.store.transaction import Transaction


class Versions(NamedTuple):
    """The version of a database's tables, and of its keys: 0 for those of before keys had a version."""

    schema: str
    keys: int

    @property
    def are_newer(self) -> bool:
        """Whether this program is too old for them."""
        return self.schema > SCHEMA_VERSION or self.keys > KEY_VERSION


TODAYS = Versions(SCHEMA_VERSION, KEY_VERSION)
"""Those of this program."""


def held(transaction: Transaction) -> Versions | None:
    """Those of a database; None where it has no tables of lrs-soap."""
    tables = inspect(transaction.connection)
    if not tables.has_table(schema_version.name):
        return None
    schema = transaction.execute(select(schema_version.c.version_num)).scalar_one_or_none()
    if schema is None:
        return None
    keys = None
    if tables.has_table(stored_keys.name):
        keys = transaction.execute(select(stored_keys.c.key_version)).scalar_one_or_none()
    return Versions(schema, keys or 0)
