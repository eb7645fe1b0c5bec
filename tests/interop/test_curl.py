"""curl, with envelopes written by hand: what is sent and read by no library at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from lrs_soap.wsdl import namespaces
from tests.interop.cases_r9 import ACTIONS
from tests.interop.certificates import Certificates
from tests.interop.client import LEARNER_SERVICE_R9, Question, Reading, Values, needs, reading, run
from tests.interop.every_stack import HttpsCases, ServiceCases
from tests.interop.every_stack_r9 import R9Cases
from tests.kit.answer_schema import assert_valid
from tests.kit.soap_messages import FIND, REGISTER, REPORT, SOAP, envelope

pytestmark = needs("curl", "curl")

_OPERATION = "{*}portType/{http://schemas.xmlsoap.org/wsdl/}operation"
# The request's element of each operation of LearnerService.
_MESSAGES = {
    "learnerByULN": (FIND, "FindLearnerByULN"),
    "learnerByDemographics": (FIND, "FindLearnerByDemographics"),
    "registerSingleLearner": (REGISTER, "RegisterLearner"),
    "updateSingleLearner": (REGISTER, "UpdateLearner"),
    "retrieveULNs": (REPORT, "RetrieveULNs"),
    "verifyLearner": (REPORT, "VerifyLearner"),
    "submitBatchRegistration": (namespaces.BATCH, "SubmitBatch"),
    "getBatchRegistrationOutput": (namespaces.BATCH, "GetSubmitBatchOutput"),
    "submitVerifyBatch": (namespaces.VERIFY_BATCH, "SubmitVerifyBatch"),
    "getVerifyBatchOutput": (namespaces.VERIFY_BATCH, "GetVerifyBatchOutput"),
}
# What cannot be seen of an answer: which elements may come several times, by the element that they are in, and which
# of those without any are structures.
_LISTS = {
    ("FindLearnerResponse", "Learner"),
    ("GetSubmitBatchOutputResponse", "Learner"),
    ("GetVerifyBatchOutputResponse", "VerifiedLearner"),
    ("LearnerRecord", "LearningEvent"),
    ("LinkedUlns", "string"),
    ("LinkedULNs", "ULN"),
    ("List", "PlrAccessEntryResponse"),
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
        action = f"{ACTIONS}{question.operation}" if question.service == LEARNER_SERVICE_R9 else ""
        headers = ("-H", "Content-Type: text/xml; charset=utf-8", "-H", f'SOAPAction: "{question.action or action}"')
        url = f"{address}/{question.service}.svc"
        answer = self._curl(url, *headers, "--data-binary", "@-", text=envelope(_body(question))).encode()
        assert_valid(answer)
        return reading(_line(etree.fromstring(answer)))

    def _curl(self, url: str, *flags: str, text: str = "") -> str:
        return run("curl", "--silent", "--show-error", *self.flags, *flags, url, text=text)


def _body(question: Question) -> str:
    if question.service == LEARNER_SERVICE_R9:
        return _r9_body(question.operation, **question.request)
    namespace, name = _MESSAGES[question.operation]
    return f'<m:{name} xmlns:m="{namespace}">{_elements(question.request)}</m:{name}>'


def _r9_body(operation: str, invokingOrganisation: Values, **parameters: Any) -> str:
    """Every element is in a namespace, those that say who asks in one of their own."""
    namespace = namespaces.INTERFACE if operation == "GetLearnerLearningEvents" else namespaces.COMMON
    # Each declares the namespace anew, as some clients do.
    who = "".join(f'<{name} xmlns="{namespace}">{escape(text)}</{name}>' for name, text in invokingOrganisation.items())
    asker = f"<invokingOrganisation>{who}</invokingOrganisation>"
    return f'<{operation} xmlns="{namespaces.TEMPURI}">{asker}{_elements(parameters)}</{operation}>'


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


class TestCurlR9(R9Cases):
    stack = "Curl"


class TestCurlOverHttps(HttpsCases):
    pass
