"""Namespace `http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface`: who is asking for learning events."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import DataContract, text_member


class InvokingOrganisationR10(DataContract):
    __namespace__ = namespaces.INTERFACE

    OrganisationRef = text_member()
    Password = text_member()
    Ukprn = text_member()
    Username = text_member()
