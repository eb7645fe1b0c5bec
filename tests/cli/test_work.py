"""`lrs-soap work`: what it refuses before it begins. What it does is in the server's tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_number_of_workers_that_cannot_be(run: Run, workers: str) -> None:
    result = run("work", "--workers", workers)
    assert result.exit_code == 2
    assert "--workers" in result.output


@pytest.mark.usefixtures("database")
def test_a_setting_that_cannot_be_is_told_before_anything_is_done(run: Run, folder: Path) -> None:
    (folder / "lrs-soap.toml").write_text('prohibited_text = "words.txt"\n')
    result = run("work")
    assert result.exit_code == 2
    assert "words.txt" in result.output
