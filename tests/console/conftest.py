"""A server with the starting data for tests of the console, and somebody at a browser without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.kit.databases import new_database
from tests.kit.person import CONSOLE, Person
from tests.kit.portal_client import PortalWorld
from tests.kit.server_here import ServerHere

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def watched(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server with the starting data. Tests change their own worlds, learners and jobs only."""
    folder = tmp_path_factory.mktemp("console")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running


@pytest.fixture
def developer(watched: ServerHere) -> Person:
    """Somebody who opens pages of the console, by their paths below that of `main`."""
    return Person(watched.url, path=CONSOLE)


@pytest.fixture
def own_world(watched: ServerHere) -> Iterator[PortalWorld]:
    """A world with the starting data for this test alone."""
    world = PortalWorld(watched.url, f"own-{next(_NUMBERS)}")
    world.control("POST", "/worlds", {"name": world.name})
    yield world
    world.control("DELETE", f"/worlds/{world.name}")


@pytest.fixture
def own(own_world: PortalWorld) -> Person:
    """Somebody who opens pages of the console, by their paths below that of the test's own world."""
    return Person(own_world.server, path=f"{CONSOLE}worlds/{own_world.name}/")
