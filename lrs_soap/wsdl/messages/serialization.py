"""Namespaces of WCF's own serializer, `http://schemas.microsoft.com/2003/10/Serialization/` and what is below it."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declare import DataContract, Kind, SimpleType, text_members

CHAR = SimpleType("char", namespaces.SERIALIZATION, Kind.INT)


class ArrayOfstring(DataContract):
    __namespace__ = namespaces.ARRAYS

    string = text_members()
