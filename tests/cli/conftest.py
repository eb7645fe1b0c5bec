"""A command line in an empty folder, with no setting of the machine's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from lrs_soap.cli.app import app
from lrs_soap.settings import Settings
from lrs_soap.world import World

Run: TypeAlias = Callable[..., Result]


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the starting data, to be copied."""
    path = tmp_path_factory.mktemp("new") / "lrs.db"
    World.open(Settings(database_url=f"sqlite:///{path}", clock=datetime(2025, 9, 1, 9))).close()
    return path


@pytest.fixture
def database(new_database: Path, folder: Path) -> Path:
    """A new database in the current folder, where commands look for it."""
    return Path(shutil.copy(new_database, folder))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    for variable in list(os.environ):
        if variable.startswith("LRS_"):
            monkeypatch.delenv(variable)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs `lrs-soap` with arguments, and bytes on its standard input."""

    def invoke(*arguments: str, given: bytes | None = None) -> Result:
        return CliRunner().invoke(app, arguments, input=given, prog_name="lrs-soap")

    return invoke
