"""A server for tests of its control interface, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.databases import new_database
from tests.kit.server_here import ServerHere


@pytest.fixture(scope="session")
def steered(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server with the starting data. Tests change their own learners, organisations and jobs only."""
    folder = tmp_path_factory.mktemp("control")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running
