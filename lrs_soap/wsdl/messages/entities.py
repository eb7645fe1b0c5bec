"""Namespace `http://schemas.datacontract.org/2004/07/Amor.Qcf.MIAPModel.Entities`: the base of R9's learner."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import DataContract


class BusinessObject(DataContract):
    __namespace__ = namespaces.ENTITIES
