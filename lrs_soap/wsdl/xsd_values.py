"""What XML Schema says of every value, whichever reader reads it: white space, booleans, xsi:nil."""

from __future__ import annotations

from lxml import etree

from lrs_soap.wsdl import namespaces

WHITE_SPACE = " \t\r\n"
TRUE = ("true", "1")
BOOLEANS = (*TRUE, "false", "0")
NIL = f"{{{namespaces.XSI}}}nil"


def is_nil(element: etree._Element) -> bool:
    """Whether an element says xsi:nil; a value that is no boolean counts as false."""
    return (element.get(NIL) or "").strip(WHITE_SPACE) in TRUE
