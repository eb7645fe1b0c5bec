"""Send one request before or after a measurement."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bench.failure import BenchFailed


def ask(url: str, request: str, code: str, soap_action: str = "") -> bytes:
    """Send a request and return its answer. Raises BenchFailed if the answer lacks `code`."""
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{soap_action}"'}
    try:
        with urlopen(Request(url, request.encode(), headers), timeout=60) as answer:
            body = bytes(answer.read())
    except HTTPError as fault:
        body = fault.read()
    if code.encode() not in body:
        raise BenchFailed(f"the answer has to be {code} and is: {body.decode()}")
    return body
