"""Requests over HTTPS, each on a connection of its own, with the certificates that a test chooses."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from tests.kit.soap_messages import LEARNER_SERVICE, Answer


def trusting(ca: Path, certificate: Path | None = None) -> ssl.SSLContext:
    """A client's side of TLS, with a certificate and its key in one file or with none."""
    context = ssl.create_default_context(cafile=str(ca))
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


def ask(url: str, context: ssl.SSLContext, method: str, path: str, body: bytes | None = None) -> Answer:
    """Ask and read the answer. Raises OSError, as ssl.SSLError is, where the server refuses to speak."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=30, context=context)
    try:
        connection.request(method, path, body, {} if body is None else {"Content-Type": "text/xml; charset=utf-8"})
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def post(url: str, context: ssl.SSLContext, message: str) -> Answer:
    return ask(url, context, "POST", LEARNER_SERVICE, message.encode())
