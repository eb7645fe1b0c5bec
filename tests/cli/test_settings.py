"""`lrs-soap settings`: every setting, where its value comes from, and nothing secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap import settings

if TYPE_CHECKING:
    from conftest import Run


@pytest.mark.parametrize("name", settings.Settings.model_fields)
def test_every_setting_is_listed_with_its_names_and_meaning(run: Run, name: str) -> None:
    told = " ".join(run("settings").stdout.split())
    assert f"{name} = " in told
    assert f"{settings.variable_of(name)}, {settings.flag_of(name)}; {settings.allowed(name)}." in told
    assert settings.meaning_of(name) in told


def test_it_is_told_where_a_value_comes_from(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "lrs-soap.toml").write_text("threads = 2\n")
    monkeypatch.setenv("LRS_PORT", "9000")
    lines = run("settings", "--database", "sqlite:///other.db").stdout.splitlines()
    assert "database_url = sqlite:///other.db  (--database)" in lines
    assert "port = 9000  (LRS_PORT)" in lines
    assert "threads = 2  (lrs-soap.toml)" in lines
    assert "host = 127.0.0.1  (default)" in lines
    assert "clock = (none)  (default)" in lines


def test_another_file(run: Run, folder: Path) -> None:
    (folder / "other.toml").write_text("port = 1\n")
    assert "port = 1  (other.toml)" in run("settings", "--config", "other.toml").stdout.splitlines()


def test_a_password_in_the_databases_url_is_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_DATABASE_URL", "postgresql://lrs:secret@db/lrs")
    result = run("settings")
    assert "postgresql://lrs:***@db/lrs" in result.stdout
    assert "secret" not in result.output


def test_somebody_elses_variable_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_VENDOR_NAME", "x")
    result = run("settings")
    assert result.exit_code == 0
    assert "LRS_VENDOR_NAME is no setting of lrs-soap" in result.stderr
