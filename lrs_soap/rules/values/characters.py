"""The characters that XML can carry: the service accepts and returns no others."""

from __future__ import annotations

import re

from lrs_soap.errors import InvalidRecord

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_characters(field: str, value: str) -> None:
    """Raise InvalidRecord if the value of a field has a character that no answer could carry."""
    forbidden = _NOT_IN_XML.search(value)
    if forbidden:
        raise InvalidRecord(f"holds the character U+{ord(forbidden.group()):04X}, which XML cannot carry", field)
