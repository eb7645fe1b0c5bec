"""Send one request before or after a measurement."""

from __future__ import annotations

import ssl
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bench.failure import BenchFailed

# As wrk does, it takes any certificate.
_ANY_CERTIFICATE = ssl.create_default_context()
_ANY_CERTIFICATE.check_hostname = False
_ANY_CERTIFICATE.verify_mode = ssl.CERT_NONE


def ask(url: str, request: str, code: str, soap_action: str = "") -> bytes:
    """Send a request and return its answer. Raises BenchFailed if the answer lacks `code`."""
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{soap_action}"'}
    try:
        with urlopen(Request(url, request.encode(), headers), timeout=60, context=_ANY_CERTIFICATE) as answer:
            body = bytes(answer.read())
    except HTTPError as fault:
        body = fault.read()
    if code.encode() not in body:
        raise BenchFailed(f"the answer has to be {code} and is: {body.decode()}")
    return body
