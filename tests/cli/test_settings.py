"""`lrs-soap settings`: every setting, where its value comes from, and nothing secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap import settings
from tests.kit.printed_tables import fields, rows

if TYPE_CHECKING:
    from conftest import Run


@pytest.mark.parametrize("name", settings.Settings.model_fields)
def test_every_setting_is_explained_by_any_of_its_names(run: Run, name: str) -> None:
    for called in (name, settings.variable_of(name)):
        assert fields(run("settings", called).stdout) == {
            "Setting": name,
            "Value": settings.shown(settings.Settings.model_fields[name].default) or "(none)",
            "Origin": "default",
            "Variable": settings.variable_of(name),
            "Flag": settings.flag_of(name),
            "Allowed": settings.allowed_values(name).words,
            "Meaning": settings.meaning_of(name),
        }


def test_one_that_there_is_not(run: Run) -> None:
    result = run("settings", "colour")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'colour' is not a setting. `lrs-soap settings` lists them all." in " ".join(result.stderr.split())


def test_it_is_told_where_a_value_comes_from(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "lrs-soap.toml").write_text("threads = 2\n")
    monkeypatch.setenv("LRS_PORT", "9000")
    heading, *listed = rows(run("settings", "--database", "sqlite:///other.db").stdout)
    assert heading == ["Setting", "Value", "Origin"]
    assert ["database_url", "sqlite:///other.db", "--database"] in listed
    assert ["port", "9000", "LRS_PORT"] in listed
    assert ["threads", "2", "lrs-soap.toml"] in listed
    assert ["host", "127.0.0.1", "default"] in listed
    assert ["clock", "default"] in listed
    assert [name for name, *_ in listed] == list(settings.Settings.model_fields)


def test_programs_get_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_RETURN_CODES", "RC002=RC003,RC005=RC003")
    listed = json.loads(run("settings", "--json").stdout)
    (of_one,) = [each for each in listed if each["Setting"] == "return_codes"]
    assert (of_one["Value"], of_one["Origin"]) == ("RC002=RC003, RC005=RC003", "LRS_RETURN_CODES")
    assert json.loads(run("settings", "return_codes", "--json").stdout) == of_one


def test_another_file(run: Run, folder: Path) -> None:
    (folder / "other.toml").write_text("port = 1\n")
    assert ["port", "1", "other.toml"] in rows(run("settings", "--config", "other.toml").stdout)


def test_a_password_in_the_databases_url_is_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_DATABASE_URL", "postgresql://lrs:hunter2@db/lrs")
    result = run("settings")
    assert "postgresql://lrs:***@db/lrs" in result.stdout
    assert "hunter2" not in result.output


def test_somebody_elses_variable_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_VENDOR_NAME", "x")
    result = run("settings")
    assert result.exit_code == 0
    assert "LRS_VENDOR_NAME is not a setting of lrs-soap" in result.stderr
