"""Namespace `http://schemas.datacontract.org/2004/07/Amor.Qcf.Common`: who is asking."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import DataContract, enumerated_member, int_member, text_member
from lrs_soap.wsdl.messages import model


class InvokingOrganisation(DataContract):
    __namespace__ = namespaces.COMMON

    ChannelCode = enumerated_member(model.CHANNEL_CODE)
    Estab = int_member(nil=True)
    LaNumber = int_member(nil=True)
    Password = text_member()
    Reference = text_member()
    Ukprn = text_member()
    Username = text_member()
