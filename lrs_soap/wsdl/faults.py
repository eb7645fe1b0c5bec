"""The envelopes and the faults of both ports, byte for byte as the live service writes them."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Literal

from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.messages.exceptions import MIAPAPIException
from lrs_soap.wsdl.writing import XML_DECLARATION, escape, write_children

FaultDetail = Literal["observed", "declared"]

_ORGANISATION_VALIDATOR = "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validateOrganisation()"
_ACTORS: dict[str, str] = {
    FaultCode.INVALID_REQUEST: "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()",
    FaultCode.UNKNOWN_ORGANISATION: _ORGANISATION_VALIDATOR,
    FaultCode.OUT_OF_HOURS: "uk.gov.miap.lrs.api.learner.utils.ServiceHours.checkHours()",
    FaultCode.INCORRECT_PASSWORD: _ORGANISATION_VALIDATOR,
    FaultCode.INSUFFICIENT_ACCESS: _ORGANISATION_VALIDATOR,
}
_ADDRESSING_FAULT = "ActionNotSupported"
_NO_REASON = "The creator of this fault did not specify a Reason."


class Envelope:
    """How a port writes its envelopes: with the prefix that was recorded from the live service."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._start = f'{XML_DECLARATION}<{prefix}:Envelope xmlns:{prefix}="{namespaces.SOAP_ENVELOPE}"><{prefix}:Body>'
        self._end = f"</{prefix}:Body></{prefix}:Envelope>"

    def wrap(self, body: str) -> bytes:
        """The whole document, with `body` as the content of the envelope's Body."""
        return f"{self._start}{body}{self._end}".encode()

    def fault(self, code: str, sentence: str, detail: str = "", *, declaration: str = "") -> bytes:
        """A SOAP 1.1 fault.

        `code` has its prefix, which `declaration` declares if the envelope does not. `detail` is XML.
        """
        detail = f"<detail>{detail}</detail>" if detail else ""
        return self.wrap(
            f"<{self.prefix}:Fault><faultcode{declaration}>{code}</faultcode>"
            f"<faultstring>{escape(sentence)}</faultstring>{detail}</{self.prefix}:Fault>"
        )

    def soap_fault(self, local_code: str, sentence: str) -> bytes:
        """A fault with one of SOAP's own codes: Client, VersionMismatch, MustUnderstand."""
        return self.fault(f"{self.prefix}:{local_code}", sentence)


LEARNER_SERVICE = Envelope("soapenv")
R9 = Envelope("s")


def miap_api_exception(
    code: str, description: str, details: str, *, operation: str, moment: datetime, detail: FaultDetail
) -> bytes:
    """A fault of LearnerService; `operation` is the local name of the body's child, `moment` the current time.

    With `detail` "observed" the children of the detail are unqualified, as recorded from the live service; with
    "declared" they are qualified, as in the WSDL.
    """
    actor = _ACTORS.get(code, f"uk.gov.miap.lrs.api.learner.LearnerService.{operation}()")
    exception = MIAPAPIException(
        ErrorCode=code,
        ErrorActor=actor,
        Description=description,
        FurtherDetails=details,
        ErrorTimestamp=moment.strftime("%Y-%m-%d %H:%M:%S"),
    )
    children = write_children(exception, qualified_by="ns10" if detail == "declared" else None)
    return LEARNER_SERVICE.fault(
        "soapenv:Server",
        "uk.gov.miap.lrs.api.exceptions.MIAPAPIException",
        f'<ns10:MIAPAPIException xmlns:ns10="{namespaces.EXCEPTIONS}">{children}</ns10:MIAPAPIException>',
    )


def domain_fault(code: str, description: str) -> bytes:
    """A fault of R9: the code, and its description in base64."""
    text = base64.b64encode(description.encode()).decode("ascii")
    return R9.fault(
        "s:Client",
        _NO_REASON,
        f'<DomainFault xmlns="{namespaces.FAULTS}"><ErrorCode>{code}</ErrorCode>'
        f"<ErrorDetail>{text}</ErrorDetail></DomainFault>",
    )


def wcf_fault(local_code: str, sentence: str) -> bytes:
    """A fault with one of WCF's own codes: ActionNotSupported, DeserializationFailed, InternalServiceFault."""
    namespace = namespaces.ADDRESSING_NONE if local_code == _ADDRESSING_FAULT else namespaces.WCF_DISPATCHER
    return R9.fault(f"a:{local_code}", sentence, declaration=f' xmlns:a="{namespace}"')
