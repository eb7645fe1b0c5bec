"""Passwords in a request, so that they can be struck out of whatever is kept of it.

A password can stand elsewhere in its own message: in the wrong field, or as the name of an element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from xml.sax.saxutils import unescape

STRUCK_OUT = "***"

# Shorter ones open nothing, and striking them out would make words unreadable.
_SHORTEST = 4
# A message has one. A message that is none may have very many.
_MOST = 100
_PASSWORD = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:Org)?Password(?:\s[^<>]*)?>(?P<content>(?:[^<]+|<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>){0,100})",
    re.DOTALL,
)
_PIECE = re.compile(r"<!\[CDATA\[(?P<cdata>.*?)\]\]>|<!--.*?-->|<\?.*?\?>|(?P<text>[^<]+)", re.DOTALL)


def passwords_in(request: bytes) -> tuple[str, ...]:
    """The passwords in a request's bytes, even if they are no XML; longer ones first."""
    # In UTF-16, every second byte of ASCII text is zero.
    if b"assword" not in request and b"a\0s\0s\0w\0o\0r\0d" not in request:
        return ()
    text = request.replace(b"\0", b"").decode("utf-8", errors="replace")
    found = {_text_of(match["content"]) for match in islice(_PASSWORD.finditer(text), _MOST)}
    return tuple(sorted((each for each in found if len(each) >= _SHORTEST), key=len, reverse=True))


def strike_out(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of the secrets."""
    for each in secrets:
        text = text.replace(each, STRUCK_OUT)
    return text


def _text_of(content: str) -> str:
    pieces = (piece["cdata"] or unescape(piece["text"] or "") for piece in _PIECE.finditer(content))
    return "".join(pieces).strip()
