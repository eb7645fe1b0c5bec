"""Who asks, read from a request that was refused before it could be read as a message.

For the log alone, so it is lenient: it takes the first values that stand under the names of both ports' messages,
wherever the schema would have them. It looks at no element that may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from xml.sax.saxutils import unescape

from lxml import etree

from lrs_soap.exchange.exchange import Claim

# Who asks stands at the start of every message: no more of a large one is looked at.
_MOST_ELEMENTS = 100
_MOST_BYTES = 16 * 1024

# In the order in which they are believed. R9 also has a `ukPrn`, of the organisation that is asked about.
_ORGANISATION_NAMES = ("UKPRN", "Ukprn", "OrganisationRef", "Reference")
_USER_NAMES = ("UserName", "Username")
_NAMES = (*_ORGANISATION_NAMES, *_USER_NAMES)
_ELEMENT = re.compile(
    rf"<(?P<tag>(?:[\w.-]{{1,40}}:)?(?P<name>{'|'.join(_NAMES)}))(?:\s[^<>]*)?>(?P<text>[^<>]*)</(?P=tag)\s*>"
)


def claim_in(raw: bytes, child: etree._Element | None) -> Claim:
    """The claim in a request: in its body's child where that could be found, else in its bytes, XML or not."""
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
    # Every second byte of UTF-16 is zero as long as the text is ASCII, and in no other encoding is any.
    text = start.replace(b"\0", b"").decode("utf-8", errors="replace")
    for found in _ELEMENT.finditer(text):
        yield found["name"], unescape(found["text"])
