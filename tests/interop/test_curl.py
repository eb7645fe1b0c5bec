"""curl, with envelopes written by hand: what is sent and read by no library at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pytest
from answer_schema import assert_valid
from certificates import Certificates
from client import Question, Reading, Values, needs, reading, run
from every_stack import HttpsCases, ServiceCases
from lxml import etree
from soap_messages import FIND, REGISTER, REPORT, SOAP, envelope

pytestmark = needs("curl", "curl")

_OPERATION = "{*}portType/{http://schemas.xmlsoap.org/wsdl/}operation"
# The request's element of each operation.
_MESSAGES = {
    "learnerByULN": (FIND, "FindLearnerByULN"),
    "learnerByDemographics": (FIND, "FindLearnerByDemographics"),
    "registerSingleLearner": (REGISTER, "RegisterLearner"),
    "updateSingleLearner": (REGISTER, "UpdateLearner"),
    "retrieveULNs": (REPORT, "RetrieveULNs"),
    "verifyLearner": (REPORT, "VerifyLearner"),
    "GetOrganisation": ("http://tempuri.org/", "GetOrganisation"),
}
# What cannot be seen of an answer: which elements may come several times, by the element that they are in, and which
# of those without any are structures.
_LISTS = {
    ("FindLearnerResponse", "Learner"),
    ("LinkedULNs", "ULN"),
    ("RetrievedULNs", "VerifiedULN"),
    ("VerifiedLearner", "FailureFlag"),
}
_STRUCTURES = {parent for parent, _ in _LISTS}


@dataclass(frozen=True)
class Curl:
    """curl with these flags."""

    flags: tuple[str, ...] = ()

    def operations(self, address: str, service: str) -> list[str]:
        wsdl = etree.fromstring(self._curl(f"{address}/{service}.svc?wsdl").encode())
        return [str(each.get("name")) for each in wsdl.iterfind(_OPERATION)]

    def ask(self, address: str, question: Question) -> Reading:
        namespace, name = _MESSAGES[question.operation]
        body = f'<m:{name} xmlns:m="{namespace}">{_elements(question.request)}</m:{name}>'
        headers = ("-H", "Content-Type: text/xml; charset=utf-8", "-H", f'SOAPAction: "{question.action or ""}"')
        url = f"{address}/{question.service}.svc"
        answer = self._curl(url, *headers, "--data-binary", "@-", text=envelope(body)).encode()
        assert_valid(answer)
        return reading(_line(etree.fromstring(answer)))

    def _curl(self, url: str, *flags: str, text: str = "") -> str:
        return run("curl", "--silent", "--show-error", *self.flags, *flags, url, text=text)


def _elements(values: Values) -> str:
    return "".join(_element(name, value) for name, value in values.items() if value is not None)


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    content = _elements(value) if isinstance(value, dict) else escape(value)
    return f"<{name}>{content}</{name}>"


def _line(answer: etree._Element) -> Values:
    """What the other stacks' programs print."""
    fault = answer.find(f".//{{{SOAP}}}Fault")
    if fault is None:
        return {"answer": _values(answer[0][0])}
    code, text, *detail = fault
    fields = {etree.QName(field).localname: field.text for each in detail for field in each[0]}
    return {"fault": {"faultcode": code.text, "faultstring": text.text, **fields}}


def _values(structure: etree._Element) -> Values:
    parent = etree.QName(structure).localname
    values: Values = {}
    for element in structure:
        name = etree.QName(element).localname
        value = _values(element) if len(element) or name in _STRUCTURES else element.text
        if (parent, name) in _LISTS:
            values.setdefault(name, []).append(value)
        else:
            assert name not in values
            values[name] = value
    return values


@pytest.fixture(scope="module")
def client() -> Curl:
    return Curl()


@pytest.fixture(scope="module")
def secure_client(certificates: Certificates) -> Curl:
    return Curl(("--cacert", str(certificates.authority), "--cert", str(certificates.client_with_key)))


@pytest.fixture(scope="module")
def stranger(certificates: Certificates) -> Curl:
    return Curl(("--cacert", str(certificates.authority)))


class TestCurl(ServiceCases):
    stack = "Curl"


class TestCurlOverHttps(HttpsCases):
    pass
