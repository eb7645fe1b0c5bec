"""`lrs-soap wsdl`: a document for client generators, with the address that they should call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

if TYPE_CHECKING:
    from conftest import Run

ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
POLICY = "{http://schemas.xmlsoap.org/ws/2004/09/policy}Policy"


def address_of(document: bytes) -> str | None:
    return next(etree.fromstring(document).iter(ADDRESS)).get("location")


@pytest.mark.parametrize(("port", "path"), [("learner", "/LearnerService.svc"), ("r9", "/LearnerServiceR9.svc")])
def test_a_wsdl_is_printed_whole(run: Run, port: str, path: str) -> None:
    result = run("wsdl", port)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert address_of(result.stdout_bytes) == f"http://127.0.0.1:8080{path}"


def test_the_address_is_the_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_HOST", "::1")
    monkeypatch.setenv("LRS_PORT", "9000")
    assert address_of(run("wsdl", "learner").stdout_bytes) == "http://[::1]:9000/LearnerService.svc"


@pytest.mark.parametrize("address", ["https://lrs.example.org", "https://lrs.example.org/"])
def test_an_address_of_ones_own(run: Run, address: str) -> None:
    document = run("wsdl", "r9", "--address", address).stdout_bytes
    assert address_of(document) == "https://lrs.example.org/LearnerServiceR9.svc"
    assert list(etree.fromstring(document).iter(POLICY))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lrs.example.org",
        "ftp://lrs.example.org",
        "https://",
        "https://lrs.example.org/LearnerService.svc",
        "https://lrs.example.org?wsdl",
        "https://lrs.example.org:port",
        "https://user:password@lrs.example.org",
        "https://lrs.example.org\n",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused(run: Run, address: str) -> None:
    result = run("wsdl", "learner", "--address", address)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not scheme, host and port" in " ".join(result.stderr.split())


def test_an_unknown_port_is_refused(run: Run) -> None:
    result = run("wsdl", "r8")
    assert result.exit_code == 2
    assert "learner" in result.stderr
