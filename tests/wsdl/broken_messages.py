"""Messages to LearnerService, valid ones and ones broken on purpose: what tests of the validation are fed with.

A valid message is made from the declarations. A break is one change to it: of the order of its elements, their names
and namespaces, their attributes, what stands between and in them. `samples` gives the valid messages with none, one
and two breaks each, always the same ones: chance comes from fixed seeds. The vectors that tests without Java go by
are a part of them, with the answer of our own reader:

    python -m tests.wsdl.broken_messages > tests/wsdl/validation_vectors.jsonl

`test_validation_oracle.py` holds these answers against those of Xerces.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain, islice
from random import Random
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Field, Message, fields_of
from lrs_soap.wsdl.facet_readers import utf16_length
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.reading import Reader, Violation

REQUESTS: Mapping[str, type[Message]] = {each.request_tag: each.request for each in LEARNER_SERVICE.operations}

MOST_RECORDS = 200

_ELSEWHERE = "urn:other"


class Kind(Enum):
    """What is done to a message."""

    DROP = "drop"
    REPEAT = "repeat"
    SWAP = "swap"
    RENAME = "rename"
    QUALIFY = "qualify"
    NIL = "nil"
    EMPTY = "empty"
    BLANK = "blank"
    LENGTH = "length"
    NUMBER = "number"
    VALUE = "value"
    TEXT = "text"
    WHITE_SPACE = "white space"
    ATTRIBUTE = "attribute"
    CHILD = "child"
    UNKNOWN = "unknown"
    SURPLUS = "surplus"
    TOO_MANY = "too many"
    COMMENT = "comment"
    INSTRUCTION = "instruction"
    CDATA = "CDATA"
    REFERENCE = "reference"


class Markup(str):
    """A piece of a message that is written as it stands; any other text is escaped."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class Element:
    """An element to be written: its name and its attributes' as sent, prefixes included, and what stands in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: list[Element | str] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        return [piece for piece in self.content if isinstance(piece, Element)]

    def copy(self) -> Element:
        pieces = [piece.copy() if isinstance(piece, Element) else piece for piece in self.content]
        return Element(self.name, dict(self.attributes), pieces)

    def __str__(self) -> str:
        start = self.name + "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        return f"<{start}>{''.join(map(_written, self.content))}</{self.name}>" if self.content else f"<{start}/>"


def _written(piece: Element | str) -> str:
    if isinstance(piece, (Element, Markup)):
        return str(piece)
    return escape(piece, {"\r": "&#13;"})


# An element's parent and the element itself; the root has itself for a parent.
Change: TypeAlias = Callable[[Element, Element], None]


@dataclass(frozen=True, slots=True)
class Break:
    """One change to a message: its kind, where it is made (the way down by child elements' places), and how."""

    kind: Kind
    label: str
    path: tuple[int, ...]
    change: Change


@dataclass(frozen=True, slots=True)
class Base:
    """A valid message."""

    name: str
    namespace: str
    request: type[Message]
    root: Element


@dataclass(frozen=True, slots=True)
class Sample:
    """A message to be validated; its name says the operation, the valid message it was made from and its breaks."""

    name: str
    text: str
    kinds: tuple[Kind, ...]


def samples() -> Iterator[Sample]:
    """Every message by which the validation is compared with Xerces, no name twice."""
    seen: set[str] = set()
    for sample in chain(chain.from_iterable(map(_samples_of, valid_messages())), _samples_of_every_value()):
        if sample.name not in seen:
            seen.add(sample.name)
            yield sample


def vectors() -> Iterator[dict[str, str]]:
    """Every sixth of the shorter messages, each with the first message that our reader has for it."""
    reader = Reader(REQUESTS)
    shorter = (sample for sample in samples() if len(sample.text) < (8_000 if "Notes" in sample.name else 2_500))
    for sample in islice(shorter, 0, None, 6):
        yield {"name": sample.name, "message": sample.text, "expected": first_message(reader, sample.text)}


def parsed(text: str) -> etree._Element:
    """A message as the service's own parser hands it on."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(text, parser)


def violations(reader: Reader, text: str) -> list[Violation]:
    return reader.read(parsed(text)).violations


def first_message(reader: Reader, text: str) -> str:
    """What the reader says first of a message, nothing where it is valid."""
    return next((violation.message for violation in violations(reader, text)), "")


# Valid messages


class Layout(Enum):
    """How a valid message is written."""

    PREFIXED = "prefixed"
    INDENTED = "indented"
    DEFAULT = "by default namespace"


_VARIANTS = (
    ("minimal", 0.0, 1, Layout.PREFIXED),
    ("full", 1.0, 1, Layout.PREFIXED),
    ("full, three", 1.0, 3, Layout.INDENTED),
    ("minimal, three", 0.0, 3, Layout.DEFAULT),
    ("some", 0.3, 1, Layout.INDENTED),
    ("many", 0.7, 1, Layout.DEFAULT),
    ("half, three", 0.5, 3, Layout.PREFIXED),
)


def valid_messages() -> Iterator[Base]:
    """Several valid messages of each operation: with and without what is optional, of 1, 3 and 200 records."""
    for tag, request in REQUESTS.items():
        name = etree.QName(tag).localname
        for variant, share, records, layout in _VARIANTS:
            yield valid_message(tag, f"{name} {variant} {layout.value}", share=share, records=records, layout=layout)
        if _has_records(request):
            yield valid_message(tag, f"{name} minimal, all", share=0, records=MOST_RECORDS)


def valid_message(tag: str, name: str, *, share: float = 1, records: int = 1, layout: Layout = Layout.PREFIXED) -> Base:
    """A valid message with `share` of what is optional, its values by chance; always the same for the same name."""
    request = REQUESTS[tag]
    qualified = etree.QName(tag)
    namespace, local = str(qualified.namespace), qualified.localname
    content: list[Element | str] = list(_fields(request, Random(name), share, records))
    xsi = {"xmlns:xsi": namespaces.XSI}
    if layout is Layout.DEFAULT:
        root = Element(local, {"xmlns": namespace, **xsi}, content)
        for child in root.children:
            child.attributes["xmlns"] = ""
    else:
        root = Element(f"m:{local}", {"xmlns:m": namespace, **xsi}, content)
    if layout is Layout.INDENTED:
        _indent(root, "\n")
    return Base(name, namespace, request, root)


def _fields(message: type[Message], random: Random, share: float, records: int) -> Iterator[Element]:
    for declared in fields_of(message):
        if declared.declared.validated.least == 0 and random.random() >= share:
            continue
        for _ in range(records if declared.is_repeated else 1):
            if declared.message is not None:
                yield Element(declared.name, content=list(_fields(declared.message, random, share, records)))
            else:
                value = random.choice(VALID_VALUES[_facet_of(declared)])
                yield Element(declared.name, content=[value] if value else [])


def _facet_of(declared: Field) -> Facet:
    return declared.declared.facet or facets.STRING


def _has_records(message: type[Message]) -> bool:
    inner = (each.message for each in fields_of(message))
    return any(each.is_repeated for each in fields_of(message)) or any(each and _has_records(each) for each in inner)


def _indent(element: Element, line_break: str) -> None:
    if element.children:
        for child in element.children:
            _indent(child, line_break + "  ")
        spaced = [piece for child in element.content for piece in (Markup(line_break + "  "), child)]
        element.content = [*spaced, Markup(line_break)]


# Samples


def _samples_of(base: Base) -> Iterator[Sample]:
    """The message itself, with one break of each kind or more, with two breaks of any kinds; of a long one, few."""
    random = Random(base.name)
    yield _sample(base, ())
    breaks = list(breaks_of(base))
    of_a_kind: dict[Kind, list[Break]] = {}
    for each in breaks:
        of_a_kind.setdefault(each.kind, []).append(each)
    if Kind.TOO_MANY in of_a_kind:
        for each in (*of_a_kind[Kind.TOO_MANY], *random.sample(breaks, 8)):
            yield _sample(base, (each,))
        return
    for alike in of_a_kind.values():
        for each in random.sample(alike, min(len(alike), 5 if len(alike) < 100 else 10)):
            yield _sample(base, (each,))
    for _ in range(45):
        yield _sample(base, tuple(random.sample(breaks, 2)))


def _samples_of_every_value() -> Iterator[Sample]:
    """Every odd value of every facet, each in the first field that has it."""
    seen: set[Facet] = set()
    for tag, request in REQUESTS.items():
        base = valid_message(tag, f"{etree.QName(tag).localname} every value")
        for site in _sites(base.root, request):
            if site.declared.message is None and _facet_of(site.declared) not in seen:
                seen.add(_facet_of(site.declared))
                for each in _values(site):
                    yield _sample(base, (each,))


def _sample(base: Base, breaks: tuple[Break, ...]) -> Sample:
    root = base.root.copy()
    # The inner one first, and what is dropped last: each finds its element where it was.
    in_order = sorted(breaks, key=lambda each: (-len(each.path), each.kind is Kind.DROP))
    places = [_found(root, each.path) for each in in_order]
    for each, (parent, element) in zip(in_order, places, strict=True):
        each.change(parent, element)
    name = "; ".join(f"{each.kind.value} {each.label}" for each in breaks) or "valid"
    return Sample(f"{base.name}: {name}", str(root), tuple(each.kind for each in breaks))


def _found(root: Element, path: tuple[int, ...]) -> tuple[Element, Element]:
    parent = element = root
    for place in path:
        parent, element = element, element.children[place]
    return parent, element


# Breaks


@dataclass(frozen=True, slots=True)
class _Site:
    """A place in a valid message: the field that stands there, and the names of all that may stand around it."""

    label: str
    path: tuple[int, ...]
    declared: Field
    around: tuple[str, ...]
    count: int


def breaks_of(base: Base) -> Iterator[Break]:
    """Everything that is done to one message, one at a time."""
    yield from _in_part("root", (), base)
    yield from _attributes("root", ())
    for site in _sites(base.root, base.request):
        yield from _around(site, base)
        yield from _qualified(site, base.namespace)
        yield from _nil(site)
        yield from _attributes(site.label, site.path)
        if site.declared.message is not None:
            yield from _in_part(site.label, site.path, base)
        else:
            yield from _values(site)
            yield from _in_value(site, base)
        if site.count >= MOST_RECORDS:
            yield from _too_many(site)


def _sites(element: Element, message: type[Message], label: str = "", path: tuple[int, ...] = ()) -> Iterator[_Site]:
    """The places of a valid message's elements; of those that are repeated the first and the last."""
    declared = {each.name: each for each in fields_of(message)}
    names = [child.name for child in element.children]
    for place, child in enumerate(element.children):
        count = names.count(child.name)
        at = place - names.index(child.name) + 1
        if 1 < at < count:
            continue
        here = f"{label}{child.name}" + (f"[{at}]" if declared[child.name].is_repeated else "")
        site = _Site(here, (*path, place), declared[child.name], tuple(declared), count)
        yield site
        if site.declared.message is not None:
            yield from _sites(child, site.declared.message, f"{here}/", site.path)


def _breaks_at(label: str, path: tuple[int, ...]) -> Callable[[Kind, str, Change], Break]:
    return lambda kind, how, change: Break(kind, f"{label} {how}".strip(), path, change)


def _around(site: _Site, base: Base) -> Iterator[Break]:
    one = _breaks_at(site.label, site.path)
    yield one(Kind.DROP, "", _drop)
    yield one(Kind.REPEAT, "", _repeat)
    yield one(Kind.REPEAT, "at the end", lambda parent, element: parent.content.append(element.copy()))
    yield one(Kind.REPEAT, "at the beginning", lambda parent, element: parent.content.insert(0, element.copy()))
    yield one(Kind.SWAP, "with the next", _swap)
    yield one(Kind.SWAP, "to the end", _move_last)
    for name in (site.declared.name.lower(), f"{site.declared.name}s", "Foo", site.around[0], site.around[-1]):
        if name != site.declared.name:
            yield one(Kind.RENAME, f"as {name}", _rename(name))
    unknown = (
        Element("Foo"),
        Element("Foo", content=["text"]),
        Element("o:Foo", {"xmlns:o": _ELSEWHERE}),
        Element("m:Foo", {"xmlns:m": base.namespace}),
        Element("Foo", {"xmlns": _ELSEWHERE, "a": "1"}),
        Element("Foo", {"xsi:nil": "yes"}, ["text"]),
        Element("Foo", content=[Element("Bar"), base.root]),
    )
    for place, each in enumerate(unknown):
        yield one(Kind.UNKNOWN, f"{place} before", _before(each))
        yield one(Kind.UNKNOWN, f"{place} after", _after(each))
    yield one(Kind.TEXT, "before", _before("text"))
    yield one(Kind.TEXT, "after", _after(" & "))
    yield one(Kind.TEXT, "a no-break space after", _after("\u00a0"))
    yield one(Kind.WHITE_SPACE, "before", _before(Markup("\r\n\t ")))
    yield one(Kind.WHITE_SPACE, "references after", _after(Markup("&#32;&#10;")))
    yield one(Kind.COMMENT, "before", _before(Markup("<!-- text -->")))
    yield one(Kind.COMMENT, "after, white space around", _after(Markup(" <!-- text --> ")))
    yield one(Kind.INSTRUCTION, "before", _before(Markup("<?text text?>")))
    yield one(Kind.CDATA, "before", _before(Markup("<![CDATA[text]]>")))
    yield one(Kind.REFERENCE, "before", _before(Markup("&#x41;")))


def _qualified(site: _Site, namespace: str) -> Iterator[Break]:
    one = _breaks_at(site.label, site.path)
    name = site.declared.name
    renamed: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("by prefix", f"q:{name}", {"xmlns:q": namespace}),
        ("by default", name, {"xmlns": namespace}),
        ("in the learners' namespace", f"q:{name}", {"xmlns:q": namespaces.LEARNER}),
        ("elsewhere by prefix", f"o:{name}", {"xmlns:o": _ELSEWHERE}),
        ("elsewhere by default", name, {"xmlns": _ELSEWHERE}),
        ("in none", name, {"xmlns": ""}),
    )
    for how, as_sent, attributes in renamed:
        yield one(Kind.QUALIFY, how, _rename(as_sent, attributes))


def _nil(site: _Site) -> Iterator[Break]:
    one = _breaks_at(site.label, site.path)
    contents: tuple[tuple[str, tuple[Element | str, ...] | None], ...] = (
        ("and its content", None),
        ("and nothing", ()),
        ("and a space", (" ",)),
        ("and a comment", (Markup("<!-- text -->"),)),
        ("and a child", (Element("Foo"),)),
        ("and a child between white space", (" ", Element("Foo"), "\n")),
    )
    for value in ("true", "1", "false", "0", " true ", "yes", "TRUE", ""):
        for how, content in contents:
            yield one(Kind.NIL, f"{value!r} {how}", _set(content, {"xsi:nil": value}))


def _attributes(label: str, path: tuple[int, ...]) -> Iterator[Break]:
    one = _breaks_at(label, path)
    for place, attributes in enumerate(
        (
            {"a": "1"},
            {"xml:lang": "en"},
            {"o:a": "1", "xmlns:o": _ELSEWHERE},
            {"xsi:schemaLocation": f"{_ELSEWHERE} other.xsd"},
            {"xsi:noNamespaceSchemaLocation": "other.xsd"},
            {"xsi:foo": "1"},
            {"nil": "true"},
            {"b": "1", "a": "2", "xsi:foo": "3"},
            {"xml:space": "preserve", "xsi:schemaLocation": "a b", "Id": ""},
            {"a": "1", "xsi:nil": "true"},
            {"xsi:nil": "x", "a": "1"},
        )
    ):
        yield one(Kind.ATTRIBUTE, str(place), _set(None, attributes))


def _in_part(label: str, path: tuple[int, ...], base: Base) -> Iterator[Break]:
    one = _breaks_at(label, path)
    yield one(Kind.EMPTY, "", _set(()))
    yield one(Kind.BLANK, "", _set((" \n",)))
    yield one(Kind.TEXT, "alone", _set(("text",)))
    yield one(Kind.TEXT, "at the end", _append("text"))
    yield one(Kind.WHITE_SPACE, "at the end", _append(Markup("\t\n\r &#13;")))
    yield one(Kind.CDATA, "of white space", _append(Markup("<![CDATA[ ]]>")))
    yield one(Kind.CDATA, "at the end", _append(Markup("<![CDATA[<]]>")))
    yield one(Kind.REFERENCE, "at the end", _append(Markup("&#160;")))
    yield one(Kind.COMMENT, "at the end", _append(Markup("<!---->")))
    yield one(Kind.INSTRUCTION, "at the end", _append(Markup("<?text?>")))
    first, last = base.root.children[0], base.root.children[-1]
    for how, surplus in (
        ("unknown", Element("Foo")),
        ("unknown in the namespace", Element("m:Foo", {"xmlns:m": base.namespace})),
        ("unknown elsewhere", Element("o:Foo", {"xmlns:o": _ELSEWHERE}, [Element("Foo")])),
        ("the message's first", first),
        ("the message's last", last),
        ("the whole message", base.root),
        ("a message without anything", Element(base.root.name, base.root.attributes)),
    ):
        yield one(Kind.SURPLUS, how, _append(surplus))


def _in_value(site: _Site, base: Base) -> Iterator[Break]:
    one = _breaks_at(site.label, site.path)
    yield one(Kind.EMPTY, "", _set(()))
    for blank in (" ", "\n", "\t \n", " " * 16, "\u00a0", "\u3000", "\r"):
        yield one(Kind.BLANK, _shown(blank), _set((blank,)))
    children = (
        Element("Foo"),
        Element("Foo", {"a": "1", "xsi:foo": "1"}, ["text"]),
        Element("Foo", content=[Element("Bar", {"xsi:nil": "yes"})]),
        Element("q:Foo", {"xmlns:q": base.namespace}),
        Element(site.declared.name),
        Element(site.around[0], content=["text"]),
        base.root,
        Element(base.root.name, base.root.attributes),
        Element("Foo", content=[Element(base.root.name, base.root.attributes)]),
    )
    for place, child in enumerate(children):
        yield one(Kind.CHILD, f"{place} alone", _set((child,)))
        yield one(Kind.CHILD, f"{place} after the value", _append(child))
        yield one(Kind.CHILD, f"{place} within the value", _within(child))
    for kind, markup in (
        (Kind.COMMENT, "<!-- text -->"),
        (Kind.INSTRUCTION, "<?text text?>"),
        (Kind.CDATA, "<![CDATA[]]>"),
        (Kind.CDATA, "<![CDATA[x]]>"),
        (Kind.CDATA, "<![CDATA[&amp;]]>"),
        (Kind.REFERENCE, "&#x20;"),
        (Kind.REFERENCE, "&#233;"),
        (Kind.REFERENCE, "&lt;"),
    ):
        yield one(kind, f"{markup} within", _within(Markup(markup)))
        yield one(kind, f"{markup} at the end", _append(Markup(markup)))
    yield one(Kind.CDATA, "all of it", _rewritten(lambda value: f"<![CDATA[{value}]]>"))
    yield one(Kind.REFERENCE, "all of it", _rewritten(lambda value: "".join(f"&#{ord(each)};" for each in value)))


def _too_many(site: _Site) -> Iterator[Break]:
    one = _breaks_at(site.label, site.path)
    empty, unknown = Element(site.declared.name), Element("Foo")
    yield one(Kind.TOO_MANY, "by one", _repeat)
    yield one(Kind.TOO_MANY, "by one that is empty", _after(empty))
    yield one(Kind.TOO_MANY, "by one and an unknown", _after(empty, unknown))
    yield one(Kind.TOO_MANY, "and an unknown", _append_to_parent(unknown))
    yield one(Kind.TOO_MANY, "and the first of the fields", _append_to_parent(Element(site.around[0])))


def _values(site: _Site) -> Iterator[Break]:
    one = _breaks_at(site.label, site.path)
    for kind, value in odd_values(_facet_of(site.declared)):
        yield one(kind, _shown(value), _set((value,)))


def _shown(value: str) -> str:
    return ascii(value) if len(value) <= 40 else f"{value[:1]!a} to {value[-1:]!a}, {utf16_length(value)} units"


# Changes


def _drop(parent: Element, element: Element) -> None:
    parent.content.remove(element)


def _repeat(parent: Element, element: Element) -> None:
    parent.content.insert(parent.content.index(element) + 1, element.copy())


def _swap(parent: Element, element: Element) -> None:
    children = parent.children
    place = children.index(element)
    if place + 1 < len(children):
        here, there = parent.content.index(element), parent.content.index(children[place + 1])
        parent.content[here], parent.content[there] = parent.content[there], parent.content[here]


def _move_last(parent: Element, element: Element) -> None:
    parent.content.remove(element)
    parent.content.append(element)


def _rename(name: str, attributes: Mapping[str, str] | None = None) -> Change:
    def change(parent: Element, element: Element) -> None:
        element.name = name
        element.attributes.update(attributes or {})

    return change


def _set(content: tuple[Element | str, ...] | None, attributes: Mapping[str, str] | None = None) -> Change:
    def change(parent: Element, element: Element) -> None:
        if content is not None:
            element.content = [*_copies(content)]
        element.attributes.update(attributes or {})

    return change


def _before(*pieces: Element | str) -> Change:
    def change(parent: Element, element: Element) -> None:
        at = parent.content.index(element)
        parent.content[at:at] = _copies(pieces)

    return change


def _after(*pieces: Element | str) -> Change:
    def change(parent: Element, element: Element) -> None:
        at = parent.content.index(element) + 1
        parent.content[at:at] = _copies(pieces)

    return change


def _append(piece: Element | str) -> Change:
    return lambda parent, element: element.content.extend(_copies((piece,)))


def _append_to_parent(piece: Element | str) -> Change:
    return lambda parent, element: parent.content.extend(_copies((piece,)))


def _within(piece: Element | str) -> Change:
    """After the first character of the value."""

    def change(parent: Element, element: Element) -> None:
        first = element.content[0] if element.content else ""
        if isinstance(first, (Element, Markup)):
            element.content[:0] = _copies((piece,))
        else:
            element.content[:1] = [first[:1], *_copies((piece,)), first[1:]]

    return change


def _rewritten(write: Callable[[str], str]) -> Change:
    """The same value, written differently."""

    def change(parent: Element, element: Element) -> None:
        element.content = [
            piece if isinstance(piece, (Element, Markup)) else Markup(write(piece)) for piece in element.content
        ]

    return change


def _copies(pieces: tuple[Element | str, ...]) -> list[Element | str]:
    return [piece.copy() if isinstance(piece, Element) else piece for piece in pieces]


# Values

_ULNS = ("4170265830", "1000000000", "9999999999")
_DATES = ("1976-08-16", "1800-01-01", "2099-12-31", "1996-02-29", "1900-02-29", "2001-09-30")
_NAMES = ("Archer", "O'Neill & Sons", "Zoë", "林", "a", " leading", "double  space", "<b>", '"x"', "\u00a0")
_FREE_TEXTS = ("", " ", *_NAMES)
_GENDERS = ("0", "1", "2", "9")
_POST_CODES = ("CV1 2WT", "cv12wt", "W1A 0AX", "EC1A 1BB", "GIR 0AA", "ZZ99 9ZZ", "BFPO 1", "bfpo1234", "M1 1AE  ")
_EMAILS = ("", "archer@bc.uk", "a.b+c@sub-1.bc.museum", "!#$%'*+-/=?^_`{|}~@bc.uk")

VALID_VALUES: Mapping[Facet, tuple[str, ...]] = {
    facets.INT: ("0", "1", "-2147483648", "2147483647", " 7 "),
    facets.LONG: ("0", "1", "-9223372036854775808", "9223372036854775807", "+12"),
    facets.ORGANISATION_REF: ("LSCUK1", "000000", "zzzzzz"),
    facets.UKPRN: ("TEST0001", "10000001"),
    facets.ORG_PASSWORD: ("CompatSitePass01", "a              b", "pass😀word😀1234"),
    facets.FIND_TYPE: ("FUL", "CHK"),
    facets.BATCH_JOB_TYPE: ("FUL", "CHK"),
    facets.LEARNER_RECORD_COUNT: ("1", "3", "200", "007"),
    facets.MIS_IDENTIFIER: _FREE_TEXTS,
    facets.ULN: _ULNS,
    facets.ULN_NILLABLE: ("", *_ULNS),
    facets.NAME_NON_EMPTY: _NAMES,
    facets.NAME: _FREE_TEXTS,
    facets.DATE: _DATES,
    facets.DATE_NILLABLE: ("", *_DATES),
    facets.GENDER: _GENDERS,
    facets.GENDER_NILLABLE: ("", *_GENDERS),
    facets.SCHOOL_NAME: _FREE_TEXTS,
    facets.ADDRESS: _FREE_TEXTS,
    facets.POST_CODE: _POST_CODES,
    facets.POST_CODE_NILLABLE: ("", *_POST_CODES),
    facets.EMAIL: _EMAILS,
    facets.NATIONALITY: ("", "GB", "GBR", "😀"),
    facets.SCOTTISH_CANDIDATE_NUMBER: ("", "123456789", "000000000"),
    facets.VERIFICATION_TYPE: ("0", "7", "999"),
    facets.OTHER_VERIFICATION_DESCRIPTION: _FREE_TEXTS,
    facets.ABILITY_TO_SHARE: ("0", "1", "2"),
    facets.NOTES: (*_FREE_TEXTS, "two\nlines", "a\ttab and a return\r"),
}

_ODD_ULNS = (
    *("", "0276308686", "927630868", "41702658306", "4170265830 ", " 4170265830", "4170265830\n", "\r4170265830"),
    *("927630868X", "９276308686", "٩٢٧٦٣٠٨٦٨٦", "9276 308686", "+276308686", "-276308686", "4170265830.0"),
    "9_76308686",
)
_ODD_DATES = (
    *("", "1995-02-29", "1996-02-29", "2000-02-29", "1900-02-29", "1800-02-29", "1995-02-28", "1996-02-30"),
    *("1799-12-31", "1700-01-01", "2100-01-01", "2100-02-29", "1995-04-31", "1995-04-30", "1995-06-31", "1995-09-31"),
    *("1995-11-31", "1995-12-31", "1995-12-32", "1995-13-01", "1995-00-10", "1995-01-00", "1995-1-1", "95-01-01"),
    *("1995/01/01", "1995.01.01", "1995–01–01", "01-01-1995", "01/01/1995", "19950101", "1995-W01-1", "1995-001"),
    *("1995-01-01 ", " 1995-01-01", "1995-01-01\n", "1995-01-01\u00a0", "1995-01-01T00:00:00", "1995-01-01Z"),
    *("1995-01-0１", "١٩٩٥-٠١-٠١", "+1995-01-01", "1995-01-011", "1995-01-01-", "11995-01-01"),
)
_ODD_GENDERS = ("", "3", "8", "10", "09", "M", "male", " 1", "1 ", "\n1", "１", "-1", "0|1")
_ODD_POST_CODES = (
    *("", "CV1 2WT ", "CV1 2WT  ", "CV1 2WT   ", "CV1 2WT    ", "CV1 2WT     ", "CV12WT    ", "M11AE    "),
    "M1 1AE    ",
    *(f"CV1 2{letter}T" for letter in "CIKMOVcikmov"),
    *(f"CV1 2T{letter}" for letter in "CIKMOVcikmov"),
    *("BFPO", "BFPO ", "BFPO 1", "BFPO 1234", "BFPO 12345", "BFPO12345", "bFpO 12  ", "BFPO  12", "BFPO c/o 12"),
    *("CV1  2WT", "CV12 WT", "C V1 2WT", "CVX 2WT", "CVR 2WT", "CVr9 2WT", "1V1 2WT", "CVV1 2WT", "CV1-2WT", "CV1 2W"),
    *("CV1 2WTT", "CV1\t2WT", "CV1\u00a02WT", "CV1 2WT\u00a0", "CV1 2WT\n", " CV1 2WT", "CV１ 2WT", "CV1 WWT", "CV"),
    "ÇV1 2WT",
)
_ODD_EMAILS = (
    *("a@b.uk", "a@bc.uk", "a@bc.u", "a@bc.abcdef", "a@bc.abcdefg", "a@bc.u1", "a@bc", "a@bc.d.uk", "a@bc.de.uk"),
    *("a_b@c_d.uk", "a@c-d.uk", "a@-cd.uk", "a@cd-.uk", "a@c--d.uk", ".a@bc.uk", "a.@bc.uk", "a..b@bc.uk", "a@bc..uk"),
    *("a@bc.uk.", "a@.bc.uk", "@bc.uk", "a@", "a", "a b@bc.uk", "a@b c.uk", "a@@bc.uk", "a@bc@de.uk", "a&b@bc.uk"),
    *('"a"@bc.uk', "a(b)@bc.uk", "é@bc.uk", "a@bé.uk", "a@bc.ük", " a@bc.uk", "a@bc.uk ", "a@bc.uk\n", "a@[10.0.0.1]"),
    *(f"a@{'b' * 63}.uk", f"a@{'b' * 64}.uk", f"a@bc.{'d' * 63}.uk", f"a@bc.{'d' * 64}.uk"),
    *(f"{'a' * 248}@bc.uk", f"{'a' * 249}@bc.uk", f"{'a' * 400}@bc.uk", "a\\b@bc.uk", "a|b@bc.uk", "a@bc.u|k"),
)
_ODD_NAMES = ("", " ", "\n\t\r ", "\u00a0", "\u2003", "\u200b", "\n\n x", "x\n", " \u0085", "\u1680", "\ufeff")
_ODD_TRIPLES = ("", "3", "00", "0 ", " 0", "0|1|2", "０", "a", "\n")
_ODD_JOB_TYPES = ("", "ful", "FULL", "FU", "FUL ", " CHK", "CHK\n", "FUL|CHK", "FULCHK", "ＦＵＬ")

ODD_VALUES: Mapping[Facet, tuple[str, ...]] = {
    facets.ORGANISATION_REF: ("", "LSCUK", "LSCUK12", "LSCUK!", "LSC K1", "LSCUK１", "LSCUKé", "LSCUK1\n", "LSCUK😀"),
    facets.UKPRN: (
        *("", "1000000", "100000001", "1000000!", "1000 001", "1000000٥", "10000001 ", "\t1000001", "1000000ß"),
    ),
    facets.ORG_PASSWORD: (
        *("", "CompatSitePass0", "CompatSitePass012", " " * 16, "\n" * 16, "\t" * 15, "\u00a0" * 16, "😀" * 8),
        *("😀" * 16, "e\u0301" * 8, f"{'x' * 15} ", f" {'x' * 15}", f"{'x' * 14}😀", f"{'x' * 15}😀", f"{' ' * 16}x"),
    ),
    facets.FIND_TYPE: _ODD_JOB_TYPES,
    facets.BATCH_JOB_TYPE: _ODD_JOB_TYPES,
    facets.ULN: _ODD_ULNS,
    facets.ULN_NILLABLE: _ODD_ULNS,
    facets.NAME_NON_EMPTY: _ODD_NAMES,
    facets.NAME: _ODD_NAMES,
    facets.DATE: _ODD_DATES,
    facets.DATE_NILLABLE: _ODD_DATES,
    facets.GENDER: _ODD_GENDERS,
    facets.GENDER_NILLABLE: _ODD_GENDERS,
    facets.POST_CODE: _ODD_POST_CODES,
    facets.POST_CODE_NILLABLE: _ODD_POST_CODES,
    facets.EMAIL: _ODD_EMAILS,
    facets.SCOTTISH_CANDIDATE_NUMBER: (
        *("", "12345678", "1234567890", "12345678X", "12345678１", "123456789 ", " 123456789", "123 56789"),
        "-12345678",
    ),
    facets.VERIFICATION_TYPE: ("", "7", "8", "9", "99", "998", "999", "9999", "00", " 1", "1 ", "１", "1|2"),
    facets.ABILITY_TO_SHARE: _ODD_TRIPLES,
}

_ODD_NUMBERS = (
    *("", " ", "x", "5", "+5", "-5", " 5 ", "\t5\r\n", "5.0", "5.", "5e0", "0x5", "٥", "５", "1_0", "1,000", "5 6"),
    "5\t6",
    *("5  6", "+", "-", "--5", "+-5", "- 5", "5-", "-0", "+0", "00", "007", "\u00a05", "INF", "true", "5\u2003"),
    *(str(2**31), str(-(2**31) - 1), str(2**63), str(-(2**63) - 1), "9" * 19, "9" * 20, "9" * 21, "9" * 500),
    *(f"-{'9' * 20}", f"-{'9' * 500}", f"{'0' * 40}5", f"-{'0' * 40}5", f"+{'9' * 30}", "0" * 30, f"{'9' * 30}x"),
)


def odd_values(facet: Facet) -> Iterator[tuple[Kind, str]]:
    """Values at a facet's edges and just beside them, valid or not."""
    if facet.is_number:
        edges = (str(edge + step) for edge in (facet.minimum, facet.maximum) if edge is not None for step in (-1, 0, 1))
        for number in (*edges, *_ODD_NUMBERS):
            yield Kind.NUMBER, number
    for edge in (facet.min_length, facet.max_length):
        for units in () if edge is None else range(max(edge - 1, 1), edge + 2):
            for text in _texts(units):
                yield Kind.LENGTH, text
    for value in ODD_VALUES.get(facet, ()):
        yield Kind.VALUE, value


def _texts(units: int) -> Iterator[str]:
    """Texts of so many UTF-16 units."""
    yield "x" * units
    yield " " * units
    yield "5" * units
    yield "😀" * (units // 2) + "x" * (units % 2)
    yield ("e\u0301" * units)[:units]


if __name__ == "__main__":
    for vector in vectors():
        sys.stdout.write(json.dumps(vector, ensure_ascii=True) + "\n")
