"""New databases for tests, of each kind that lrs-soap serves: SQLite, and PostgreSQL where a server is named.

`LRS_TEST_POSTGRESQL` names one by a URL, such as `postgresql://tester:secret@127.0.0.1/postgres`, whose user may create
databases. Without it, tests that run on every kind run on SQLite alone, and those of PostgreSQL alone are skipped.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

VARIABLE = "LRS_TEST_POSTGRESQL"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)

_SERVER = os.environ.get(VARIABLE)

KINDS_HERE = KINDS if _SERVER else (SQLITE,)
"""Those of which this machine can make databases."""

on_sqlite = pytest.mark.parametrize("database_kind", [SQLITE], indirect=True)
"""Marks a test of SQLite alone, or one whose outcome does not depend on the kind of database."""
on_postgresql = pytest.mark.parametrize("database_kind", [POSTGRESQL], indirect=True)
"""Marks a test of PostgreSQL alone."""


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database, which is dropped after the block; a SQLite file stays in `folder`."""
    if kind == SQLITE:
        yield f"sqlite:///{folder}/lrs.db"
        return
    if not _SERVER:
        pytest.skip(f"{VARIABLE} names no PostgreSQL server on which databases may be created")
    name = f"lrs_test_{secrets.token_hex(6)}"
    with psycopg.connect(_SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_url(_SERVER).set(database=name).render_as_string(hide_password=False)
        finally:
            # Not WITH (FORCE), which fails where the server itself is at work in the database.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
                [name],
            )
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
