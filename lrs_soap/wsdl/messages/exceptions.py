"""Namespace `http://api.lrs.miap.gov.uk/exceptions`: the detail of a fault of LearnerService."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import DataContract, text_member


class MIAPAPIException(DataContract):
    __namespace__ = namespaces.EXCEPTIONS

    ErrorCode = text_member()
    ErrorActor = text_member()
    Description = text_member()
    FurtherDetails = text_member()
    ErrorTimestamp = text_member()
