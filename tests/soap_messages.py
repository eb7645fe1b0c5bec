"""Requests as bytes, and answers taken apart: what a client's own library would hide from a test."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from answer_schema import assert_valid
from lxml import etree
from running_server import PASSWORD, UKPRN

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
FIND = "http://api.lrs.miap.gov.uk/findmsg"
LEARNER = "http://api.lrs.miap.gov.uk/learner"
EXCEPTIONS = "http://api.lrs.miap.gov.uk/exceptions"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

LEARNER_SERVICE = "/LearnerService.svc"
LEARNER_SERVICE_R9 = "/LearnerServiceR9.svc"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def root(self) -> etree._Element:
        return etree.fromstring(self.body)

    def text(self, name: str) -> str | None:
        """What the first element of this local name holds; '' where it is empty, None where it is not there."""
        found = self.root.xpath("//*[local-name()=$name]", name=name)
        return (found[0].text or "") if found else None

    def texts(self, name: str) -> list[str]:
        return [node.text or "" for node in self.root.xpath("//*[local-name()=$name]", name=name)]


def post(url: str, body: bytes | str, *, path: str = LEARNER_SERVICE, headers: dict[str, str] | None = None) -> Answer:
    """POST a request as it is; a header that is given as '' is not sent. An answer in XML has to be valid."""
    return _valid(
        send(
            url,
            "POST",
            path,
            body.encode() if isinstance(body, str) else body,
            {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', **(headers or {})},
        )
    )


def send(url: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """Send any request; a header that is given as '' is not sent."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        given = {name: value for name, value in (headers or {}).items() if value != ""}
        connection.request(method, path, body, given)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


class RawConnection:
    """A connection on which a test sends the bytes that it likes, when it likes. A context manager."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self._socket = socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30)

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def head(self, start: str, *lines: str) -> None:
        """Send a request's first line and header, with the Host that the connection was made to."""
        self.send("".join(f"{line}\r\n" for line in (start, f"Host: {self.host}", *lines, "")).encode("latin-1"))

    def receive(self, length: int) -> bytes:
        """Exactly so many bytes, or fewer where the server has closed the connection."""
        data = b""
        while len(data) < length and (block := self._socket.recv(length - len(data))):
            data += block
        return data

    def answer(self) -> Answer:
        """The next answer; an interim one (100) is passed over."""
        response = http.client.HTTPResponse(self._socket)
        response.begin()
        header = {name.lower(): value for name, value in response.getheaders()}
        return _valid(Answer(response.status, header, response.read()))


def _valid(answer: Answer) -> Answer:
    if answer.headers.get("content-type", "").startswith("text/xml"):
        assert_valid(answer.body)
    return answer


def envelope(body: str, *, header: str = "", prefix: str = "soapenv") -> str:
    """A SOAP 1.1 envelope around the text of a body's child."""
    return (
        f'<{prefix}:Envelope xmlns:{prefix}="{SOAP}" xmlns:f="{FIND}" xmlns:xsi="{XSI}">{header}'
        f"<{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>"
    )


def find_by_uln(**fields: str | None) -> str:
    """The body's child of a find by ULN; a field that is None is left out, `raw` is put at the end as it is."""
    values: dict[str, str | None] = {
        "FindType": "FUL",
        "UKPRN": UKPRN,
        "OrgPassword": PASSWORD,
        "UserName": "A Tester",
        "ULN": "4170265830",
        "FamilyName": "Okafor",
        "GivenName": "Grace",
    }
    raw = fields.pop("raw", "")
    order = ("FindType", "OrganisationRef", "UKPRN", "OrgPassword", "UserName", "ULN", "FamilyName", "GivenName")
    given = {**values, **fields}
    children = "".join(f"<{name}>{given[name]}</{name}>" for name in order if given.get(name) is not None)
    return f"<f:FindLearnerByULN>{children}{raw}</f:FindLearnerByULN>"
