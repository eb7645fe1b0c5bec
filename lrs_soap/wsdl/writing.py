"""Writing a message: a plan a type, compiled from the declarations, and a loop over it.

LearnerService's messages look as .NET's XmlSerializer writes them, R9's as WCF's DataContractSerializer does; the
prefixes are those of the recorded answers. Elements stand in the WSDL's order.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declare import Field, Kind, Message, fields_of

# What may not stand in text as it is: markup, the CR that a parser would take for a line's end, what XML has not.
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_NO_CHARACTER = "\ufffd"

_PREFIXES = "abc"

# How many shapes of a part's rows are kept: more than rows that are real have.
_SHAPES = 1024


def escape(text: str) -> str:
    """A text as an element may hold it; a code point that XML 1.0 forbids becomes U+FFFD."""
    return _SPECIAL.sub(lambda found: _REFERENCES.get(found[0], _NO_CHARACTER), text)


def _moment(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat()


_FORMATS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: escape,
    Kind.INT: str,
    Kind.LONG: str,
    Kind.FLAG: lambda value: "true" if value else "false",
    Kind.MOMENT: _moment,
    Kind.BYTES: lambda value: base64.b64encode(value).decode("ascii"),
}

# What .NET writes for a value type that was never set.
_UNSET = {Kind.INT: "0", Kind.LONG: "0", Kind.FLAG: "false", Kind.MOMENT: "0001-01-01T00:00:00"}


@dataclass(slots=True)
class _Item:
    """A field ready to be written: its tags, what stands for no value, and how a value is written."""

    name: str
    start: str
    end: str
    empty: str
    absent: str
    is_repeated: bool
    to_text: Callable[[Any], str] | None
    parts: list[_Item]
    row: Callable[[_Row], str] | None


_Row = tuple[str | int | None, ...]


class Writer:
    """Writes the messages of one port.

    Of a part that is repeated and has texts and numbers alone, each may be given as a tuple of its values, in the
    WSDL's order: to make a message of each costs as much as to write it, and a record has hundreds.
    """

    def __init__(self, roots: Mapping[str, type[Message]], *, root_prefix: str) -> None:
        """`roots`: the type of each element that may be a message, by its tag; `root_prefix`: '' for a default."""
        self._roots: dict[str, tuple[str, str, list[_Item]]] = {}
        for tag, message in roots.items():
            namespace, _, name = tag[1:].partition("}")
            full = f"{root_prefix}:{name}" if root_prefix else name
            declaration = f"xmlns:{root_prefix}" if root_prefix else "xmlns"
            scope = {namespace: root_prefix}
            self._roots[tag] = (f'<{full} {declaration}="{namespace}">', f"</{full}>", _items(message, scope))

    def write(self, tag: str, message: Message) -> str:
        """The element `tag` with what the message says, as text."""
        start, end, items = self._roots[tag]
        out = [start]
        _write(items, message.__dict__, out)
        out.append(end)
        return "".join(out)


def write_children(message: Message, *, qualified_by: str | None) -> str:
    """The fields of a flat message of texts: unqualified, or under the prefix `qualified_by`."""
    prefix = f"{qualified_by}:" if qualified_by else ""
    out = []
    for field in fields_of(type(message)):
        value = getattr(message, field.name)
        if value is not None:
            text, name = _FORMATS[field.kind](value), prefix + field.name
            out.append(f"<{name}>{text}</{name}>" if text else f"<{name}/>")
    return "".join(out)


def _write(items: list[_Item], values: dict[str, Any], out: list[str]) -> None:
    for item in items:
        value = values[item.name]
        if value is None:
            if item.absent:
                out.append(item.absent)
        elif item.to_text is not None and not item.is_repeated:
            text = item.to_text(value)
            out.append(f"{item.start}{text}{item.end}" if text else item.empty)
        elif item.is_repeated:
            for each in value:
                _write_one(item, each, out)
        else:
            _write_one(item, value, out)


def _write_one(item: _Item, value: Any, out: list[str]) -> None:
    if value is None:
        out.append(item.absent)
    elif item.row is not None and isinstance(value, tuple):
        out.append(item.row(value))
    elif item.to_text is not None:
        text = item.to_text(value)
        out.append(f"{item.start}{text}{item.end}" if text else item.empty)
    else:
        place = len(out)
        out.append(item.start)
        _write(item.parts, value.__dict__, out)
        if len(out) == place + 1:
            out[place] = item.empty
        else:
            out.append(item.end)


def _items(message: type[Message], scope: dict[str, str]) -> list[_Item]:
    return [_item(field, scope) for field in fields_of(message)]


def _item(field: Field, scope: dict[str, str]) -> _Item:
    """`scope`: the prefixes that hold where the field stands, by namespace."""
    inner = dict(scope)
    declarations = ""
    if field.declared.qualified and field.namespace not in scope:
        declarations += f' xmlns="{field.namespace}"'
        inner = {field.namespace: ""}
    elif not field.declared.qualified and "" in scope.values():
        declarations += ' xmlns=""'
    prefix = inner.get(field.namespace, "") if field.declared.qualified else ""
    name = f"{prefix}:{field.name}" if prefix else field.name
    parts: list[_Item] = []
    if field.message is not None:
        declarations += _declare_what_is_new(field.message, inner)
        parts = _items(field.message, inner)
    return _Item(
        name=field.name,
        start=f"<{name}{declarations}>",
        end=f"</{name}>",
        empty=f"<{name}{declarations}/>",
        absent=_absent(field, name, declarations, inner),
        is_repeated=field.is_repeated,
        to_text=None if field.message is not None else _FORMATS[field.kind],
        parts=parts,
        row=_row_writer(f"<{name}{declarations}>", f"</{name}>", parts) if field.is_repeated and parts else None,
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows are written that have values, and none, in the same places: `pick` takes the values out of one."""

    pick: Callable[[_Row], tuple[str | int, ...]]
    template: str
    values_alone: str


def _row_writer(start: str, end: str, parts: list[_Item]) -> Callable[[_Row], str]:
    """Writes a part from its values, all at once."""

    @lru_cache(maxsize=_SHAPES)
    def shape_of(outline: tuple[bool | None, ...]) -> _Shape:
        """`outline` has for each value whether it is an empty text; None where there is none."""
        slots = [_slot(part, is_empty) for part, is_empty in zip(parts, outline, strict=True)]
        places = [place for place, is_empty in enumerate(outline) if is_empty is False]
        template = start + "".join(slots) + end
        return _Shape(_picker(places), template, "%s" * len(places))

    def write(row: _Row) -> str:
        shape = shape_of(tuple([None if value is None else value == "" for value in row]))
        values = shape.pick(row)
        if not _is_plain(shape.values_alone % values):
            values = tuple([escape(value) if isinstance(value, str) else value for value in values])
        return shape.template % values

    return write


def _slot(part: _Item, is_empty: bool | None) -> str:
    if is_empty is None:
        return part.absent
    return part.empty if is_empty else f"{part.start}%s{part.end}"


def _picker(places: list[int]) -> Callable[[_Row], Any]:
    # Of one place itemgetter would give the value alone, and of none it cannot be made.
    return itemgetter(*places) if len(places) > 1 else lambda row: tuple([row[place] for place in places])


def _is_plain(text: str) -> bool:
    """Whether a text has nothing to escape; where it is not known, False."""
    return text.isprintable() and "&" not in text and "<" not in text and ">" not in text


def _declare_what_is_new(message: type[Message], scope: dict[str, str]) -> str:
    """Declares on a part of R9 the namespaces of its members that are not in scope, and adds them to it."""
    if not message.is_data_contract:
        return ""
    declarations = ""
    for namespace in dict.fromkeys(field.namespace for field in fields_of(message)):
        if namespace not in scope:
            prefix = next(each for each in _PREFIXES if each not in scope.values())
            scope[namespace] = prefix
            declarations += f' xmlns:{prefix}="{namespace}"'
    if namespaces.XSI not in scope:
        scope[namespaces.XSI] = "i"
        declarations += f' xmlns:i="{namespaces.XSI}"'
    return declarations


def _absent(field: Field, name: str, declarations: str, scope: Mapping[str, str]) -> str:
    """What is written for a field without a value."""
    declared = field.declared
    if not declared.qualified or declared.always:
        if not declared.always:
            return ""
        unset = "" if field.message is not None else _UNSET.get(field.kind, "")
        return f"<{name}{declarations}>{unset}</{name}>" if unset else f"<{name}{declarations}/>"
    if declared.omitted:
        return ""
    if declared.published.nillable:
        if namespaces.XSI not in scope:
            declarations += f' xmlns:i="{namespaces.XSI}"'
        return f'<{name} i:nil="true"{declarations}/>'
    unset = _UNSET.get(field.kind, "")
    return f"<{name}>{unset}</{name}>" if unset else ""
