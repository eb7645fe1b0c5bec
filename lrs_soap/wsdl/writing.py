"""Writing a message as XML, by a list of items for each type that is compiled from the declarations.

LearnerService's messages are written as .NET's XmlSerializer writes them, R9's as WCF's DataContractSerializer does,
with the prefixes of the recorded answers and in the WSDL's order.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import BuiltIn, Field, Message, fields_of

# What a text must not contain as it is: markup, CR (a parser would make a line feed of it), what XML does not allow.
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_REPLACEMENT = "\ufffd"

XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'

_PREFIXES = "abc"

# How many shapes of an item's rows are kept: more than occur in practice.
_SHAPES = 1024


def escape(text: str) -> str:
    """A text as the content of an element; a code point that XML 1.0 forbids becomes U+FFFD."""
    # As nearly every text is, which takes less time to tell than to look for what is special.
    if text.isalnum() or _is_plain(text):
        return text
    return _SPECIAL.sub(lambda found: _REFERENCES.get(found[0], _REPLACEMENT), text)


def _moment(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat()


_FORMATS: dict[BuiltIn, Callable[[Any], str]] = {
    BuiltIn.TEXT: escape,
    BuiltIn.INT: str,
    BuiltIn.LONG: str,
    BuiltIn.FLAG: lambda value: "true" if value else "false",
    BuiltIn.MOMENT: _moment,
    BuiltIn.BYTES: lambda value: base64.b64encode(value).decode("ascii"),
}

# What .NET writes for a value type that is not set.
_UNSET = {BuiltIn.INT: "0", BuiltIn.LONG: "0", BuiltIn.FLAG: "false", BuiltIn.MOMENT: "0001-01-01T00:00:00"}


@dataclass(slots=True)
class _Item:
    """A field ready to be written: its tags, how it is written empty and without a value, and how its value is."""

    name: str
    start: str
    end: str
    empty: str
    absent: str
    is_repeated: bool
    to_text: Callable[[Any], str] | None
    parts: list[_Item]
    row: Callable[[_Row], str] | None


_Row = tuple[Any, ...]


class WrittenRows(str):
    """All items of a repeated field, as they were written before."""

    __slots__ = ()


class RowsToKeep(NamedTuple):
    """All items of a repeated field as rows, and what is given their text to keep it when they are written."""

    rows: Sequence[_Row]
    keep: Callable[[WrittenRows], None]


class Writer:
    """Writes the messages of one port.

    If a repeated field's type has fields that are not repeated, its items may be tuples of values in the WSDL's order
    instead of messages: texts, numbers, messages, and None without a value. Creating a message costs as much as
    writing one, and a record has hundreds of items. Where the same items are written again and again, RowsToKeep and
    then its WrittenRows may be the value of that field.
    """

    def __init__(self, roots: Mapping[str, type[Message]], *, root_prefix: str) -> None:
        """`roots`: the type of each root element, by its tag. `root_prefix`: the roots' prefix, '' for the default."""
        self._roots: dict[str, tuple[str, str, list[_Item]]] = {}
        for tag, message in roots.items():
            namespace, _, name = tag[1:].partition("}")
            full = f"{root_prefix}:{name}" if root_prefix else name
            declaration = f"xmlns:{root_prefix}" if root_prefix else "xmlns"
            scope = {namespace: root_prefix}
            self._roots[tag] = (f'<{full} {declaration}="{namespace}">', f"</{full}>", _items(message, scope))

    def write(self, tag: str, message: Message) -> str:
        """The element `tag` with the message as its content."""
        start, end, items = self._roots[tag]
        out = [start]
        _write(items, message.__dict__, out)
        out.append(end)
        return "".join(out)


def write_children(message: Message, *, qualified_by: str | None) -> str:
    """The elements of a message with text fields alone; with `qualified_by` they have that prefix."""
    prefix = f"{qualified_by}:" if qualified_by else ""
    out = []
    for field in fields_of(type(message)):
        value = getattr(message, field.name)
        if value is not None:
            text, name = _FORMATS[field.built_in](value), prefix + field.name
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
            _write_each(item, value, out)
        else:
            _write_one(item, value, out)


def _write_each(item: _Item, values: Any, out: list[str]) -> None:
    if isinstance(values, WrittenRows):
        # Without anything between them, an element's two tags become one.
        if values:
            out.append(values)
    elif isinstance(values, RowsToKeep):
        written: list[str] = []
        _write_each(item, values.rows, written)
        text = WrittenRows("".join(written))
        values.keep(text)
        _write_each(item, text, out)
    else:
        for each in values:
            _write_one(item, each, out)


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
    """`scope`: the prefixes in force where the field stands, by namespace."""
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
        declarations += _declare_namespaces(field.message, inner)
        parts = _items(field.message, inner)
    return _Item(
        name=field.name,
        start=f"<{name}{declarations}>",
        end=f"</{name}>",
        empty=f"<{name}{declarations}/>",
        absent=_absent(field, name, declarations, inner),
        is_repeated=field.is_repeated,
        to_text=None if field.message is not None else _FORMATS[field.built_in],
        parts=parts,
        row=_row_writer(f"<{name}{declarations}>", f"</{name}>", parts) if field.is_repeated and parts else None,
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """How to write rows that have values in the same places.

    `pick` takes the values out of a row, and `markup` is what stands around them, with an empty text for each value
    between. `numbers` and `messages` are the places among the values where these are.
    """

    pick: Callable[[_Row], tuple[Any, ...]]
    markup: list[str]
    numbers: tuple[int, ...]
    messages: tuple[tuple[int, _Item], ...]


def _row_writer(start: str, end: str, parts: list[_Item]) -> Callable[[_Row], str]:
    """A function that writes an item with these parts from a row of values."""

    @lru_cache(maxsize=_SHAPES)
    def shape_of(outline: tuple[Any, ...]) -> _Shape:
        """`outline` is a row with True in the place of most of its values; those that are None or empty are there."""
        markup = _markup(start, end, parts, outline)
        places = [place for place, each in enumerate(outline) if each is not None and each != ""]
        own = [parts[place] for place in places]
        return _Shape(
            _picker(places),
            markup,
            tuple(place for place, part in enumerate(own) if not part.parts and part.to_text is not escape),
            tuple((place, part) for place, part in enumerate(own) if part.parts),
        )

    def write(row: _Row) -> str:
        shape = shape_of(tuple([True if value else value for value in row]))
        picked = shape.pick(row)
        values = [*picked]
        for place in shape.numbers:
            values[place] = str(values[place])
        for place, _ in shape.messages:
            values[place] = ""
        if not _is_plain("".join(values)):
            values = [*map(escape, values)]
        for place, part in shape.messages:
            values[place] = _written(part, picked[place])
        out = shape.markup[:]
        out[1::2] = values
        return "".join(out)

    return write


def _markup(start: str, end: str, parts: list[_Item], outline: tuple[Any, ...]) -> list[str]:
    markup = [start]
    for part, each in zip(parts, outline, strict=True):
        if each is None:
            markup[-1] += part.absent
        elif each == "":
            markup[-1] += part.empty
        elif part.parts:
            markup += ["", ""]
        else:
            markup[-1] += part.start
            markup += ["", part.end]
    markup[-1] += end
    return markup


def _written(part: _Item, message: Message) -> str:
    out: list[str] = []
    _write_one(part, message, out)
    return "".join(out)


def _picker(places: list[int]) -> Callable[[_Row], Any]:
    # With one place itemgetter returns the value and no tuple, and without places it fails.
    return itemgetter(*places) if len(places) > 1 else lambda row: tuple([row[place] for place in places])


def _is_plain(text: str) -> bool:
    """Whether a text certainly needs no escaping."""
    return text.isprintable() and "&" not in text and "<" not in text and ">" not in text


def _declare_namespaces(message: type[Message], scope: dict[str, str]) -> str:
    """The declarations, on an element of R9, of its members' namespaces that are not in `scope`; adds them to it."""
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
    """How a field without a value is written."""
    declared = field.declared
    if not declared.qualified or declared.always:
        if not declared.always:
            return ""
        unset = "" if field.message is not None else _UNSET.get(field.built_in, "")
        return f"<{name}{declarations}>{unset}</{name}>" if unset else f"<{name}{declarations}/>"
    if not declared.emit_default:
        return ""
    if declared.published.nillable:
        if namespaces.XSI not in scope:
            declarations += f' xmlns:i="{namespaces.XSI}"'
        return f'<{name} i:nil="true"{declarations}/>'
    unset = _UNSET.get(field.built_in, "")
    return f"<{name}>{unset}</{name}>" if unset else ""
