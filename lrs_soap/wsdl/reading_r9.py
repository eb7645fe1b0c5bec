"""Reading a message of LearnerServiceR9 as WCF reads it.

The reader goes forward through the elements once. An element that is out of place, unknown or in another namespace
counts as not sent. Only a value that its type cannot hold is refused.
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
from lrs_soap.wsdl import facets
from lrs_soap.wsdl.declarations import BuiltIn, Field, Message, SimpleType, fields_of
from lrs_soap.wsdl.xsd_values import BOOLEANS, TRUE, WHITE_SPACE, is_nil

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")


class DeserializationFailed(LrsError):
    """An element has a value that its type cannot hold; the message is WCF's sentence about it."""


@dataclass(frozen=True, slots=True)
class _Member:
    tag: str
    name: str
    repeated: bool
    read: Callable[[etree._Element], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    make: Callable[..., Message]
    members: tuple[_Member, ...]
    any_order: bool

    def read(self, element: etree._Element) -> Message:
        values: dict[str, Any] = {}
        place = 0
        for node in element:
            start = 0 if self.any_order else place
            at = next((at for at in range(start, len(self.members)) if self.members[at].tag == node.tag), None)
            if at is None:
                continue
            member = self.members[at]
            value = None if is_nil(node) else member.read(node)
            if member.repeated:
                values.setdefault(member.name, []).append(value)
            else:
                values.setdefault(member.name, value)
            place = at if member.repeated else at + 1
        for member in self.members:
            if member.repeated and member.name in values:
                values[member.name] = tuple(values[member.name])
        return self.make(**values)


class Reader:
    """Reads the messages of LearnerServiceR9."""

    def __init__(self, roots: Mapping[str, type[Message]]) -> None:
        """`roots`: the type of each root element, by its tag."""
        self._plans = {tag: _plan(message, any_order=False) for tag, message in roots.items()}

    def read(self, element: etree._Element) -> Message:
        """The message in a body's child, whose tag is one of the roots. Raises DeserializationFailed."""
        return self._plans[element.tag].read(element)


def _plan(message: type[Message], *, any_order: bool) -> _Plan:
    members = tuple(
        _Member(field.tag, field.name, field.is_repeated, _reader_of(field)) for field in fields_of(message)
    )
    return _Plan(message, members, any_order)


def _reader_of(field: Field) -> Callable[[etree._Element], Any]:
    if field.message is not None:
        return _plan(field.message, any_order=field.declared.any_order).read
    of = field.declared.of
    convert = _one_of(of) if isinstance(of, SimpleType) and of.values else _CONVERSIONS[field.built_in]

    def read(node: etree._Element) -> Any:
        text = node.text or ""
        try:
            if len(node):
                raise ValueError
            return convert(text)
        except ValueError:
            raise DeserializationFailed(
                "The formatter threw an exception while trying to deserialize the message: There was an error while "
                f"trying to deserialize parameter {field.namespace}:{field.name}. "
                f"The value '{text}' cannot be parsed as the type '{_type_name(field)}'."
            ) from None

    return read


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
