"""curl, with envelopes written by hand: what is sent and read by no library at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pytest
from answer_schema import assert_valid
from cases import HttpsCases, ServiceCases
from certificates import Certificates
from client import Reading, needs, read, run
from lxml import etree
from running_server import UKPRN
from soap_messages import envelope

pytestmark = needs("curl", "curl")

_VIEW_AUDIT = "http://tempuri.org/ILearnerServiceR9/ViewAudit"
_REGISTER = "http://api.lrs.miap.gov.uk/regmsg"
_FIND = "http://api.lrs.miap.gov.uk/findmsg"
_LINKED = "{http://api.lrs.miap.gov.uk/learner}LinkedULNs"
_OPERATION = "{*}portType/{http://schemas.xmlsoap.org/wsdl/}operation"


@dataclass(frozen=True)
class Curl:
    """curl with these flags."""

    flags: tuple[str, ...] = ()

    def ask(self, address: str, command: str, *arguments: str) -> Reading:
        if command == "operations":
            wsdl = etree.fromstring(self._curl(f"{address}/{arguments[0]}.svc?wsdl").encode())
            return Reading(operations=[str(each.get("name")) for each in wsdl.iterfind(_OPERATION)])
        if command == "misdirect":
            body = '<GetOrganisation xmlns="http://tempuri.org/"/>'
            return self._post(f"{address}/LearnerServiceR9.svc", body, action=_VIEW_AUDIT)
        message = _find(*arguments) if command == "find" else _register(*arguments)
        return self._post(f"{address}/LearnerService.svc", message)

    def _post(self, url: str, body: str, action: str = "") -> Reading:
        headers = ("-H", "Content-Type: text/xml; charset=utf-8", "-H", f'SOAPAction: "{action}"')
        answer = self._curl(url, *headers, "--data-binary", "@-", text=envelope(body)).encode()
        assert_valid(answer)
        return read("\n".join(_facts(answer)))

    def _curl(self, url: str, *flags: str, text: str = "") -> str:
        return run("curl", "--silent", "--show-error", *self.flags, *flags, url, text=text)


def _find(password: str, uln: str, family_name: str, given_name: str) -> str:
    names = _elements(ULN=uln, FamilyName=family_name, GivenName=given_name)
    fields = f"<FindType>FUL</FindType>{_asker(password)}{names}"
    return f'<m:FindLearnerByULN xmlns:m="{_FIND}">{fields}</m:FindLearnerByULN>'


def _register(password: str, family_name: str, given_name: str, date_of_birth: str) -> str:
    learner = _elements(
        GivenName=given_name,
        FamilyName=family_name,
        LastKnownPostCode="LS1 4AP",
        DateOfBirth=date_of_birth,
        Gender="2",
        VerificationType="1",
        AbilityToShare="1",
    )
    fields = f"{_asker(password)}<Learner>{learner}</Learner>"
    return f'<m:RegisterLearner xmlns:m="{_REGISTER}">{fields}</m:RegisterLearner>'


def _asker(password: str) -> str:
    return _elements(UKPRN=UKPRN, OrgPassword=password, UserName="curl")


def _elements(**values: str) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def _facts(answer: bytes) -> Iterator[str]:
    """The lines that the other stacks' programs print."""
    for element in etree.fromstring(answer)[0].iter():
        name = etree.QName(element).localname
        if name == "Learner":
            yield "Learner:"
        elif name == "LinkedULNs":
            yield f"LinkedULNs={' '.join(str(each.text) for each in element)}"
        elif len(element) == 0 and next(element.iterancestors(_LINKED), None) is None:
            yield f"{name}={element.text or ''}"


@pytest.fixture(scope="session")
def client() -> Curl:
    return Curl()


@pytest.fixture(scope="session")
def secure_client(certificates: Certificates) -> Curl:
    return Curl(("--cacert", str(certificates.authority), "--cert", str(certificates.client_with_key)))


@pytest.fixture(scope="session")
def stranger(certificates: Certificates) -> Curl:
    return Curl(("--cacert", str(certificates.authority)))


class TestCurl(ServiceCases):
    stack = "Curl"


class TestCurlOverHttps(HttpsCases):
    pass
