"""New databases for tests, of each kind that lrs-soap serves: SQLite, and PostgreSQL where a server is named.

`LRS_TEST_POSTGRESQL` names one by a URL, such as `postgresql://tester:secret@127.0.0.1/postgres`, whose user may create
databases. Without it, tests that run on every kind run on SQLite alone, and those of PostgreSQL alone are skipped.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

_Test = TypeVar("_Test", bound=Callable[..., Any])

VARIABLE = "LRS_TEST_POSTGRESQL"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)

_SERVER = os.environ.get(VARIABLE) or None
_WHY_NOT = f"{VARIABLE} names no PostgreSQL server on which databases may be created"

KINDS_HERE = KINDS if _SERVER else (SQLITE,)
"""Those of which this machine can make databases."""

on_sqlite = pytest.mark.parametrize("database_kind", [SQLITE], indirect=True)
"""Marks a test of SQLite alone, or one whose outcome does not depend on the kind of database."""


def on_postgresql(test: _Test) -> _Test:
    """Mark a test of PostgreSQL alone. Without a server it is skipped before anything is made or ended for it."""
    is_skipped = pytest.mark.skipif(_SERVER is None, reason=_WHY_NOT)
    marked: _Test = is_skipped(pytest.mark.parametrize("database_kind", [POSTGRESQL], indirect=True)(test))
    return marked


@contextmanager
def new_database(kind: str, folder: Path, *, like: str = "template1") -> Iterator[str]:
    """Give the URL of an empty database, which is dropped after the block; a SQLite file stays in `folder`.

    On PostgreSQL it is a copy of the database that is called as `like` says, to which nobody may be connected.
    """
    if kind == SQLITE:
        yield f"sqlite:///{folder}/lrs.db"
        return
    if not _SERVER:
        pytest.skip(_WHY_NOT)
    name = f"lrs_test_{secrets.token_hex(6)}"
    with psycopg.connect(_SERVER, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
        connection.execute(made)
        try:
            yield make_url(_SERVER).set(database=name).render_as_string(hide_password=False)
        finally:
            # Not WITH (FORCE), which fails where the server itself is at work in the database.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
                [name],
            )
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
