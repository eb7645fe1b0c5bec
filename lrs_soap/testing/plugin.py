"""The pytest plugin: the fixtures `lrs`, `lrs_server` and `lrs_settings`, and what the report of a failed test says.

pytest imports this in every run of an environment that has lrs-soap, so nothing else is imported before a test asks for
one of the fixtures.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lrs_soap.testing.lrs import Lrs
    from lrs_soap.testing.lrs_server import LrsServer

_SERVER = "lrs_server"
_MOST_EXCHANGES = 20
_MILLISECOND = 0.001

_server: pytest.StashKey[LrsServer] = pytest.StashKey()
_began: pytest.StashKey[tuple[float, int]] = pytest.StashKey()
_has_failed: pytest.StashKey[bool] = pytest.StashKey()
# Whether the test before was told that the server has died.
_is_said: pytest.StashKey[bool] = pytest.StashKey()


@pytest.fixture(scope="session")
def lrs_settings() -> dict[str, Any]:
    """The settings of the server, by their names in docs/operating.md. Override it in a conftest.py."""
    return {}


@pytest.fixture(scope="session")
def lrs_server(
    lrs_settings: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[LrsServer]:
    """The server: one for the whole run, and one for each process of pytest-xdist, on a port that the system chooses.

    It starts when the first test asks for it. A test may stop it: the next one gets another.
    """
    from lrs_soap.testing.lrs_server import LrsServer

    folder = tmp_path_factory.mktemp("lrs-soap")
    with LrsServer(folder, lrs_settings, ready_databases=_ready_databases(pytestconfig)) as server:
        with _failing_by_a_sentence():
            server.start()
        pytestconfig.stash[_server] = server
        yield server
        del pytestconfig.stash[_server]
        for world in server.worlds:
            warnings.warn(
                f"The world {world.name} was left behind, and ends with the server. Make a world by "
                "`with lrs_server.new_world() as lrs:`, which deletes it.",
                stacklevel=2,
            )


@pytest.fixture
def lrs(lrs_server: LrsServer, request: pytest.FixtureRequest) -> Iterator[Lrs]:
    """A Learning Records Service of the test's own: a world with the starting data, which is deleted after the test."""
    with _failing_by_a_sentence():
        world = lrs_server.new_world(request.node.name)
    with world:
        yield world


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start the server again, where an earlier test has stopped it or it has died; note where this test begins."""
    server = item.config.stash.get(_server, None)
    if server is None or not _asks_for_server(item):
        return
    from lrs_soap.clock import machine_seconds

    if server.has_died and not item.config.stash.get(_is_said, False):
        warnings.warn(server.why_not(), stacklevel=1)
    with _failing_by_a_sentence():
        server.start()
    item.stash[_began] = machine_seconds() - _MILLISECOND, server.log_size


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test what it has asked, and why it was answered so."""
    report = yield
    if report.failed:
        item.stash[_has_failed] = True
        server = item.config.stash.get(_server, None)
        if server is not None and _asks_for_server(item) and report.when != "teardown":
            began, logged = item.stash.get(_began, (0.0, 0))
            report.sections += _sections(server, began, logged)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Say that the server has died in the middle of a test that has not failed by that."""
    server = item.config.stash.get(_server, None)
    # Asked now, because the session may end here, and the server with it.
    why = server.why_not() if server is not None and _asks_for_server(item) and server.has_died else ""
    item.config.stash[_is_said] = bool(why)
    yield
    if why and not item.stash.get(_has_failed, False):
        pytest.fail(why, pytrace=False)


@contextmanager
def _failing_by_a_sentence() -> Iterator[None]:
    """What cannot be had is said in a sentence, without the trace of what the plugin does."""
    from lrs_soap.errors import LrsError

    try:
        yield
    except LrsError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _asks_for_server(item: pytest.Item) -> bool:
    return _SERVER in getattr(item, "fixturenames", ())


def _ready_databases(config: pytest.Config) -> Path | None:
    """The folder of pytest's cache, if there is one that can be written."""
    cache = getattr(config, "cache", None)
    try:
        return None if cache is None else Path(cache.mkdir("lrs-soap"))
    except OSError:
        return None


def _sections(server: LrsServer, began: float, logged: int) -> Iterator[tuple[str, str]]:
    """The exchanges since a moment in each world, and what the server has logged since."""
    from datetime import datetime

    from lrs_soap.errors import LrsError
    from lrs_soap.testing.report import exchanges_as_text

    try:
        for world in (server.main, *server.worlds):
            exchanges = [
                each
                for each in world.exchanges(limit=1000)
                if datetime.fromisoformat(each["time"]).timestamp() >= began
            ]
            if exchanges:
                shown = exchanges[:_MOST_EXCHANGES]
                text = exchanges_as_text(shown, left_out=len(exchanges) - len(shown))
                yield f"lrs-soap: what was asked of {world.url}", text
    except LrsError as error:
        yield "lrs-soap", str(error)
    text = server.logged(logged)
    if text:
        yield f"lrs-soap: {server.log}", text
