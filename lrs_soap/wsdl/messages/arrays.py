"""Namespace `http://schemas.microsoft.com/2003/10/Serialization/Arrays`: WCF's arrays."""

from __future__ import annotations

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import DataContract, text_members


class ArrayOfstring(DataContract):
    __namespace__ = namespaces.ARRAYS

    string = text_members()
