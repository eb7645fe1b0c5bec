"""deploy/nginx.conf as it is, but for ports and paths, in front of a real server: who gets through it, and to what."""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.kit.certificates import Certificates
from tests.kit.documents import PROJECT
from tests.kit.person import Person
from tests.kit.portal_learners import find_by_uln
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, envelope
from tests.kit.soap_messages import find_by_uln as call_find_by_uln
from tests.kit.waiting import PATIENCE, until

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="needs nginx: apt install nginx-light"),
]

TOKEN = "only-the-operator-knows-it"
NAME = "localhost"

# nginx's own files, where a test may write.
AROUND = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Nginx:
    """nginx at work in front of a server; `log` is its access log."""

    def __init__(self, folder: Path, server: RunningServer, certificates: Certificates) -> None:
        self.server = server
        self.ca = str(certificates.ca)
        self.log = folder / "access.log"
        port = _free_port()
        self.url = f"https://{NAME}:{port}"
        site = (PROJECT / "deploy" / "nginx.conf").read_text("utf-8")
        for written, here in (
            ("server 127.0.0.1:8080;", f"server {server.url.removeprefix('http://')};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
            ("server_name lrs.example.org;", f"server_name {NAME};"),
            ("/etc/lrs-soap/tls/server.pem", str(certificates.server)),
            ("/etc/lrs-soap/tls/server-key.pem", str(certificates.key)),
            ("/etc/lrs-soap/tls/client-ca.pem", str(certificates.ca)),
            ("/var/log/nginx/lrs-soap.log", str(self.log)),
        ):
            assert site.count(written) == 1, written
            site = site.replace(written, here)
        (folder / "site.conf").write_text(site, "utf-8")
        around = folder / "nginx.conf"
        around.write_text(AROUND.format(folder=folder, user="user root;" if os.getuid() == 0 else ""), "utf-8")
        command = [str(NGINX), "-p", str(folder), "-c", str(around), "-e", str(folder / "error.log")]
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert tried.returncode == 0, tried.stderr
        assert "[warn]" not in tried.stderr
        self.process = subprocess.Popen(command)
        until(lambda: _listens(port))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    def ask(self, method: str, path: str, *, certificate: Path | None = None, **more: object) -> requests.Response:
        """Ask for something through nginx, with a client's certificate or without."""
        cert = None if certificate is None else str(certificate)
        return requests.request(method, self.url + path, verify=self.ca, cert=cert, timeout=PATIENCE, **more)  # type: ignore[arg-type]

    def find(self, certificate: Path | None, **fields: str) -> requests.Response:
        """Find Grace Okafor through nginx."""
        return self.ask(
            "POST",
            LEARNER_SERVICE,
            certificate=certificate,
            data=envelope(call_find_by_uln(**fields)).encode(),
            headers={"Content-Type": "text/xml", "SOAPAction": '""', "X-Forwarded-For": "1.2.3.4"},
        )


def _free_port() -> int:
    """A port that nobody has, and that the machine gives nobody: it gives those from 32768 on, or higher ones."""
    for port in random.sample(range(10_000, 30_000), 100):
        with socket.socket() as bound, suppress(OSError):
            bound.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there is no free port")


def _listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    token = folder / "token"
    token.write_text(f"{TOKEN}\n")
    flags = ("--trusted-proxies", "127.0.0.1", "--control", "token", "--control-token-file", str(token))
    with RunningServer(folder, *flags) as server:
        running = Nginx(folder, server, certificates)
        try:
            yield running
        finally:
            running.stop()


def control(nginx: Nginx, method: str, path: str, body: object = None) -> requests.Response:
    """Ask the control interface on this machine, with the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return requests.request(method, f"{nginx.server.url}/_lrs{path}", json=body, headers=headers, timeout=PATIENCE)


def test_with_a_certificate_a_learner_is_found_and_the_logs_say_by_whom(
    nginx: Nginx, certificates: Certificates
) -> None:
    found = nginx.find(certificates.client, UserName="through nginx")

    assert (found.status_code, "<ResponseCode>WSRC0004</ResponseCode>" in found.text) == (200, True)
    exchange = found.headers["LRS-Exchange"]
    until(lambda: f"exchange={exchange}" in nginx.log.read_text())
    (line,) = (line for line in nginx.log.read_text().splitlines() if exchange in line)
    assert "O=A vendor" in line
    # Whoever asks, not the proxy, and not what they say that they are.
    assert control(nginx, "GET", f"/exchanges/{exchange}").json()["caller"] == "127.0.0.1"
    assert "CompatSitePass01" not in nginx.log.read_text()


def test_without_a_certificate_no_port_answers(nginx: Nginx) -> None:
    for path in (LEARNER_SERVICE, LEARNER_SERVICE_R9, f"/w/team-a{LEARNER_SERVICE}"):
        assert nginx.ask("GET", f"{path}?wsdl").status_code == 403
    refused = nginx.find(None)
    assert refused.status_code == 403
    assert "WSRC" not in refused.text


@pytest.mark.parametrize("which", ["expired", "stranger"])
def test_with_a_bad_certificate_nothing_answers(nginx: Nginx, certificates: Certificates, which: str) -> None:
    refused = nginx.find(getattr(certificates, which))

    assert refused.status_code == 400
    assert "LRS-Exchange" not in refused.headers


@pytest.mark.parametrize("path", [LEARNER_SERVICE, LEARNER_SERVICE_R9])
def test_the_wsdl_has_the_address_that_callers_use(nginx: Nginx, certificates: Certificates, path: str) -> None:
    wsdl = nginx.ask("GET", f"{path}?wsdl", certificate=certificates.client)

    assert re.findall(r'location="([^"]*)"', wsdl.text) == [f"{nginx.url}{path}"]
    assert nginx.server.url not in wsdl.text


def test_a_world_of_a_team_is_at_its_own_path(nginx: Nginx, certificates: Certificates) -> None:
    made = control(nginx, "POST", "/worlds", {"name": "team-a"})

    assert made.status_code == 201
    wsdl = nginx.ask("GET", f"/w/team-a{LEARNER_SERVICE}?wsdl", certificate=certificates.client)
    assert f'location="{nginx.url}/w/team-a{LEARNER_SERVICE}"' in wsdl.text
    assert nginx.ask("GET", "/w/team-a/portal/login").status_code == 200


def test_people_are_at_the_portal_without_a_certificate(nginx: Nginx) -> None:
    page = nginx.ask("GET", "/portal/login")

    assert (page.status_code, "<h1>Login</h1>" in page.text) == (200, True)
    (style,) = re.findall(r'<link rel="stylesheet" href="([^"]*)"', page.text)
    assert nginx.ask("GET", style).status_code == 200
    person = Person(nginx.url)
    # What the environment trusts does not know this CA.
    person.session.trust_env = False
    person.session.verify = nginx.ca
    person.log_in("oliver.hart")
    assert find_by_uln(person).heading == "View Learner Profile"
    assert {cookie.secure for cookie in person.session.cookies} == {True}


@pytest.mark.parametrize(
    "path",
    [
        "/_lrs/",
        "/_lrs/worlds",
        "/_lrs/console/",
        "//_lrs/worlds",
        "/portal/../_lrs/worlds",
        "/health/ready",
        "/metrics",
        "/w/main/_lrs/",
        "/",
    ],
)
def test_nothing_else_is_reached_through_it(nginx: Nginx, certificates: Certificates, path: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
    request = requests.Request("GET", nginx.url + path, headers=headers).prepare()
    request.url = nginx.url + path
    with requests.Session() as session:
        answer = session.send(request, verify=nginx.ca, cert=str(certificates.client), timeout=PATIENCE)

    assert answer.status_code == 404
    assert "lrs-soap" not in answer.text
