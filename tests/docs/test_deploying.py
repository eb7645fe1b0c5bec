"""The files of deploy/: programs can read them, the settings that they name are there, and they hold no secret."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import yaml

from lrs_soap import settings
from lrs_soap.settings import Settings
from tests.kit.documents import PROJECT, Document

DEPLOY = PROJECT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
DEPLOYING = Document("docs/deploying.md")


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    for name in re.findall(r"\bLRS_(\w+)", path.read_text("utf-8")):
        assert name == "CONFIG" or name.lower() in Settings.model_fields, name


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_file_is_explained(path: Path) -> None:
    assert f"deploy/{path.name}" in DEPLOYING.text


def test_the_settings_file_can_be_read() -> None:
    found = settings.resolve({}, DEPLOY / "lrs-soap.toml").settings

    assert (found.host, found.control, found.trusted_proxies) == ("127.0.0.1", "token", ("127.0.0.1",))
    assert found.database_url.startswith("postgresql:///")


def test_the_unit_runs_as_a_user_of_its_own_and_may_do_little() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "lrs-soap.service")

    service = unit["Service"]
    assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"]) == ("lrs-soap", "yes", "strict")
    assert service["ExecStart"].endswith("/lrs-soap serve")
    # Longer than the parent waits before it kills what is left.
    assert int(service["TimeoutStopSec"]) > 20


def test_the_containers_are_asked_for_their_health_and_keep_no_secret_in_the_file() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    compose = yaml.safe_load(text)

    own, database = compose["services"]["lrs-soap"], compose["services"]["database"]
    assert own["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"]
    assert (PROJECT / own["build"]["dockerfile"]).exists()
    for service in (own, database):
        assert set(service["secrets"]) <= set(compose["secrets"])
        assert {each.partition(":")[0] for each in service["volumes"]} <= set(compose["volumes"])
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or str(value).startswith("/run/secrets/"), name
    assert all(str(port).startswith("127.0.0.1:") for port in own["ports"])
    assert own["environment"]["LRS_TRUSTED_PROXIES"] == compose["networks"]["inside"]["ipam"]["config"][0]["gateway"]
    for each in compose["secrets"].values():
        assert not (DEPLOY / each["file"]).exists()


def test_the_image_is_no_root_s_and_is_asked_for_its_health() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    words = dict(line.split(" ", 1) for line in lines if re.match("[A-Z]+ ", line))

    assert words["USER"] == "10001:10001"
    assert words["HEALTHCHECK"].endswith('CMD ["lrs-soap", "health"]')
    assert words["CMD"] == '["lrs-soap", "serve"]'
    # A registry is the machine's own choice.
    assert all("/" not in line for line in lines if line.startswith("FROM "))
