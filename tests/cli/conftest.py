"""A command line in an empty folder, with no setting of the machine's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from lrs_soap.cli.app import app

Run: TypeAlias = Callable[..., Result]


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
