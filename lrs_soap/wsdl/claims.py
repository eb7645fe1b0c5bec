"""Reads who claims to ask from a request that was refused before it could be read as a message.

This is for the journal alone, so it is lenient: it takes the first value under each of the names that both ports'
messages have, wherever it stands. It never looks at an element that may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from xml.sax.saxutils import unescape

from lxml import etree

from lrs_soap.exchange.exchange import Claim

# Every message says at its start who asks, so the rest of a large one is not searched.
_MOST_ELEMENTS = 100
_MOST_BYTES = 16 * 1024

# In order of preference. R9 also has a `ukPrn`: that of the organisation that is asked about.
_ORGANISATION_NAMES = ("UKPRN", "Ukprn", "OrganisationRef", "Reference")
_USER_NAMES = ("UserName", "Username")
_NAMES = (*_ORGANISATION_NAMES, *_USER_NAMES)
_ELEMENT = re.compile(
    rf"<(?P<tag>(?:[\w.-]{{1,40}}:)?(?P<name>{'|'.join(_NAMES)}))(?:\s[^<>]*)?>(?P<text>[^<>]*)</(?P=tag)\s*>"
)


def claim_in(raw: bytes, child: etree._Element | None) -> Claim:
    """The claim in a request. Without `child`, the body's child, it is read from the bytes, even if they are no XML."""
    found: dict[str, str] = {}
    for name, text in _in_bytes(raw) if child is None else _in_element(child):
        if name in _NAMES and text and not text.isspace():
            found.setdefault(name, text)
    return Claim(_first(found, _ORGANISATION_NAMES), _first(found, _USER_NAMES))


def _first(found: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((found[name] for name in names if name in found), None)


def _in_element(child: etree._Element) -> Iterator[tuple[str, str]]:
    for element in islice(child.iter("{*}*"), _MOST_ELEMENTS):
        yield etree.QName(element).localname, element.text or ""


def _in_bytes(raw: bytes) -> Iterator[tuple[str, str]]:
    start = raw[:_MOST_BYTES]
    # In UTF-16, every second byte of ASCII text is zero.
    text = start.replace(b"\0", b"").decode("utf-8", errors="replace")
    for found in _ELEMENT.finditer(text):
        yield found["name"], unescape(found["text"])
