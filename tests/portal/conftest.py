"""A server with the starting data for tests of the portal, and a browser for those that need one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Page

from tests.kit.databases import SQLITE, new_database
from tests.kit.person import Person
from tests.kit.portal_client import PortalClient, PortalWorld
from tests.kit.server_here import ServerHere
from tests.kit.waiting import PATIENCE

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def portal(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server with the starting data. Tests change their own learners, users and jobs only."""
    folder = tmp_path_factory.mktemp("portal")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running


@pytest.fixture(scope="session")
def seen_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server with the starting data that a browser looks at. Which database it has shows on no page."""
    folder = tmp_path_factory.mktemp("seen")
    with new_database(SQLITE, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running


@pytest.fixture
def page(browser: Browser, seen_portal: ServerHere) -> Iterator[Page]:
    """A window of the width that the user guide recommends, in which nobody is logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=seen_portal.url)
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def online(portal: ServerHere) -> Person:
    """Somebody with the role LRB Online User."""
    return logged_in(portal, "oliver.hart")


@pytest.fixture
def view_only(portal: ServerHere) -> Person:
    """Somebody with the role LRB View Only User."""
    return logged_in(portal, "violet.moss")


@pytest.fixture
def records(portal: ServerHere) -> Person:
    """Somebody with the role Learner Record."""
    return logged_in(portal, "leah.reid")


@pytest.fixture
def verifier(portal: ServerHere) -> Person:
    """Somebody with the role VLD Learning Provider."""
    return logged_in(portal, "vera.doyle")


@pytest.fixture
def everything(portal: ServerHere) -> Person:
    """Somebody with all roles."""
    return logged_in(portal, "ada.north")


@pytest.fixture
def other(portal: ServerHere) -> Person:
    """Somebody of another organisation, with the role LRB View Only User."""
    return logged_in(portal, "tara.field")


def logged_in(server: ServerHere, user_name: str) -> Person:
    person = Person(server.url)
    person.log_in(user_name)
    assert person.heading == "Learner Management"
    return person


@pytest.fixture
def own_world(portal: ServerHere) -> Iterator[PortalWorld]:
    """A world with the starting data for this test alone, which may change its users, clock and policy."""
    world = PortalWorld(portal.url, f"own-{next(_NUMBERS)}")
    world.control("POST", "/worlds", {"name": world.name})
    yield world
    world.control("DELETE", f"/worlds/{world.name}")


@pytest.fixture
def person(own_world: PortalWorld) -> PortalClient:
    """Somebody who has just opened the portal of the test's own world."""
    return own_world.person()
