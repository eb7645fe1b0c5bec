"""The file of a SQLite database: its user's only, and nothing is written to one that was removed or replaced."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from lrs_soap.errors import StoreUnavailable
from lrs_soap.store import properties
from lrs_soap.store.store import Store
from lrs_soap.store.tables import properties as table
from tests.kit.databases import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def path(database_kind: str, tmp_path: Path) -> Path:
    return tmp_path / "own" / "lrs.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A store over a file of its own, in which something was written."""
    path.parent.mkdir()
    with closing(Store.open(f"sqlite:///{path}")) as store:
        write(store, "before")
        assert written(store) == {"before"}
        yield store


def write(store: Store, name: str) -> None:
    with store.writing() as transaction:
        properties.add(transaction, name, "")


def written(store: Store) -> set[str]:
    with store.reading() as transaction:
        return set(transaction.execute(select(table.c.name)).scalars()) & {"before", "after"}


def test_it_is_made_for_its_user_alone_with_all_that_is_beside_it(path: Path) -> None:
    path.parent.mkdir()
    former = os.umask(0o022)
    try:
        with closing(Store.open(f"sqlite:///{path}")):
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(former)

    assert modes == {"lrs.db": 0o600, "lrs.db-wal": 0o600, "lrs.db-shm": 0o600}


def test_nothing_is_written_to_a_file_that_was_removed_and_none_is_made_in_its_place(path: Path, store: Store) -> None:
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)

    with pytest.raises(StoreUnavailable, match=r"lrs\.db is not there any more\. Put it back, or start the service"):
        write(store, "after")
    assert store.why_lost() is not None
    assert not path.exists()
    # Who has the file open can still read it.
    assert written(store) == {"before"}

    elsewhere.rename(path)
    assert store.why_lost() is None
    write(store, "after")
    assert written(store) == {"before", "after"}


def test_no_other_file_is_opened_for_one_that_was_removed(path: Path, store: Store) -> None:
    unconnected = Store(f"sqlite:///{path}")
    path.unlink()

    with pytest.raises(StoreUnavailable, match="is not there any more"):
        written(unconnected)
    assert not path.exists()


def test_nothing_is_written_to_a_file_that_was_replaced(path: Path, store: Store) -> None:
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.replace(path)

    with pytest.raises(StoreUnavailable, match=r"lrs\.db has been replaced by another file\."):
        write(store, "after")
