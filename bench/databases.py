"""New databases for the servers that are measured."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bench import learners


class Filled:
    """SQLite databases with learners: each number of them is loaded once, and its file copied for all who need one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, count: int, path: Path) -> None:
        """Make a database with so many learners at `path`."""
        filled = self._folder / f"{count}-learners.db"
        if not filled.exists():
            learners.fill(f"sqlite:///{filled}", count)
        shutil.copyfile(filled, path)


@contextmanager
def postgresql_database(server_url: str) -> Iterator[str]:
    """Make a database on this server and give its URL. The database is dropped after the block."""
    name = f"lrs_bench_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
