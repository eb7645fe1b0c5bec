"""What all tests share: the option that names an endpoint, a new database of each kind, a server of our own."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from lrs_soap.clock import SettableClock
from lrs_soap.passwords import Passwords
from lrs_soap.sample import starting_data
from lrs_soap.store.store import Store
from lrs_soap.world import World
from tests.kit import contract_documents, databases
from tests.kit.databases import KINDS_HERE, POSTGRESQL, SQLITE, new_database
from tests.kit.running_server import RunningServer
from tests.kit.work import world_over

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ("pytester",)

# How long a machine takes, with others at work on it, is not what a property is about.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any machine"), max_examples=25)
settings.load_profile("any machine")

_NOON = datetime(2025, 3, 10, 12)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--lrs-url",
        metavar="URL",
        help="run tests/conformance/ against this LRS endpoint (scheme, host and port) instead of a server of our own",
    )


def pytest_report_header() -> str:
    return f"databases: {', '.join(KINDS_HERE)}"


@pytest.fixture(scope="session", autouse=True)
def _no_variables_of_the_tests() -> None:
    """Take the tests' own variables out of the environment: lrs-soap warns of those that look like its settings.

    Not earlier: the processes among which pytest-xdist divides the tests read them, too.
    """
    for variable in (contract_documents.VARIABLE, databases.VARIABLE):
        os.environ.pop(variable, None)


@pytest.fixture(scope="session", params=KINDS_HERE)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database that there is on this machine, in turn."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of each kind that nobody has used yet."""
    if database_kind == POSTGRESQL and "store" in request.fixturenames:
        made = new_database(database_kind, tmp_path, like=request.getfixturevalue("empty_postgresql"))
    else:
        made = new_database(database_kind, tmp_path)
    with made as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Tests that need it are skipped where there is none."""
    # It takes a while to import, and few tests need it.
    from tests.kit.browser import CHROMIUM, WHY_NOT, chromium

    if not CHROMIUM.exists():
        pytest.skip(WHY_NOT)
    with chromium() as opened:
        yield opened


@pytest.fixture
def clock() -> SettableClock:
    """A clock that a test can move."""
    return SettableClock(_NOON)


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Remembers the passwords that it has proved, for the whole run."""
    return Passwords()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database without learners, to be copied: to make its tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "lrs.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def empty_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database without learners, to be copied for the same reason."""
    with new_database(POSTGRESQL, tmp_path_factory.mktemp("empty")) as url:
        Store.open(url).close()
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def filled_file(empty_file: Path, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Path:
    """A SQLite database with the starting data, to be copied."""
    path = Path(shutil.copy(empty_file, tmp_path_factory.mktemp("filled")))
    store = Store(f"sqlite:///{path}")
    starting_data.fill(store, passwords, SettableClock(_NOON))
    store.close()
    return path


@pytest.fixture
def store(database_kind: str, database_url: str, empty_file: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store on each kind of database."""
    if database_kind == SQLITE:
        shutil.copy(empty_file, tmp_path)
    store = Store.open(database_url)
    yield store
    store.close()


@pytest.fixture
def world(store: Store, passwords: Passwords, clock: SettableClock) -> World:
    """A world over an empty store, with the default policy."""
    return world_over(store, clock=clock, passwords=passwords)


@pytest.fixture
def filled(database_kind: str, store: Store, filled_file: Path, passwords: Passwords, clock: SettableClock) -> Store:
    """A store with the starting data."""
    if database_kind == SQLITE:
        with closing(sqlite3.connect(filled_file)) as source, closing(sqlite3.connect(store.location)) as target:
            source.backup(target)
    else:
        starting_data.fill(store, passwords, clock)
    return store


@pytest.fixture(scope="session")
def server(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the starting data and the settings' defaults. Tests leave it as they found it."""
    folder = tmp_path_factory.mktemp("server")
    with new_database(database_kind, folder) as url, RunningServer(folder, database_url=url) as running:
        yield running
