"""Malformed calls: the message, the envelope, the bytes or the header is wrong."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from bench.answers.elements import Element, text_element
from bench.answers.known_cases import ask, values_of
from bench.answers.messages import CONTENT_TYPE, OPERATIONS, SOAP, XSI, envelope, message, posted
from bench.answers.people import GRACE
from bench.answers.request import Request

Spoil = Callable[[Random, Element, Element], None]
"""Called with a parent and its child; changes the child or its place in the parent."""


def _drop(random: Random, parent: Element, element: Element) -> None:
    parent.pieces.remove(element)


def _repeat(random: Random, parent: Element, element: Element) -> None:
    parent.pieces.insert(random.randint(0, len(parent.pieces)), element)


def _move(random: Random, parent: Element, element: Element) -> None:
    parent.pieces.remove(element)
    parent.pieces.insert(random.randint(0, len(parent.pieces)), element)


def _rename(random: Random, parent: Element, element: Element) -> None:
    element.name = random.choice((element.name.lower(), f"{element.name}s", "Foo", parent.children[0].name))


def _qualify(random: Random, parent: Element, element: Element) -> None:
    element.name = f"q:{element.name.rpartition(':')[2]}"
    namespaces = ("urn:other", "http://api.lrs.miap.gov.uk/learner", "http://api.lrs.miap.gov.uk/findmsg")
    element.attributes["xmlns:q"] = random.choice(namespaces)


def _default_namespace(random: Random, parent: Element, element: Element) -> None:
    element.attributes["xmlns"] = random.choice(("urn:other", "http://tempuri.org/", ""))


def _nil(random: Random, parent: Element, element: Element) -> None:
    element.attributes["xsi:nil"] = random.choice(("true", "1", "false", "yes", ""))
    if random.random() < 0.5:
        element.pieces = []


def _empty(random: Random, parent: Element, element: Element) -> None:
    element.pieces = []


def _blank(random: Random, parent: Element, element: Element) -> None:
    element.pieces = [random.choice((" ", "\n\t ", "\u00a0", "&#13;"))]


def _attribute(random: Random, parent: Element, element: Element) -> None:
    name = random.choice(("a", "xml:lang", "xsi:type", "xsi:foo", "xsi:schemaLocation", "xmlns:unused"))
    element.attributes[name] = random.choice(("1", "xs:string", "urn:a urn:b"))


def _value(random: Random, parent: Element, element: Element) -> None:
    values = (
        "x" * 300,
        "0",
        "-1",
        "1" * 40,
        "&lt;b&gt;",
        "é",
        "2005-02-30",
        "TRUE",
        "<![CDATA[a]]>b",
        " 1 ",
        "&#x1F600;",
    )
    element.pieces = [random.choice(values)]


def _child(random: Random, parent: Element, element: Element) -> None:
    element.pieces.append(text_element("Child", "text"))


def _text_between(random: Random, parent: Element, element: Element) -> None:
    pieces = ("text", " &amp; ", "<!-- comment -->", "<?pi?>", "<![CDATA[text]]>", "\r\n\t", "\u00a0")
    parent.pieces.insert(random.randint(0, len(parent.pieces)), random.choice(pieces))


def _unknown(random: Random, parent: Element, element: Element) -> None:
    unknown = (Element("Foo"), text_element("Foo", "text"), Element("o:Foo", [], {"xmlns:o": "urn:other"}))
    parent.pieces.insert(random.randint(0, len(parent.pieces)), random.choice(unknown))


def _comment_inside(random: Random, parent: Element, element: Element) -> None:
    element.pieces.insert(0, random.choice(("<!-- comment -->", "<?pi data?>")))


SPOILS: tuple[Spoil, ...] = (
    *(_drop, _repeat, _move, _rename, _qualify, _default_namespace, _nil, _empty, _blank, _attribute, _value, _child),
    *(_text_between, _unknown, _comment_inside),
)


def malformed_message(random: Random) -> Request:
    """A call of any operation with one or two changes of its message."""
    name = random.choice(list(OPERATIONS))
    root = message(name, values_of(name, GRACE, {}))
    told = []
    for _ in range(random.choice((1, 1, 2))):
        places = list(root.inside())
        parent, element = random.choice(places)
        spoil = random.choice(SPOILS)
        spoil(random, parent, element)
        told.append(f"{spoil.__name__[1:]} {element.name}".replace("_", " "))
    return posted(name, envelope(str(root)), ", ".join(told))


def malformed_calls() -> Iterator[Request]:
    """Return calls of both ports, each with one thing wrong around the message."""
    for name in ("LearnerByULN", "LearnerByUln", "SubmitBatch", "ViewAudit"):
        child = str(message(name, values_of(name, GRACE, {})))
        for label, text in _envelopes(child):
            yield posted(name, text, label)
        for label, content_type, data in _encoded(child):
            yield posted(name, data, label, content_type=content_type)
        yield from _actions(name, envelope(child))
    for name in OPERATIONS:
        child = str(message(name, values_of(name, GRACE, {})))
        element = OPERATIONS[name].element
        yield posted(name, envelope(child.replace(element, element.lower())), "the element in small letters")
        yield posted(name, envelope(child.replace(OPERATIONS[name].namespace, "urn:other")), "another namespace")
        yield posted(name, envelope(f'<{element} xmlns="{OPERATIONS[name].namespace}"/>'), "an empty message")
        yield replace(ask(name, {}, "at the other port"), target=_other(OPERATIONS[name].path))


def _envelopes(child: str) -> Iterator[tuple[str, str]]:
    call = envelope(child)

    def headed(inner: str) -> str:
        return envelope(child, header=f"<soapenv:Header>{inner}</soapenv:Header>")

    other = 'xmlns:o="urn:other"'
    yield "SOAP 1.2", envelope(child, namespace="http://www.w3.org/2003/05/soap-envelope")
    yield "an envelope of no SOAP", envelope(child, namespace="urn:soap")
    yield "no envelope", child
    yield "an empty body", envelope("")
    yield "a body with text", envelope("text")
    yield "text beside the message", envelope(f"text{child}")
    yield "two messages", envelope(child + child)
    yield "two bodies", call.replace("</soapenv:Body>", f"</soapenv:Body><soapenv:Body>{child}</soapenv:Body>")
    yield "no body", f'<soapenv:Envelope xmlns:soapenv="{SOAP}"/>'
    yield "something before the body", call.replace("<soapenv:Body>", "<foo/><soapenv:Body>")
    yield "something after the body", call.replace("</soapenv:Body>", "</soapenv:Body><foo/>")
    yield "a fault", envelope("<soapenv:Fault><faultcode>soapenv:Client</faultcode></soapenv:Fault>")
    yield "an empty header", headed("")
    yield "a header that need not be understood", headed(f'<o:h {other} soapenv:mustUnderstand="0"/>')
    for value in ("1", "true", "yes"):
        yield f"mustUnderstand {value}", headed(f'<o:h {other} soapenv:mustUnderstand="{value}"/>')
    yield "mustUnderstand for another", headed(f'<o:h {other} soapenv:mustUnderstand="1" soapenv:actor="urn:a"/>')
    yield (
        "a security header",
        headed(
            '<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/>'
        ),
    )
    yield "two headers", call.replace("<soapenv:Body>", "<soapenv:Header/><soapenv:Header/><soapenv:Body>")
    yield "a document type", f"<!DOCTYPE x>{call}"
    yield "a document type after other markup", f"<?pi?><!-- a --> <!DOCTYPE x>{call}"
    yield "words like a document type", call.replace("Grace", "<![CDATA[<!DOCTYPE x>]]>")
    yield "a comment like a document type", f"<!-- <!DOCTYPE x> -->{call}"
    yield "an entity", f'<!DOCTYPE x [<!ENTITY a "Grace">]>{call.replace("Grace", "&a;")}'
    yield "an outer entity", f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>{call.replace("Grace", "&a;")}'
    yield "an entity that is not declared", call.replace("Grace", "&nobody;")
    yield "a prefix that is not declared", call.replace("Grace", "<n:a/>")
    yield "an attribute twice", call.replace("<soapenv:Body>", '<soapenv:Body a="1" a="2">')
    yield "cut off", call[:-30]
    yield "more after the envelope", f"{call}<more/>"
    yield "text after the envelope", f"{call}text"
    yield "blanks before the declaration", f' <?xml version="1.0"?>{call}'
    yield "a declaration", f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n{call}\r\n'
    yield "XML 1.1", f'<?xml version="1.1"?>{call}'
    yield "comments around", f"<!-- a -->{call}<!-- b --><?pi?>"
    yield "a NUL", call.replace("Grace", "Gr\0ce")
    yield "a control character", call.replace("Grace", "Gr&#1;ce")
    yield "300 levels", envelope(child.replace("Grace", "<a>" * 300 + "</a>" * 300))
    yield "JSON", '{"ULN": "4170265830"}'
    yield "a form", "ULN=4170265830&FamilyName=Okafor"
    yield "nothing", ""
    yield "blanks", " \n "
    yield (
        "an encoding style",
        call.replace(
            "<soapenv:Body>", '<soapenv:Body soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
        ),
    )
    yield "types of an instance", call.replace("<soapenv:Body>", f'<soapenv:Body xmlns:i="{XSI}" i:type="a">')


def _encoded(child: str) -> Iterator[tuple[str, str, bytes]]:
    call = envelope(child)
    of_zoe = call.replace("Grace", "Zoë-Marie").replace("Okafor", "Núñez")
    cases: tuple[tuple[str, bytes], ...] = (
        ("text/xml", of_zoe.encode()),
        ("text/xml; charset=UTF8", codecs.BOM_UTF8 + of_zoe.encode()),
        ("text/xml; charset=iso-8859-1", of_zoe.encode("latin-1")),
        ("text/xml; charset=utf-8", of_zoe.encode("latin-1")),
        ("text/xml; charset=utf-16", of_zoe.encode("utf-16")),
        ("text/xml; charset=utf-16", of_zoe.encode("utf-16-be")),
        ("text/xml; charset=windows-1252", of_zoe.encode("cp1252")),
        ("text/xml; charset=us-ascii", of_zoe.encode()),
        ("text/xml", f'<?xml version="1.0" encoding="iso-8859-1"?>{of_zoe}'.encode("latin-1")),
        ("text/xml", f'<?xml version="1.0" encoding="klingon"?>{of_zoe}'.encode()),
        ("text/xml; charset=klingon", of_zoe.encode()),
        ("text/xml; charset=utf-7", of_zoe.encode("utf-7")),
        ("text/xml; charset=", of_zoe.encode()),
        ("text/xml; charset=utf-8", of_zoe.encode() + b"\xff"),
        ('TEXT/XML ; Charset="utf-8"; action="a"', of_zoe.encode()),
        ("application/soap+xml; charset=utf-8", call.encode()),
        ("application/xml", call.encode()),
        ("text/plain", call.encode()),
        ("multipart/related; boundary=a", call.encode()),
        ("text", call.encode()),
    )
    for content_type, data in cases:
        yield f"as {content_type}", content_type, data


def _actions(name: str, text: str) -> Iterator[Request]:
    action = OPERATIONS[name].action
    others = (
        "",
        '""',
        "''",
        f'"{action}"',
        action,
        f"'{action}'",
        f" {action} ",
        f'"{action}/"',
        f'"{action.lower()}"',
    )
    for value in (*others, "urn:unknown", '"http://tempuri.org/ILearnerServiceR9/Find"', "é"):
        header = (CONTENT_TYPE, ("SOAPAction", value))
        yield replace(posted(name, text, f"SOAPAction {value}"), header=header)
    yield replace(posted(name, text, "no SOAPAction"), header=(CONTENT_TYPE,))
    twice = (CONTENT_TYPE, ("SOAPAction", f'"{action}"'), ("SOAPAction", '"urn:other"'))
    yield replace(posted(name, text, "two SOAPActions"), header=twice)
    yield replace(posted(name, text, "no Content-Type"), header=(("SOAPAction", f'"{action}"'),))


def _other(path: str) -> str:
    return next(each.path for each in OPERATIONS.values() if each.path != path)
