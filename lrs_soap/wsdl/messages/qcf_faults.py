"""Namespace `http://api.lrs.qcf.gov.uk/faults`: the detail of a fault of LearnerServiceR9."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import DataContract, bytes_member, text_member


class DomainFault(DataContract):
    __namespace__ = namespaces.FAULTS

    ErrorCode = text_member()
    ErrorDetail = bytes_member()
