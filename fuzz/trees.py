"""Messages of every operation whose trees chance has changed: what stands where, how it is called, what it holds."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

from lxml import etree

from tests.kit.soap_messages import SOAP, XSI
from tests.kit.spoiled_requests import PIECES

_NAMES = ("ULN", "Learner", "x", "Envelope", "Body", "Fault", "FindLearnerByULN", "_", "é", "a.b-c")
_NAMESPACES = (
    None,
    "",
    SOAP,
    XSI,
    "urn:x",
    "http://api.lrs.miap.gov.uk/findmsg",
    "http://www.w3.org/XML/1998/namespace",
)
_ATTRIBUTES = (
    f"{{{XSI}}}nil",
    f"{{{XSI}}}type",
    f"{{{SOAP}}}mustUnderstand",
    f"{{{SOAP}}}encodingStyle",
    "id",
    "{urn:x}y",
)
_MANY = (2, 2, 3, 250)
_DEPTH = 300


def _is_text_of_xml(text: str) -> bool:
    try:
        etree.Element("x").text = text
    except ValueError:
        return False
    return True


_TEXTS = tuple(piece for piece in PIECES if _is_text_of_xml(piece))


def changed(text: str, others: list[str], chance: random.Random) -> bytes:
    """The message with some changes; parts of the other messages may be grafted into it."""
    root = etree.fromstring(text.encode())
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        inner = list(root.iter(etree.Element))[1:]
        if inner:
            chance.choice(_CHANGES)(chance.choice(inner), others, chance)
    return etree.tostring(root, encoding=chance.choice(("utf-8", "utf-8", "utf-16", "us-ascii")))


def _remove(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.getparent().remove(element)


def _repeat(element: etree._Element, others: list[str], chance: random.Random) -> None:
    for _ in range(chance.choice(_MANY)):
        element.addnext(copy.deepcopy(element))


def _move(element: etree._Element, others: list[str], chance: random.Random) -> None:
    """Move it to anywhere but into itself."""
    inside = set(element.iter())
    places = [each for each in element.getroottree().getroot().iter(etree.Element) if each not in inside]
    place = chance.choice(places)
    place.insert(chance.randint(0, len(place)), element)


def _shuffle(element: etree._Element, others: list[str], chance: random.Random) -> None:
    children = list(element.getparent())
    chance.shuffle(children)
    element.getparent()[:] = children


def _rename(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.tag = etree.QName(etree.QName(element).namespace, chance.choice(_NAMES)).text


def _put_in_another_namespace(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.tag = etree.QName(chance.choice(_NAMESPACES) or None, etree.QName(element).localname).text


def _fill(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.text = chance.choice(_TEXTS)


def _take_value_of_another(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.text = chance.choice([each.text for each in element.getroottree().getroot().iter(etree.Element)])


def _add_text_behind(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.tail = chance.choice(_TEXTS)


def _add_attribute(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.set(chance.choice(_ATTRIBUTES), chance.choice(("true", "1", "false", *_TEXTS)))


def _add_what_is_no_element(element: etree._Element, others: list[str], chance: random.Random) -> None:
    element.append(chance.choice((etree.Comment("x"), etree.ProcessingInstruction("x", "y"))))


def _graft(element: etree._Element, others: list[str], chance: random.Random) -> None:
    other = etree.fromstring(chance.choice(others).encode())
    element.append(chance.choice(list(other.iter(etree.Element))))


def _nest(element: etree._Element, others: list[str], chance: random.Random) -> None:
    """Put elements of its name into each other."""
    for _ in range(chance.choice((1, 1, 1, _DEPTH))):
        element = etree.SubElement(element, element.tag)


_CHANGES: tuple[Callable[[etree._Element, list[str], random.Random], None], ...] = (
    *(_remove, _repeat, _move, _shuffle, _rename, _put_in_another_namespace, _fill, _fill, _fill),
    *(_take_value_of_another, _add_text_behind, _add_attribute, _add_what_is_no_element, _graft, _nest),
)
