"""Namespace `http://schemas.microsoft.com/2003/10/Serialization/`: the simple types of WCF's serializer."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import BuiltIn, SimpleType

CHAR = SimpleType("char", namespaces.SERIALIZATION, BuiltIn.INT)
