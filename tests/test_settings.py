"""Settings: where they come from, in which order, and what is said of a wrong one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lrs_soap import settings
from lrs_soap.errors import InvalidSetting
from lrs_soap.settings import Settings

NAMES = tuple(Settings.model_fields)

ANOTHER_VALUE: Mapping[str, str] = {
    "database_url": "sqlite:///other.db",
    "host": "0.0.0.0",
    "port": "9000",
    "threads": "2",
    "processes": "2",
    "tls_cert": "server.pem",
    "tls_key": "server-key.pem",
    "tls_client_ca": "ca.pem",
    "strict": "false",
    "batch_validation": "record",
    "verify_batch_limit": "5000",
    "batch_workers": "0",
    "batch_delay": "5",
    "return_codes": "RC002=RC003, RC013=RC011",
    "prohibited_text": "words.txt",
    "find_before_register": "true",
    "find_before_register_maximum": "600",
    "find_before_register_minimum": "5",
    "fault_detail": "declared",
    "max_body_bytes": "1024",
    "trusted_proxies": "10.0.0.1, ::1",
    "control": "token",
    "metrics": "open",
    "control_token_file": "token.txt",
    "service_hours": "Mon-Fri 07:00-22:00, Sat 08:00-12:00",
    "maintenance": "2025-12-24T18:00/2025-12-27T06:00, 2026-01-01T00:00:30/2026-01-01T01:00",
    "maintenance_answer": "fault",
    "clock": "2025-01-14T15:23:47",
    "log_level": "debug",
    "log_format": "json",
    "log_exchanges": "false",
    "log_values": "true",
    "journal_exchanges": "7",
    "journal_days": "9",
    "journal_size": "7",
    "password_misses": "7",
    "rate_limit": "7",
    "write_wait": "7",
    "max_open_worlds": "5",
    "scenarios": "scenarios.toml",
    "scenario_header": "true",
    "world_header": "true",
    "certificate_subjects": "CN=vendor,O=A vendor",
    "desk_hours": "Every day, 9 to 5",
    "announcement": "Closed on Friday.",
    "known_users_only": "true",
    "password_reset": "mail",
    "suspend_after": "3",
    "portal_idle_timeout": "60",
    "max_connections": "7",
    "max_header_bytes": "4096",
    "max_tags": "2000",
    "max_attributes": "2000",
    "max_buffered_bytes": "2097152",
    "max_unsent_bytes": "4096",
    "handshake_timeout": "7",
    "header_timeout": "7",
    "request_timeout": "7",
    "idle_timeout": "7",
    "send_timeout": "7",
    "hang_timeout": "7",
    "max_process_memory": "700",
}


@pytest.fixture(autouse=True)
def _nothing_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and no variable of ours."""
    monkeypatch.chdir(tmp_path)
    for variable in list(os.environ):
        if variable.startswith("LRS_"):
            monkeypatch.delenv(variable)


def refusal(flags: Mapping[str, Any] | None = None, config: Path | None = None) -> str:
    with pytest.raises(InvalidSetting) as refused:
        settings.resolve(flags or {}, config)
    return str(refused.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_has_a_meaning_and_says_what_it_may_be(name: str) -> None:
    meaning = settings.meaning_of(name)
    assert meaning.endswith(".")
    assert len(meaning.split()) >= 8
    assert settings.allowed_values(name).words


@pytest.mark.parametrize("name", NAMES)
def test_a_settings_placeholder_says_what_kind_of_value_its_flag_takes(name: str) -> None:
    annotation, placeholder = Settings.model_fields[name].annotation, settings.allowed_values(name).placeholder
    if annotation is bool:
        assert placeholder is None
    elif get_origin(annotation) is Literal:
        assert placeholder == "|".join(get_args(annotation))
    else:
        assert placeholder is not None
        assert placeholder.isupper()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_setting_may_be_names_its_bounds(name: str) -> None:
    bounds = [
        str(bound)
        for constraint in Settings.model_fields[name].metadata
        for side in ("ge", "le")
        if (bound := getattr(constraint, side, None)) is not None
    ]
    assert re.findall("[0-9]+", settings.allowed_values(name).words) == bounds or not bounds


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_comes_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.variable_of(name), ANOTHER_VALUE[name])
    found = settings.resolve({})
    assert settings.variable_of(name).startswith("LRS_")
    assert settings.shown(getattr(found.settings, name)) == ANOTHER_VALUE[name]
    assert found.origins == {name: settings.variable_of(name)}


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_comes_from_the_file(name: str) -> None:
    Path("lrs-soap.toml").write_text(f'{name} = "{ANOTHER_VALUE[name]}"\n')
    found = settings.resolve({})
    assert settings.shown(getattr(found.settings, name)) == ANOTHER_VALUE[name]
    assert found.origins == {name: "lrs-soap.toml"}


def test_without_anything_all_is_default() -> None:
    found = settings.resolve({"port": None})
    assert found.settings == Settings()
    assert {found.origin(name) for name in NAMES} == {settings.DEFAULT}


PORTS = st.none() | st.integers(0, 65535)


@given(flag=PORTS, variable=PORTS, in_file=PORTS)
def test_a_flag_comes_before_the_environment_before_the_file(
    tmp_path_factory: pytest.TempPathFactory, flag: int | None, variable: int | None, in_file: int | None
) -> None:
    file = tmp_path_factory.getbasetemp() / "precedence.toml"
    file.write_text("" if in_file is None else f"port = {in_file}\n")
    with mock.patch.dict(os.environ, {} if variable is None else {"LRS_PORT": str(variable)}):
        found = settings.resolve({"port": flag}, file)
    given_ones = [
        (value, origin)
        for value, origin in ((flag, "--port"), (variable, "LRS_PORT"), (in_file, str(file)), (8080, "default"))
        if value is not None
    ]
    assert (found.settings.port, found.origin("port")) == given_ones[0]


def test_the_file_is_the_flags_then_the_environments_then_this_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    for file, port in (("flag.toml", 1), ("variable.toml", 2), ("lrs-soap.toml", 3)):
        Path(file).write_text(f"port = {port}\n")
    assert settings.resolve({}).settings.port == 3
    monkeypatch.setenv("LRS_CONFIG", "variable.toml")
    assert settings.resolve({}).settings.port == 2
    assert settings.resolve({}, Path("flag.toml")).settings.port == 1


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_PORT", "")
    assert settings.resolve({}).settings.port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", ""),
        ("host", ""),
        ("port", "http"),
        ("port", "65536"),
        ("port", "-1"),
        ("threads", "-1"),
        ("processes", "0"),
        ("processes", "65"),
        ("strict", "perhaps"),
        ("batch_validation", "file"),
        ("verify_batch_limit", "0"),
        ("verify_batch_limit", "5001"),
        ("fault_detail", "both"),
        ("max_body_bytes", "8M"),
        ("trusted_proxies", "proxy.example.org"),
        ("service_hours", "Mon-Fri"),
        ("service_hours", "Mon-Fri 22:00-07:00"),
        ("service_hours", "Mon 07:00-22:00; Tue 07:00-22:00"),
        ("maintenance", "2025-12-24T18:00"),
        ("maintenance", "2025-12-27T06:00/2025-12-24T18:00"),
        ("maintenance_answer", "fax"),
        ("clock", "1736868227"),
        ("clock", "2025-02-29T00:00:00"),
        ("clock", "noon"),
        ("clock", "0001-01-01T00:00+14:00"),
        ("clock", "9999-12-31T23:59:59-14:00"),
        ("log_level", "loud"),
        ("log_format", "xml"),
        ("log_exchanges", "2"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence(name: str, value: str) -> None:
    origin = settings.flag_of(name)
    assert refusal({name: value}) == (
        f"The setting {name} has to be {settings.allowed_values(name).words}, not {value!r} (from {origin})."
    )


def test_every_wrong_value_is_told_with_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("lrs-soap.toml").write_text("threads = -1\n")
    monkeypatch.setenv("LRS_PORT", "http")
    told = refusal({"log_level": "loud"})
    assert "threads" in told
    assert "(from lrs-soap.toml)" in told
    assert "(from LRS_PORT)" in told
    assert "(from --log-level)" in told


def test_an_unknown_key_in_the_file_is_refused() -> None:
    Path("lrs-soap.toml").write_text("stric = false\n")
    assert "'stric', which is not a setting: did you mean strict?" in refusal()
    Path("lrs-soap.toml").write_text("[server]\nport = 1\n")
    assert "'server', which is not a setting. `lrs-soap settings` lists them all." in refusal()


def test_a_slip_in_a_variables_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_STRIC", "false")
    assert refusal() == "The environment variable LRS_STRIC is not a setting: did you mean LRS_STRICT?"


def test_a_variable_of_somebody_elses_is_told_and_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_VENDOR_NAME", "x")
    assert settings.resolve({}).ignored == ("LRS_VENDOR_NAME",)


@pytest.mark.parametrize(("text", "said"), [("port = ", "is not TOML"), ("\xff", "is not TOML")])
def test_a_file_that_is_not_toml_is_refused(text: str, said: str) -> None:
    Path("lrs-soap.toml").write_bytes(text.encode("latin-1"))
    assert said in refusal()


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no settings file nowhere.toml (from --config)" in refusal({}, Path("nowhere.toml"))
    monkeypatch.setenv("LRS_CONFIG", "elsewhere.toml")
    assert "There is no settings file elsewhere.toml (from LRS_CONFIG)" in refusal()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////srv/lrs.db", "sqlite:////srv/lrs.db"),
        ("postgresql://lrs@db:5432/lrs", "postgresql://lrs@db:5432/lrs"),
        ("postgresql://lrs:secret@db:5432/lrs", "postgresql://lrs:***@db:5432/lrs"),
        ("postgresql://lrs:sec/r@et:s@db/lrs", "postgresql://lrs:***@db/lrs"),
        ("postgresql://lrs://secret@db/lrs", "postgresql://lrs:***@db/lrs"),
        ("postgresql://lrs:sec\nret@db/lrs", "postgresql://lrs:***@db/lrs"),
        ("postgresql://db/lrs?password=secret&sslmode=require", "postgresql://db/lrs?password=***&sslmode=require"),
        ("postgresql:lrs:secret@db", "postgresql:***@db"),
        ("host=db password=secret", "host=db password=***"),
    ],
)
def test_no_password_is_shown(url: str, shown: str) -> None:
    assert settings.shown(url) == shown
    assert "secret" not in repr(Settings(database_url=url))


def test_a_moment_may_name_its_zone() -> None:
    chosen = settings.resolve({"clock": "2025-07-01T12:00:00Z"}).settings
    assert chosen.clock == datetime(2025, 7, 1, 12, tzinfo=timezone.utc)


def test_hours_and_windows_may_be_lists_of_the_file_and_nothing_else_there() -> None:
    Path("lrs-soap.toml").write_text(
        'service_hours = ["Mon 07:00-08:00"]\nmaintenance = ["2025-12-24T18:00/2025-12-27T06:00"]'
    )
    chosen = settings.resolve({}).settings
    assert settings.shown(chosen.service_hours) == "Mon 07:00-08:00"
    assert settings.shown(chosen.maintenance) == "2025-12-24T18:00/2025-12-27T06:00"
    Path("lrs-soap.toml").write_text("[[maintenance]]\nstarts = 2025-12-24T18:00:00\nends = 2025-12-23T18:00:00")
    assert "The setting maintenance has to be pairs of date and time" in refusal()


def test_toml_has_dates_lists_and_numbers_of_its_own() -> None:
    Path("lrs-soap.toml").write_text(
        'clock = 2025-01-14T15:23:47\ntrusted_proxies = ["10.0.0.1"]\nport = 9\nstrict = false'
    )
    assert settings.resolve({}).settings == Settings(
        clock=datetime(2025, 1, 14, 15, 23, 47), trusted_proxies=("10.0.0.1",), port=9, strict=False
    )


@pytest.mark.parametrize("name", NAMES)
def test_settings_do_not_change(name: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Settings(), name, ANOTHER_VALUE[name])
