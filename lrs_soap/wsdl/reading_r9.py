"""Reading a message of LearnerServiceR9 as WCF reads it.

The reader goes forward through the elements once. An element that is out of place, unknown or in another namespace
counts as not sent, with all that is in it. These are refused: a value that its type cannot hold, text between elements,
xsi:nil that is no boolean, and xsi:type that names a type that is not known.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from lrs_soap.errors import LrsError
from lrs_soap.rules.values.quotation import quoted
from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import BuiltIn, Field, Message, SimpleType, blank_of, fields_of
from lrs_soap.wsdl.xsd_values import BOOLEANS, BUILT_IN_TYPES, NIL, TRUE, TYPE, WHITE_SPACE

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
# What WCF knows besides the declared type, by any of which a value may say what it is.
_KNOWN_TYPES = frozenset(f"{{{namespaces.XSD}}}{name}" for name in BUILT_IN_TYPES) | frozenset(
    f"{{{namespaces.SERIALIZATION}}}{name}" for name in ("char", "duration", "guid")
)


class DeserializationFailed(LrsError):
    """A message cannot be read; the text is WCF's sentence about it."""

    def __init__(self, subject: str, what: str) -> None:
        """`subject` says what was being read, `what` why it failed: a sentence each."""
        super().__init__(f"The formatter threw an exception while trying to deserialize the message: {subject} {what}")
        self.subject = subject
        self.what = what


@dataclass(frozen=True, slots=True)
class _Member:
    tag: str
    name: str
    repeated: bool
    subject: str
    known_types: frozenset[str]
    read_content: Callable[[etree._Element], Any]

    def read(self, node: etree._Element) -> Any:
        """The value of an element of this member; None if it is nil."""
        if node.keys():
            type_name = self._type_in(node)
            if self._is_nil(node):
                return None
            if type_name is not None and type_name not in self.known_types:
                namespace, _, name = type_name[1:].partition("}")
                raise DeserializationFailed(
                    self.subject,
                    f"Element '{self.tag[1:].replace('}', ':')}' contains data of the {quoted(f'{namespace}:{name}')} "
                    "data contract. The deserializer has no knowledge of any type that maps to this contract.",
                )
        return self.read_content(node)

    def _type_in(self, node: etree._Element) -> str | None:
        """The type that xsi:type names, in Clark's notation; None if there is none."""
        sent = node.get(TYPE)
        if sent is None:
            return None
        first, colon, rest = sent.strip(WHITE_SPACE).partition(":")
        prefix, name = (first, rest) if colon else (None, first)
        if prefix is not None and prefix not in node.nsmap:
            raise DeserializationFailed(self.subject, f"The prefix {quoted(prefix)} is not defined.")
        return f"{{{node.nsmap.get(prefix, '')}}}{name}"

    def _is_nil(self, node: etree._Element) -> bool:
        nil = node.get(NIL, "false").strip(WHITE_SPACE)
        if nil not in BOOLEANS:
            raise DeserializationFailed(self.subject, _unparsed(nil, "boolean"))
        return nil in TRUE


class _Plan:
    """How to read one type. `any_order`: its members may come in any order."""

    def __init__(self, message: type[Message], members: tuple[_Member, ...], *, any_order: bool, subject: str) -> None:
        self.subject = subject
        self._make = message.with_all
        self._blank = blank_of(message)
        self._members = members
        self._places = {member.tag: place for place, member in enumerate(members)}
        self._repeated = [member.name for member in members if member.repeated]
        self._any_order = any_order

    def read(self, element: etree._Element) -> Message:
        values: dict[str, Any] = {}
        first = 0
        _refuse_text(element.text, element, self.subject)
        for node in element:
            place = self._places.get(node.tag, -1)
            if place >= first:
                member = self._members[place]
                value = member.read(node)
                if member.repeated:
                    values.setdefault(member.name, []).append(value)
                else:
                    values.setdefault(member.name, value)
                if not self._any_order:
                    first = place if member.repeated else place + 1
            _refuse_text(node.tail, element, self.subject)
        for name in self._repeated:
            if name in values:
                values[name] = tuple(values[name])
        return self._make({**self._blank, **values})


class Reader:
    """Reads the messages of LearnerServiceR9."""

    def __init__(self, roots: Mapping[str, type[Message]]) -> None:
        """`roots`: the type of each root element, by its tag."""
        self._plans = {
            tag: _plan(message, any_order=False, subject=_of_body(etree.QName(tag).localname))
            for tag, message in roots.items()
        }

    def read(self, element: etree._Element) -> Message:
        """The message in a body's child, whose tag is one of the roots. Raises DeserializationFailed."""
        plan = self._plans[element.tag]
        body = element.getparent()
        if body is not None:
            _refuse_text(body.text, body, plan.subject)
        message = plan.read(element)
        if body is not None:
            _refuse_text(element.tail, body, plan.subject)
        return message


def _plan(message: type[Message], *, any_order: bool, subject: str) -> _Plan:
    members = tuple(_member(field) for field in fields_of(message))
    return _Plan(message, members, any_order=any_order, subject=subject)


def _member(field: Field) -> _Member:
    subject = f"There was an error while trying to deserialize parameter {field.namespace}:{field.name}."
    of = field.declared.of
    message = field.message
    if message is not None:
        known = frozenset((f"{{{message.__namespace__}}}{message.get_type_name()}",))
        read = _plan(message, any_order=field.declared.any_order, subject=subject).read
        return _Member(field.tag, field.name, field.is_repeated, subject, known, read)
    known = _KNOWN_TYPES | {f"{{{of.namespace}}}{of.name}"} if isinstance(of, SimpleType) else _KNOWN_TYPES
    return _Member(field.tag, field.name, field.is_repeated, subject, known, _value_reader(field, subject))


def _value_reader(field: Field, subject: str) -> Callable[[etree._Element], Any]:
    of = field.declared.of
    convert = _one_of(of) if isinstance(of, SimpleType) and of.values else _CONVERSIONS[field.built_in]

    def read(node: etree._Element) -> Any:
        text = node.text or ""
        try:
            if len(node):
                raise ValueError
            return convert(text)
        except ValueError:
            raise DeserializationFailed(subject, _unparsed(text, _type_name(field))) from None

    return read


def _refuse_text(text: str | None, element: etree._Element, subject: str) -> None:
    """Raise DeserializationFailed for text between the elements in `element`."""
    if text is None:
        return
    found = text.strip(WHITE_SPACE)
    if found:
        name = etree.QName(element)
        raise DeserializationFailed(
            subject,
            f"End element '{name.localname}' from namespace '{name.namespace}' expected. Found text {quoted(found)}.",
        )


def _of_body(operation: str) -> str:
    return f"Error in deserializing body of request message for operation '{operation}'."


def _unparsed(text: str, type_name: str) -> str:
    return f"The value {quoted(text)} cannot be parsed as the type '{type_name}'."


def _type_name(field: Field) -> str:
    of = field.declared.of
    return of.name if isinstance(of, SimpleType) else field.built_in.xsd_name


def _one_of(of: SimpleType) -> Callable[[str], str]:
    values = frozenset(value for value, _ in of.values)

    def convert(text: str) -> str:
        if text not in values:
            raise ValueError(text)
        return text

    return convert


def _integer(facet: facets.Facet) -> Callable[[str], int]:
    least, most = facet.minimum, facet.maximum

    def convert(text: str) -> int:
        trimmed = text.strip(WHITE_SPACE)
        if not _INTEGER.fullmatch(trimmed):
            raise ValueError(text)
        number = int(trimmed)
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValueError(text)
        return number

    return convert


def _flag(text: str) -> bool:
    trimmed = text.strip(WHITE_SPACE)
    if trimmed not in BOOLEANS:
        raise ValueError(text)
    return trimmed in TRUE


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


_CONVERSIONS: dict[BuiltIn, Callable[[str], Any]] = {
    BuiltIn.TEXT: str,
    BuiltIn.INT: _integer(facets.INT),
    BuiltIn.LONG: _integer(facets.LONG),
    BuiltIn.FLAG: _flag,
    BuiltIn.MOMENT: lambda text: datetime.fromisoformat(text.strip(WHITE_SPACE)),
    BuiltIn.BYTES: _bytes,
}
