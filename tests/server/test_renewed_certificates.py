"""SIGHUP: HTTPS goes on with the certificates that are in the files now, and without HTTPS nothing happens."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import socket
import ssl
import termios
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from tests.kit.certificates import Certificates
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post
from tests.kit.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")

ASKED = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextmanager
def connected(url: str, context: ssl.SSLContext, session: ssl.SSLSession | None = None) -> Iterator[ssl.SSLSocket]:
    parts = urlsplit(url)
    with (
        socket.create_connection((str(parts.hostname), parts.port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname="localhost", session=session) as connection,
    ):
        yield connection


def is_live(connection: ssl.SSLSocket) -> bool:
    connection.sendall(ASKED)
    answer = b""
    while not answer.endswith(b"}\n"):
        answer += connection.recv(4096)
    return answer.startswith(b"HTTP/1.1 200 ")


def certificate_of(connection: ssl.SSLSocket) -> bytes:
    certificate = connection.getpeercert(binary_form=True)
    assert certificate is not None
    return certificate


def certificate_in(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text())


def test_every_process_has_new_connections_see_the_new_certificate(tmp_path: Path) -> None:
    for name in ("old", "new", "live"):
        (tmp_path / name).mkdir()
    old, new = (Certificates.made_in(tmp_path / name) for name in ("old", "new"))
    cert, key = (Path(shutil.copy(each, tmp_path / "live")) for each in (old.server, old.key))
    trusting = ssl.create_default_context(cafile=str(old.ca))
    trusting.load_verify_locations(new.ca)
    flags = ("--tls-cert", str(cert), "--tls-key", str(key), "--processes", "2", "--batch-workers", "0")

    with RunningServer(tmp_path, *flags) as server, ExitStack() as stack:

        def shown_by(child: int) -> bytes:
            with server.answering_alone(child), connected(server.url, trusting) as connection:
                assert is_live(connection)
                return certificate_of(connection)

        def kept_with(child: int) -> ssl.SSLSocket:
            with server.answering_alone(child):
                connection = stack.enter_context(connected(server.url, trusting))
                assert is_live(connection)
                assert certificate_of(connection) == certificate_in(old.server)
                return connection

        children = server.children()
        kept = [kept_with(child) for child in children]

        shutil.copy(new.server, cert)
        server.process.send_signal(signal.SIGHUP)
        server.logged_until(f"The private key in {key} (tls_key) is not that of the certificate in {cert}.")
        for child in children:
            assert shown_by(child) == certificate_in(old.server)

        shutil.copy(new.key, key)
        server.process.send_signal(signal.SIGHUP)
        for child in children:
            until(lambda child=child: shown_by(child) == certificate_in(new.server))
        assert "event=certificates level=info" in server.logged_until("expires=")
        assert all(is_live(connection) for connection in kept)
        # A ticket of before is no way around the new certificate.
        with connected(server.url, trusting, kept[0].session) as connection:
            assert is_live(connection)
            assert not connection.session_reused
            assert certificate_of(connection) == certificate_in(new.server)

        cert.unlink()
        server.process.send_signal(signal.SIGHUP)
        server.logged_until("cannot be read")
        os.kill(children[0], signal.SIGKILL)
        until(lambda: len(server.children()) == 2 and children[0] not in server.children())
        server.logged_until("replaced_in_seconds=0.0")
        for child in server.children():
            until(lambda child=child: shown_by(child) == certificate_in(new.server))

        # It is what there is, and somebody has to be told.
        late = trustme.CA().issue_cert("localhost", not_after=datetime(2020, 1, 1))
        late.cert_chain_pems[0].write_to_path(cert)
        late.private_key_pem.write_to_path(key)
        server.process.send_signal(signal.SIGHUP)
        assert "event=certificates level=warning" in server.logged_until("expires=2020-01-01")


@pytest.mark.slow
def test_without_https_a_hangup_changes_nothing(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        children = server.children()
        os.killpg(server.process.pid, signal.SIGHUP)
        # Answered after the signal, because it was sent first to the very process that answers.
        assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
        assert server.children() == children
        assert "event=process" not in server.logged()


@pytest.mark.slow
def test_when_its_terminal_is_closed_the_service_ends(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()

    def begin_in_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    with RunningServer(tmp_path, prepare=begin_in_terminal) as server:
        os.close(theirs)
        server.process.send_signal(signal.SIGHUP)
        assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
        assert server.process.poll() is None

        os.close(ours)
        assert server.process.wait(PATIENCE) == 0
