"""What XML Schema says of every value, whichever reader reads it: white space, booleans, xsi:nil, built-in types."""

from __future__ import annotations

from lxml import etree

from lrs_soap.wsdl import namespaces

WHITE_SPACE = " \t\r\n"
TRUE = ("true", "1")
BOOLEANS = (*TRUE, "false", "0")
NIL = f"{{{namespaces.XSI}}}nil"
TYPE = f"{{{namespaces.XSI}}}type"
BUILT_IN_TYPES = frozenset(
    (
        *(
            "anyType",
            "anySimpleType",
            "string",
            "boolean",
            "decimal",
            "float",
            "double",
            "duration",
            "dateTime",
            "time",
        ),
        *("date", "gYearMonth", "gYear", "gMonthDay", "gDay", "gMonth", "hexBinary", "base64Binary", "anyURI", "QName"),
        *("NOTATION", "normalizedString", "token", "language", "NMTOKEN", "NMTOKENS", "Name", "NCName", "ID", "IDREF"),
        *("IDREFS", "ENTITY", "ENTITIES", "integer", "nonPositiveInteger", "negativeInteger", "long", "int", "short"),
        *("byte", "nonNegativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        "positiveInteger",
    )
)


def is_nil(element: etree._Element) -> bool:
    """Whether an element says xsi:nil; a value that is no boolean counts as false."""
    return (element.get(NIL) or "").strip(WHITE_SPACE) in TRUE
