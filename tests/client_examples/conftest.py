"""The servers that the programs call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.running_server import RunningServer


@pytest.fixture(scope="module")
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of a module's own, on which the programs register and update learners, each another one."""
    with RunningServer(tmp_path_factory.mktemp("examples")) as running:
        yield running
