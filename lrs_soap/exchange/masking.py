"""The bytes of a request and its answer without passwords and secret answers, and not too many of them."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from html import unescape
from xml.sax.saxutils import escape

from lrs_soap.exchange.secrets import STRUCK_OUT

MOST_BYTES = 64 * 1024
"""Of a longer body, the rest is cut off."""

SECRET_HEADERS = frozenset({"HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_COOKIE"})
"""Headers with secrets, by their names in a WSGI environment."""

# Shorter ones open nothing, and striking them out would make words unreadable.
_SHORTEST = 4
_MOST_SECRETS = 100
_LONGEST_FIRST_LINE = 200
_LONGEST_NAME = 100
_MARK = STRUCK_OUT.encode()
_WORDS = (b"password", b"secretanswer", b"securityanswer", b"memorableanswer")
# An element up to its end tag, whatever is in it.
_ELEMENT = re.compile(
    rb"<(?P<name>[^<>\s/]{1,100})(?:\s[^<>]*)?(?<!/)>"
    rb"(?P<content>(?:[^<]+|<!\[CDATA\[.*?\]\]>|(?!</(?P=name)\s*>)<)*)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"[^\s<>=\"']{0,100}\s*=\s*(?P<quote>[\"'])(?P<content>[^<]*?)(?P=quote)")
_QUOTES: tuple[dict[str, str], ...] = ({}, {'"': "&quot;"}, {'"': "&quot;", "'": "&apos;"})
_PIECE = re.compile(r"<!\[CDATA\[(?P<cdata>.*?)\]\]>|<[^>]*>|(?P<text>[^<]+)", re.DOTALL)


class Masked:
    """A request without its secrets, and what they are."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self._secrets: tuple[bytes, ...] = ()
        self._strike_out(None)
        # What looks like two bytes a character may be one with a null character in it, and the other way round.
        if encoding := _wide_encoding_of(request):
            self._strike_out(encoding)

    def without(self, data: bytes) -> bytes:
        """The data without the secrets, however they are written in XML and JSON."""
        for secret in self._secrets:
            data = data.replace(secret, _MARK)
        return data

    def _strike_out(self, encoding: str | None) -> None:
        """Strike out what is a secret in this encoding; None stands for every one that has ASCII as it is."""
        text = self.request if encoding is None else self.request.decode(encoding, "replace").encode()
        spans = sorted(_secret_spans(text))
        if not spans:
            return
        self._secrets += _forms_of([text[start:end] for start, end in spans])
        parts: list[bytes] = []
        done = 0
        for start, end in spans:
            parts += (text[done:start], _MARK)
            done = max(done, end)
        masked = self.without(b"".join((*parts, text[done:])))
        self.request = masked if encoding is None else masked.decode("utf-8", "replace").encode(encoding)


def with_password(masked: bytes, password: str) -> bytes | None:
    """A request that was kept without its secrets, with a password where one was struck out.

    `password` is as it stands in XML. None where something was struck out elsewhere, which nobody knows any more.
    """
    encoding = _wide_encoding_of(masked)
    plain = masked if encoding is None else masked.decode(encoding, "replace").encode()
    parts: list[bytes] = []
    done = 0
    for start, end in sorted(_secret_spans(plain)):
        if plain[start:end] == _MARK:
            parts.append(plain[done:start])
            done = end
    parts.append(plain[done:])
    if any(_MARK in part for part in parts):
        return None
    whole = password.encode().join(parts)
    return whole if encoding is None else whole.decode().encode(encoding)


def first_line(request: bytes) -> bytes:
    """What is kept of a request that cannot be parsed: its first line, up to where a secret may begin."""
    text = _up_to_a_secret(request).decode(_wide_encoding_of(request) or "utf-8", "replace")
    return _up_to_a_secret(text.strip().partition("\n")[0][:_LONGEST_FIRST_LINE].encode())


def _up_to_a_secret(text: bytes) -> bytes:
    lowered = text.lower()
    return text[: min((place for word in _WORDS if (place := lowered.find(word)) >= 0), default=len(text))]


def _wide_encoding_of(request: bytes) -> str | None:
    """The encoding with two or four bytes a character that a request is in; None for every other."""
    if b"\0" not in request[:_LONGEST_NAME]:
        return None
    if request.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    return "utf-16-be" if request.startswith(b"\0") else "utf-16-le"


def _secret_spans(request: bytes) -> Iterator[tuple[int, int]]:
    """Where the contents of elements and attributes stand that are called after a secret."""
    lowered = request.lower()
    for word in _WORDS if b"answer" in lowered else _WORDS[:1]:
        place, found = lowered.find(word), 0
        while place >= 0 and found < _MOST_SECRETS:
            tag = request.rfind(b"<", max(0, place - _LONGEST_NAME), place)
            secret = None if tag < 0 else _ELEMENT.match(request, tag)
            if secret is None or secret.end("name") < place:
                secret = _ATTRIBUTE.match(request, place)
            if secret is not None:
                found += 1
                yield secret.span("content")
            place = lowered.find(word, place + len(word) if secret is None else max(secret.end(), place + len(word)))


def _forms_of(contents: list[bytes]) -> tuple[bytes, ...]:
    """Each secret as it may be written: as it is, trimmed, in XML and in JSON; longer forms first."""
    forms: set[bytes] = set()
    for content in contents:
        forms |= {content, content.strip()}
        if content.isalnum():
            continue
        pieces = _PIECE.finditer(content.decode("utf-8", "replace"))
        secret = "".join(piece["cdata"] or unescape(piece["text"] or "") for piece in pieces)
        for each in (secret, secret.strip()):
            in_xml = (escape(each, quotes) for quotes in _QUOTES)
            in_json = (json.dumps(each)[1:-1], json.dumps(each, ensure_ascii=False)[1:-1])
            forms.update(form.encode("utf-8", "replace") for form in (each, *in_xml, *in_json))
    return tuple(sorted((each for each in forms if len(each) >= _SHORTEST), key=len, reverse=True))
