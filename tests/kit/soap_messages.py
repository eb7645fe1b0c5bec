"""Requests as bytes, and answers taken apart: what a client library would hide from a test."""

from __future__ import annotations

import http.client
import os
import select
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from urllib.parse import urlsplit

from lxml import etree

from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages.learner import LearnerToRegister, LearnerToUpdate
from tests.kit.answer_schema import assert_valid
from tests.kit.running_server import PASSWORD, UKPRN
from tests.kit.waiting import PATIENCE

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
FIND = "http://api.lrs.miap.gov.uk/findmsg"
REGISTER = "http://api.lrs.miap.gov.uk/regmsg"
REPORT = "http://api.lrs.miap.gov.uk/reportmsg"
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
    """POST a request; a header with the value '' is not sent. An answer in XML must be valid."""
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
    """Send any request; a header with the value '' is not sent."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=60, context=_trusting_anybody())
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        given = {name: value for name, value in (headers or {}).items() if value != ""}
        connection.request(method, path, body, given)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


@cache
def _trusting_anybody() -> ssl.SSLContext:
    """Return a context that trusts any server: test_https.py tests whom to trust."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class RawConnection:
    """A connection, HTTP or HTTPS, on which a test sends any bytes at any time. A context manager."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self._socket = socket.create_connection((str(parts.hostname), parts.port or 80), timeout=PATIENCE)
        # A body that follows its header must not wait until the header is acknowledged.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "https":
            self._socket = _trusting_anybody().wrap_socket(self._socket)

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
        """Receive exactly `length` bytes, or fewer if the server closes the connection."""
        data = b""
        while len(data) < length and (block := self._socket.recv(length - len(data))):
            data += block
        return data

    def has_something(self, seconds: float) -> bool:
        """Whether something arrives, or the connection ends, within so many seconds."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def is_reset(self) -> bool:
        """Whether the connection ends by a reset; what arrives before is thrown away, under TLS without reading it."""
        with socket.socket(fileno=os.dup(self._socket.fileno())) as under_tls:
            under_tls.settimeout(PATIENCE)
            try:
                while under_tls.recv(65536):
                    pass
            except ConnectionResetError:
                return True
            return False

    def answer(self) -> Answer:
        """Return the next answer, which must be valid if it is XML; an interim answer (100) is skipped."""
        return _valid(self.document())

    def document(self) -> Answer:
        """Return the next answer, which may be XML that is not SOAP."""
        response = http.client.HTTPResponse(self._socket)
        response.begin()
        header = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, header, response.read())


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
    return f"<f:FindLearnerByULN>{_elements(given, order)}{raw}</f:FindLearnerByULN>"


def find_by_demographics(**fields: str | None) -> str:
    """The body's child of a find by demographics; a field that is None is left out."""
    values: dict[str, str | None] = {
        "FindType": "FUL",
        "UKPRN": UKPRN,
        "OrgPassword": PASSWORD,
        "UserName": "A Tester",
        "FamilyName": "Okafor",
        "GivenName": "Grace",
        "DateOfBirth": "2005-03-14",
        "Gender": "2",
        "LastKnownPostCode": "LS1 4AP",
    }
    order = (
        *("FindType", "OrganisationRef", "UKPRN", "OrgPassword", "UserName", "FamilyName", "GivenName", "DateOfBirth"),
        *("Gender", "LastKnownPostCode", "PreviousFamilyName", "SchoolAtAge16", "PlaceOfBirth", "EmailAddress"),
    )
    return f"<f:FindLearnerByDemographics>{_elements({**values, **fields}, order)}</f:FindLearnerByDemographics>"


_REGISTRATION = tuple(field.name for field in fields_of(LearnerToRegister))


def register(*, who: Mapping[str, str | None] | None = None, **fields: str | None) -> str:
    """The body's child of a registration; a field of the learner, or of `who` asks, that is None is left out."""
    learner: dict[str, str | None] = {
        "GivenName": "Astrid",
        "FamilyName": "Fairbairn",
        "LastKnownPostCode": "TR1 2PQ",
        "DateOfBirth": "2006-05-04",
        "Gender": "2",
        "VerificationType": "1",
        "AbilityToShare": "1",
        **fields,
    }
    assert learner.keys() <= set(_REGISTRATION)
    return (
        f'<r:RegisterLearner xmlns:r="{REGISTER}">{_asking(who)}'
        f"<Learner>{_elements(learner, _REGISTRATION)}</Learner></r:RegisterLearner>"
    )


def update(*, who: Mapping[str, str | None] | None = None, **fields: str | None) -> str:
    """The body's child of an update of Grace Okafor; a field that is None, of the learner or of `who`, is left out."""
    learner: dict[str, str | None] = {
        "GivenName": "Grace",
        "FamilyName": "Okafor",
        "LastKnownPostCode": "LS1 4AP",
        "DateOfBirth": "2005-03-14",
        "Gender": "2",
        "VerificationType": "1",
        "AbilityToShare": "1",
        "ULN": "4170265830",
        "VersionNumber": "1",
        **fields,
    }
    order = tuple(field.name for field in fields_of(LearnerToUpdate))
    assert learner.keys() <= set(order)
    return (
        f'<r:UpdateLearner xmlns:r="{REGISTER}">{_asking(who)}'
        f"<Learner>{_elements(learner, order)}</Learner></r:UpdateLearner>"
    )


def verify(*, who: Mapping[str, str | None] | None = None, raw: str = "", **fields: str | None) -> str:
    """The body's child of a verification; a field that is None is left out, `raw` is put at the end as it is."""
    values = {"ULN": "4170265830", "FamilyName": "Okafor", "GivenName": "Grace", **fields}
    order = ("ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender")
    return (
        f'<v:VerifyLearner xmlns:v="{REPORT}">{_asking(who)}'
        f"<LearnerToVerify>{_elements(values, order)}{raw}</LearnerToVerify></v:VerifyLearner>"
    )


def retrieve(*ulns: str, who: Mapping[str, str | None] | None = None) -> str:
    """The body's child of a retrieval."""
    asked = "".join(f"<ULN>{uln}</ULN>" for uln in ulns)
    content = f"{_asking(who)}<ULNsToRetrieve>{asked}</ULNsToRetrieve>"
    return f'<v:RetrieveULNs xmlns:v="{REPORT}">{content}</v:RetrieveULNs>'


def _asking(who: Mapping[str, str | None] | None = None) -> str:
    values = {"UKPRN": UKPRN, "OrgPassword": PASSWORD, "UserName": "A Tester", **(who or {})}
    return _elements(values, ("OrganisationRef", "UKPRN", "OrgPassword", "UserName"))


def _elements(values: Mapping[str, str | None], order: Sequence[str]) -> str:
    return "".join(f"<{name}>{values[name]}</{name}>" for name in order if values.get(name) is not None)
