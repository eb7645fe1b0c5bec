"""HTTPS: who is let in, what the application learns of a caller, and what the odd caller gets."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import zeep
from lxml import etree

from lrs_soap.errors import InvalidSetting
from lrs_soap.server import tls
from lrs_soap.server.listening import listen
from tests.kit.certificates import Certificates
from tests.kit.https_client import ask, post, trusting
from tests.kit.running_server import PASSWORD, UKPRN, RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, envelope, find_by_uln
from tests.kit.waiting import PATIENCE, until

CALL = envelope(find_by_uln())
WRONG_PASSWORD = envelope(find_by_uln(OrgPassword="CompatSitePass02"))
HALF_SENT = 20


@pytest.fixture(scope="module")
def open_server(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """HTTPS for anybody."""
    with RunningServer(tmp_path_factory.mktemp("open"), *certificates.flags) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """HTTPS for those who have a certificate."""
    with RunningServer(tmp_path_factory.mktemp("guarded"), *certificates.flags_for_clients) as running:
        yield running


def test_a_caller_without_certificate_is_served_where_none_is_asked_for(
    open_server: RunningServer, certificates: Certificates
) -> None:
    assert open_server.url.startswith("https://")
    assert post(open_server.url, trusting(certificates.ca), CALL).text("ResponseCode") == "WSRC0004"
    assert "certificate=" not in open_server.logged_until("WSRC0004")


def test_a_caller_with_a_certificate_is_served_and_named_in_the_log(
    guarded: RunningServer, certificates: Certificates
) -> None:
    answer = post(guarded.url, trusting(certificates.ca, certificates.client), CALL)

    assert answer.text("ResponseCode") == "WSRC0004"
    # What is in a name cannot be taken for another name's beginning.
    assert r"CN=vendor\\, one" in guarded.logged_until("certificate=")


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        (None, "PEER_DID_NOT_RETURN"),
        ("stranger", "unable to get local issuer"),
        ("expired", "has expired"),
        ("future", "not yet valid"),
    ],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_caller_whose_certificate_is_not_good_never_reaches_the_application(
    guarded: RunningServer, certificates: Certificates, who: str | None, refused: str, version: ssl.TLSVersion
) -> None:
    context = trusting(certificates.ca, getattr(certificates, who) if who else None)
    context.maximum_version = version
    already = guarded.logged().count("event=exchange")

    with pytest.raises(OSError):  # noqa: PT011  (an alert or a closed connection, as the client's timing has it)
        post(guarded.url, context, CALL)

    assert guarded.logged_until(refused).count("event=exchange") == already


def test_the_alert_says_what_is_missing(guarded: RunningServer, certificates: Certificates) -> None:
    with pytest.raises(ssl.SSLError, match="certificate required"):
        post(guarded.url, trusting(certificates.ca), CALL)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_tls_1_1_is_refused(guarded: RunningServer, certificates: Certificates) -> None:
    context = trusting(certificates.ca, certificates.client)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        ask(guarded.url, context, "GET", "/")
    assert "UNSUPPORTED_PROTOCOL" in guarded.logged_until("UNSUPPORTED_PROTOCOL")


def test_plain_http_is_told_that_this_is_https(guarded: RunningServer) -> None:
    parts = urlsplit(guarded.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
    connection.request("POST", LEARNER_SERVICE, CALL)
    response = connection.getresponse()
    assert (response.status, response.read()) == (400, b"This is HTTPS, and the request was not.\n")
    connection.close()


@pytest.mark.parametrize("name", ["open_server", "guarded"])
def test_the_wsdl_says_what_the_transport_asks_for(
    name: str, request: pytest.FixtureRequest, certificates: Certificates
) -> None:
    server: RunningServer = request.getfixturevalue(name)
    answer = ask(server.url, trusting(certificates.ca, certificates.client), "GET", f"{LEARNER_SERVICE}?wsdl")

    [token] = answer.root.iter("{*}HttpsToken")
    assert token.get("RequireClientCertificate") == ("true" if name == "guarded" else "false")
    [address] = answer.root.iter("{*}address")
    assert address.get("location") == f"{server.url}{LEARNER_SERVICE}"


def test_without_a_host_the_wsdl_has_the_address_that_is_listened_on(
    open_server: RunningServer, certificates: Certificates
) -> None:
    with _tls_connection(open_server.url, trusting(certificates.ca)) as connection:
        connection.sendall(b"GET /LearnerService.svc?wsdl HTTP/1.0\r\n\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        [address] = etree.fromstring(response.read()).iter("{*}address")
    assert address.get("location") == f"{open_server.url}{LEARNER_SERVICE}"


def test_zeep_finds_with_a_client_certificate(guarded: RunningServer, certificates: Certificates) -> None:
    session = requests.Session()
    # The machine may name a bundle of its own, which requests prefers.
    session.trust_env = False
    session.verify, session.cert = str(certificates.ca), str(certificates.client)
    client = zeep.Client(f"{guarded.url}{LEARNER_SERVICE}?wsdl", transport=zeep.Transport(session=session))
    found = client.service.learnerByULN(
        FindType="FUL", UKPRN=UKPRN, OrgPassword=PASSWORD, UserName="zeep", ULN="4170265830", FamilyName="Okafor",
        GivenName="Grace",
    )  # fmt: skip
    assert found.ResponseCode == "WSRC0004"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_finds_with_a_client_certificate(guarded: RunningServer, certificates: Certificates) -> None:
    done = subprocess.run(
        ["curl", "-sS", "--cacert", certificates.ca, "--cert", certificates.client, "-H", "Content-Type: text/xml",
         "--data-binary", CALL, f"{guarded.url}{LEARNER_SERVICE}"],
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    assert "WSRC0004" in done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_resumed_by_every_process_with_the_certificate_s_subject(
    certificates: Certificates, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    context = trusting(certificates.ca, certificates.client)
    context.minimum_version = context.maximum_version = version
    with RunningServer(tmp_path, *certificates.flags_for_clients, "--processes", "2", "--batch-workers", "0") as server:
        one, other = server.children()
        session = None
        for child in (one, one, other, one, other):
            with server.answering_alone(child), _tls_connection(server.url, context, session) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                response = http.client.HTTPResponse(connection)
                response.begin()
                assert response.status == 200
                assert connection.session_reused == (session is not None)
                session = connection.session
                _find_on(connection)
        until(lambda: server.logged().count(r"CN=vendor\\, one") == 5)
    assert {int(each) for each in re.findall(r"process=([0-9]+)", server.logged())} == {one, other}


def test_a_connection_ends_with_close_notify(open_server: RunningServer, certificates: Certificates) -> None:
    context = trusting(certificates.ca)
    # Python's own reading takes any end for one.
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    parts = urlsplit(open_server.url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=PATIENCE) as connection:
        text = b""

        def drive(step: Callable[[], Any]) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(16384) or pytest.fail("it ends without close_notify"))

        drive(client.do_handshake)
        client.write(b"GET / HTTP/1.0\r\n\r\n")
        while part := drive(lambda: client.read(16384)):
            text += part
    assert text.startswith(b"HTTP/1.0 200")


def test_what_is_asked_together_with_close_notify_is_answered(
    open_server: RunningServer, certificates: Certificates
) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(certificates.ca).wrap_bio(incoming, outgoing, server_hostname="localhost")
    parts = urlsplit(open_server.url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=PATIENCE) as connection:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(16384))
        client.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(ssl.SSLWantReadError):
            client.unwrap()
        connection.sendall(outgoing.read())
        # OpenSSL reads no more after its own close_notify, so what came is told by its size.
        received = b""
        while data := connection.recv(16384):
            received += data
    # The tickets for later sessions take some 600 bytes, the page as many.
    assert len(received) > 900


def test_a_connection_is_kept_also_after_a_chunked_body(open_server: RunningServer, certificates: Certificates) -> None:
    parts = urlsplit(open_server.url)
    connection = http.client.HTTPSConnection(
        str(parts.hostname), parts.port, timeout=PATIENCE, context=trusting(certificates.ca)
    )
    for _ in range(3):
        for body in (iter([CALL[:100].encode(), CALL[100:].encode()]), CALL):
            connection.request("POST", LEARNER_SERVICE, body, {"Content-Type": "text/xml"})
            # The client does not wait for as long as the server would for a byte that is left in a buffer.
            assert b"WSRC0004" in connection.getresponse().read()
    connection.close()


def test_an_answer_does_not_wait_for_its_first_part_to_be_acknowledged() -> None:
    (listener,) = listen("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()):
        listener.setblocking(True)
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("lines", "body", "status"),
    [
        ("Content-Length: -5", "", 400),
        ("Content-Length: five", "", 400),
        ("Transfer-Encoding: chunked", "not a number\r\n", 400),
        ("Transfer-Encoding: chunked", "7fffffff\r\n", 413),
        ("Content-Length: 2147483647", "", 413),
        ("X-Nothing: 1", "", 411),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    open_server: RunningServer, certificates: Certificates, lines: str, body: str, status: int
) -> None:
    with _tls_connection(open_server.url, trusting(certificates.ca)) as connection:
        head = f"POST {LEARNER_SERVICE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n{lines}\r\n\r\n"
        connection.sendall(f"{head}{body}".encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == status
    assert "Traceback" not in open_server.logged()


def test_half_sent_requests_hold_nobody_up(guarded: RunningServer, certificates: Certificates) -> None:
    context = trusting(certificates.ca, certificates.client)
    parts = urlsplit(guarded.url)
    request = b"GET /LearnerService.svc?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as stack:
        half_sent = []
        for place in range(HALF_SENT):
            # Not even a handshake comes from these.
            stack.enter_context(socket.create_connection((str(parts.hostname), parts.port or 443)))
            connection = stack.enter_context(_tls_connection(guarded.url, context))
            connection.sendall(request[: 20 + place])
            half_sent.append(connection)
        assert post(guarded.url, context, CALL).text("ResponseCode") == "WSRC0004"
        # All of them are still being waited for.
        for place, connection in enumerate(half_sent):
            connection.sendall(request[20 + place :])
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.status == 200


@pytest.mark.slow
def test_what_is_being_answered_at_the_end_is_answered(certificates: Certificates, tmp_path: Path) -> None:
    context = trusting(certificates.ca, certificates.client)
    with RunningServer(tmp_path, *certificates.flags_for_clients) as server:
        connections = [_tls_connection(server.url, context) for _ in range(20)]
        head = f"POST {LEARNER_SERVICE} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
        for connection in connections:
            connection.sendall(f"{head}Content-Length: {len(WRONG_PASSWORD)}\r\n\r\n{WRONG_PASSWORD}".encode())
        connections[0].recv(1)
        server.process.send_signal(signal.SIGTERM)
        for connection in connections[1:]:
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert b"WSEC0005" in response.read()
        assert server.process.wait(PATIENCE) == 0


def test_many_callers_at_the_same_time_are_served(guarded: RunningServer, certificates: Certificates) -> None:
    context = trusting(certificates.ca, certificates.client)
    codes: list[str | None] = []

    def find(place: int) -> None:
        message = WRONG_PASSWORD if place % 4 == 0 else CALL
        answer = post(guarded.url, context, message)
        codes.append(answer.text("ResponseCode") or answer.text("ErrorCode"))

    threads = [threading.Thread(target=find, args=(place,)) for place in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (codes.count("WSRC0004"), codes.count("WSEC0005")) == (48, 16)


def test_files_that_will_not_do_are_refused_in_a_sentence(certificates: Certificates, tmp_path: Path) -> None:
    text, secret = tmp_path / "text", tmp_path / "secret"
    text.write_text("-----BEGIN NOTHING-----")
    subprocess.run(
        ["openssl", "rsa", "-aes128", "-passout", "pass:x", "-in", _rsa_key(tmp_path), "-out", secret],
        check=True,
        capture_output=True,
    )
    for cert, key, ca, said in (
        (tmp_path / "none", certificates.key, None, "(tls_cert) cannot be read: No such file"),
        (tmp_path, certificates.key, None, "(tls_cert) cannot be read: Is a directory"),
        (text, certificates.key, None, "(tls_cert) has no certificate in PEM format"),
        (certificates.key, certificates.key, None, "(tls_cert) has no certificate in PEM format"),
        (certificates.server, tmp_path / "none", None, "(tls_key) cannot be read"),
        (certificates.server, text, None, "(tls_key) has no private key in PEM format"),
        (certificates.server, certificates.server, None, "(tls_key) has no private key in PEM format"),
        (certificates.server, secret, None, "(tls_key) is protected by a password"),
        (certificates.server, certificates.client, None, "is not that of the certificate"),
        (certificates.server, certificates.key, tmp_path / "none", "(tls_client_ca) cannot be read"),
        (certificates.server, certificates.key, text, "(tls_client_ca) has no certificate in PEM format"),
    ):
        with pytest.raises(InvalidSetting) as refused:
            tls.context_of(cert, key, ca)
        assert said in str(refused.value)
        assert str(refused.value).endswith(".")


def _rsa_key(folder: Path) -> Path:
    path = folder / "rsa.pem"
    subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, capture_output=True)
    return path


def _tls_connection(url: str, context: ssl.SSLContext, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
    parts = urlsplit(url)
    plain = socket.create_connection((str(parts.hostname), parts.port), timeout=PATIENCE)
    return context.wrap_socket(plain, server_hostname=parts.hostname, session=session)


def _find_on(connection: ssl.SSLSocket) -> None:
    head = (
        f"POST {LEARNER_SERVICE} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: {len(CALL)}\r\n\r\n"
    )
    connection.sendall(f"{head}{CALL}".encode())
    response = http.client.HTTPResponse(connection)
    response.begin()
    assert b"WSRC0004" in response.read()
