"""`lrs-soap certs`: files that a server and its clients can use, for nobody else to read."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from lrs_soap.server.development_certificates import CLIENT_PKCS12, FILES, PKCS12_PASSWORD
from tests.kit import https_client
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE

if TYPE_CHECKING:
    from conftest import Run

SECRET = ("server-key.pem", "client.pem", "client.p12")


def test_the_files_are_made_and_only_the_certificates_are_for_others(run: Run, folder: Path) -> None:
    result = run("certs", "new/folder")
    assert (result.exit_code, result.stderr) == (0, "")
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder / "new/folder").iterdir()}
    assert made.keys() == set(FILES)
    assert {name for name, mode in made.items() if mode == 0o600} == set(SECRET)


@pytest.mark.slow
def test_what_is_printed_serves_and_asks(run: Run, folder: Path) -> None:
    told = run("certs", "made").stdout
    flags = re.search(r"^  lrs-soap serve (.*)$", told, re.MULTILINE)
    curl = re.search(r"^  curl --cacert (\S+) --cert (\S+) 'https://localhost:8080(.*)'$", told, re.MULTILINE)
    assert flags
    assert curl
    with RunningServer(folder, *flags[1].split(), "--host", "localhost") as server:
        context = https_client.trusting(folder / curl[1], folder / curl[2])
        answer = https_client.ask(server.url, context, "GET", curl[3])
        assert (answer.status, curl[3]) == (200, f"{LEARNER_SERVICE}?wsdl")
        answer = https_client.ask(server.url.replace("localhost", "127.0.0.1"), context, "GET", "/")
        assert answer.status == 200


def test_the_server_may_have_other_names(run: Run, folder: Path) -> None:
    assert run("certs", ".", "--host", "lrs.example.org", "--host", "10.0.0.1").exit_code == 0
    certificate = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "lrs.example.org"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1", "10.0.0.1"]


def test_the_pkcs12_file_has_the_clients_key_and_the_ca(run: Run, folder: Path) -> None:
    run("certs", ".")
    held = pkcs12.load_pkcs12((folder / CLIENT_PKCS12).read_bytes(), PKCS12_PASSWORD.encode())
    client = (folder / "client.pem").read_bytes()
    assert held.key is not None
    assert held.key.private_numbers() == load_pem_private_key(client, None).private_numbers()
    assert held.cert is not None
    assert held.cert.certificate == x509.load_pem_x509_certificate(client)
    ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    assert [each.certificate for each in held.additional_certs] == [ca]
    assert PKCS12_PASSWORD in run("certs", "--help").stdout


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_replaced_unless_forced(run: Run, folder: Path, name: str) -> None:
    (folder / name).write_text("mine")
    (folder / name).chmod(0o644)
    result = run("certs", ".")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f". already has {name}." in " ".join(result.stderr.split())
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]

    assert run("certs", ".", "--force").exit_code == 0
    assert (folder / name).read_bytes() != b"mine"
    # What was readable before is not any more.
    assert stat.S_IMODE((folder / name).stat().st_mode) == (0o600 if name in SECRET else 0o644)


@pytest.mark.parametrize("host", ["a@b", "10.0.0.0/8", "", "under_score..org", "a" * 64])
def test_what_is_no_host_is_refused_and_nothing_is_made(run: Run, folder: Path, host: str) -> None:
    result = run("certs", "made", "--host", host)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--host" in result.stderr
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_made_is_told(run: Run, folder: Path) -> None:
    (folder / "file").touch()
    result = run("certs", "file/folder")
    assert result.exit_code == 1
    assert "file/folder" in result.stderr
    assert "Traceback" not in result.output
