"""Requests over HTTPS, each on its own connection, with the certificates that a test chooses."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from tests.kit.soap_messages import LEARNER_SERVICE, Answer
from tests.kit.waiting import PATIENCE


def trusting(ca: Path, certificate: Path | None = None) -> ssl.SSLContext:
    """Return a client's TLS context; `certificate` is a file with the certificate and its key."""
    context = ssl.create_default_context(cafile=str(ca))
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


def ask(url: str, context: ssl.SSLContext, method: str, path: str, body: bytes | None = None) -> Answer:
    """Send a request and return its answer. Raises OSError (ssl.SSLError is one) if the server refuses."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=PATIENCE, context=context)
    try:
        connection.request(method, path, body, {} if body is None else {"Content-Type": "text/xml; charset=utf-8"})
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def post(url: str, context: ssl.SSLContext, message: str) -> Answer:
    return ask(url, context, "POST", LEARNER_SERVICE, message.encode())
