"""Opening a SOAP 1.1 envelope: from the bytes of a request to the one child of its body.

A request that is not a call is refused here with one of SOAP's own faults and a sentence (docs/behaviour.md, "What is
not a call").
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from encodings.aliases import aliases
from functools import lru_cache

from lxml import etree

from lrs_soap.errors import LrsError
from lrs_soap.rules.values.quotation import LONGEST_IN_FAULT, quoted, shortened
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.xsd_values import WHITE_SPACE

MOST_LEVELS = 256

_ENVELOPE = f"{{{namespaces.SOAP_ENVELOPE}}}Envelope"
_HEADER = f"{{{namespaces.SOAP_ENVELOPE}}}Header"
_BODY = f"{{{namespaces.SOAP_ENVELOPE}}}Body"
_FAULT = f"{{{namespaces.SOAP_ENVELOPE}}}Fault"
_MUST_UNDERSTAND = f"{{{namespaces.SOAP_ENVELOPE}}}mustUnderstand"
_ACTOR = f"{{{namespaces.SOAP_ENVELOPE}}}actor"
_NEXT_ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"
# WCF adds these headers itself, whatever the binding.
_UNDERSTOOD = frozenset(f"{{{namespaces.ADDRESSING_NONE}}}{name}" for name in ("Action", "To"))

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WIDE = ("utf-16", "utf-32")
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_WIDE_STARTS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
# Encodings of text in XML. Python's other codecs, such as punycode, are none.
_FAMILIES = ("utf_8", "utf_16", "utf_32", "ascii", "latin_1", "iso8859_", "cp125", "koi8_", "mac_roman")
_PUNCTUATION = re.compile("[^a-z0-9]+")
# Instead of `codecs.lookup` at each request, which keeps every name it is asked for: callers can send any.
_CHARSETS = {
    _PUNCTUATION.sub("", name): codecs.lookup(codec).name
    for alias, codec in aliases.items()
    if codec.startswith(_FAMILIES)
    for name in (alias, codec)
}

_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    attribute_defaults=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)


@dataclass(frozen=True, slots=True)
class MarkupLimits:
    """How much markup a request may have. It is counted in the bytes, because parsing it is what takes memory.

    `tags` counts each "<", `attributes` each "=", wherever it stands.
    """

    tags: int = 200_000
    attributes: int = 100_000


DEFAULT_LIMITS = MarkupLimits()


class NotACall(LrsError):
    """The request is not a SOAP call.

    `sentence` says why to the caller, `fault` is the local name of SOAP's own fault code. `loggable` is the sentence
    for the log: it leaves out what the parser quotes, which can be part of a password with an unescaped character.
    """

    def __init__(self, sentence: str, fault: str = "Client", *, loggable: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fault = fault
        self.loggable = loggable or sentence


class UnknownCharset(LrsError):
    """The service does not know the character encoding of the request."""


def open_envelope(raw: bytes, charset: str | None, limits: MarkupLimits = DEFAULT_LIMITS) -> etree._Element:
    """The one child of the body of the SOAP 1.1 envelope in `raw`.

    A byte order mark decides the encoding, else `charset` from the HTTP header, else the XML declaration. Raises
    NotACall, and UnknownCharset for an encoding that the service does not know.
    """
    return _call_in(_parse(raw, charset, limits))


def addressing_in(child: etree._Element) -> tuple[str, ...]:
    """The local names of WCF's own headers in the envelope around a body's child."""
    body = child.getparent()
    header = None if body is None else body.getprevious()
    if header is None:
        return ()
    return tuple(etree.QName(entry).localname for entry in header if entry.tag in _UNDERSTOOD)


def _parse(raw: bytes, charset: str | None, limits: MarkupLimits) -> etree._Element:
    encoding = _encoding_of(raw, charset)
    if not raw or raw.isspace():
        raise NotACall("The request has no content.")
    if encoding != "utf-8":
        try:
            raw = raw.decode(encoding).removeprefix("\ufeff").encode("utf-8")
        except UnicodeError as error:
            raise NotACall(f"The request is not valid {encoding}.") from error
    # Before parsing: whatever its options, libxml2 reads what a parameter entity refers to, even an endless file.
    if b"<!DOCTYPE" in raw and _has_document_type(raw):
        raise NotACall("The request has a document type declaration, which SOAP does not allow.")
    # No request that is shorter can have too much.
    if len(raw) > limits.tags or len(raw) > limits.attributes:
        _refuse_too_much_markup(raw, limits)
    try:
        return etree.fromstring(raw, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _not_xml(raw, error) from error


def _refuse_too_much_markup(raw: bytes, limits: MarkupLimits) -> None:
    if raw.count(b"<") > limits.tags:
        raise NotACall(f"The request has more tags than the service reads, which is {limits.tags}.")
    if raw.count(b"=") > limits.attributes:
        raise NotACall(f"The request has more attributes than the service reads, which is {limits.attributes}.")


def _has_document_type(raw: bytes) -> bool:
    """Whether a document type declaration stands before the root element, the only place where it is one."""
    place = len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0
    while place < len(raw):
        if raw[place : place + 1].isspace():
            place += 1
        elif raw.startswith(b"<?", place):
            place = _after(raw, b"?>", place + 2)
        elif raw.startswith(b"<!--", place):
            place = _after(raw, b"-->", place + 4)
        else:
            return raw.startswith(b"<!DOCTYPE", place)
    return False


def _after(raw: bytes, end: bytes, start: int) -> int:
    place = raw.find(end, start)
    return len(raw) if place < 0 else place + len(end)


def _encoding_of(raw: bytes, charset: str | None) -> str:
    """The encoding by the byte order mark, the header and the XML declaration. Raises UnknownCharset and NotACall."""
    unmarked = None
    # Most requests begin like this, which is neither a mark nor UTF-16.
    if not raw.startswith(b"<") or raw.startswith(b"<\0"):
        for mark, encoding in _BYTE_ORDER_MARKS:
            if raw.startswith(mark):
                return encoding
        unmarked = next((encoding for start, encoding in _WIDE_STARTS if raw.startswith(start)), None)
    if charset is not None:
        encoding = _codec_of(charset)
        return (unmarked or "utf-16-be") if encoding == "utf-16" else encoding
    if unmarked is not None:
        return unmarked
    declared = _DECLARED.match(raw)
    encoding = "utf-8" if declared is None else _codec_of(declared[1].decode("ascii"))
    if encoding.startswith(_WIDE):
        # Its own bytes are single ones, or it would not have been found.
        raise NotACall(f"The request is not valid {encoding}, which its XML declaration says that it is.")
    return encoding


@lru_cache(maxsize=64)
def _codec_of(charset: str) -> str:
    name = _CHARSETS.get(_PUNCTUATION.sub("", charset.lower()))
    if name is None:
        raise UnknownCharset(f"The charset {charset[:40]!r} is not known.")
    return name


def _not_xml(raw: bytes, error: etree.XMLSyntaxError) -> NotACall:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return NotACall("The request is not valid utf-8.")
    if "depth" in str(error).lower():
        return NotACall(f"The request is more than {MOST_LEVELS} levels deep.")
    line, column = error.position
    return NotACall(
        f"The request is not well-formed XML: {shortened(error.msg, LONGEST_IN_FAULT)}.",
        loggable=f"The request is not well-formed XML at line {line}, column {column}.",
    )


def _call_in(root: etree._Element) -> etree._Element:
    if root.tag != _ENVELOPE:
        name = etree.QName(root)
        if name.localname == "Envelope" and name.namespace:
            raise NotACall(
                f"The envelope is not SOAP 1.1's: its namespace is {quoted(name.namespace)}.", "VersionMismatch"
            )
        raise NotACall(f"The request is not a SOAP envelope but {quoted(name.localname)}.")
    body = _body_of(root)
    children = len(body)
    if not children:
        text = (body.text or "").strip(WHITE_SPACE)
        raise NotACall("The SOAP body has text only." if text else "The SOAP body is empty.")
    if children > 1:
        raise NotACall("The SOAP body has more than one child.")
    child = body[0]
    if child.tag == _FAULT:
        raise NotACall("A SOAP fault is an answer, not a request.")
    return child


def _body_of(root: etree._Element) -> etree._Element:
    body: etree._Element | None = None
    has_header = False
    for node in root:
        if node.tag == _BODY:
            if body is not None:
                raise NotACall("The SOAP envelope has more than one body.")
            body = node
        elif node.tag == _HEADER:
            if has_header or body is not None:
                raise NotACall("The SOAP envelope has a header out of its place.")
            has_header = True
            _refuse_unknown_headers(node)
        elif body is None:
            raise NotACall(f"The SOAP envelope has {quoted(etree.QName(node).localname)} before its body.")
    if body is None:
        raise NotACall("The SOAP envelope has no body.")
    return body


def _refuse_unknown_headers(header: etree._Element) -> None:
    for entry in header:
        if entry.get(_MUST_UNDERSTAND, "").strip() not in ("1", "true") or entry.tag in _UNDERSTOOD:
            continue
        if entry.get(_ACTOR, "").strip() in ("", _NEXT_ACTOR):
            name = etree.QName(entry)
            local_name, namespace = quoted(name.localname), quoted(name.namespace or "")
            raise NotACall(
                f"The header {local_name} from the namespace {namespace} was not understood.", "MustUnderstand"
            )
