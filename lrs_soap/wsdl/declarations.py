"""How the contract's types are declared: each once, as a Spyne model with what Spyne has no word for.

A field of a message has two descriptions. The *published* one is the live service's WSDL: occurrence, nillable, form
and .NET's annotations. The *validated* one is the older contract's XSD: occurrence, nillable and a facet. Each of the
functions below declares a field with both. `fields_of` returns the fields of a message; the WSDL, the readers and the
writer are made from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.spyne import Boolean, ByteArray, ComplexModel, DateTime, Integer32, Integer64, Unicode

if TYPE_CHECKING:
    from datetime import datetime

UNBOUNDED = None

M = TypeVar("M", bound="Message")


@dataclass(frozen=True, slots=True)
class Occurs:
    """How often an element may occur, and whether it may be nil; `most` is None without a bound."""

    least: int
    most: int | None = 1
    nillable: bool = False


class BuiltIn(Enum):
    """A built-in type of XML Schema that the contract uses: its name there, and Spyne's model of it."""

    TEXT = "string", Unicode
    INT = "int", Integer32
    LONG = "long", Integer64
    FLAG = "boolean", Boolean
    MOMENT = "dateTime", DateTime
    BYTES = "base64Binary", ByteArray

    def __init__(self, xsd_name: str, model: Any) -> None:
        self.xsd_name = xsd_name
        self.model = model


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A named simple type of R9: one of `values`, or any value of `base` if there are none.

    Each of the values comes with the number that .NET gives it, if the contract publishes that.
    """

    name: str
    namespace: str
    base: BuiltIn
    values: tuple[tuple[str, int | None], ...] = ()

    @property
    def model(self) -> Any:
        names = [value for value, _ in self.values]
        return self.base.model.customize(type_name=self.name, **({"values": names} if names else {}))


@dataclass(frozen=True, slots=True)
class Declared:
    """What the contract says of one field, beyond what Spyne has a word for.

    `always`: an answer has the field even without a value. `emit_default`: .NET's EmitDefaultValue, without which an
    answer leaves the field out if it has no value. `any_order`: WCF's clients send the field's children in any order.
    """

    of: BuiltIn | SimpleType | type[Message]
    published: Occurs
    validated: Occurs
    facet: Facet | None
    qualified: bool
    always: bool = False
    emit_default: bool = True
    any_order: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message: its name, the namespace of the type that declares it, and its description."""

    name: str
    namespace: str
    declared: Declared

    @property
    def message(self) -> type[Message] | None:
        """The field's type, if it has fields of its own."""
        of = self.declared.of
        return of if isinstance(of, type) else None

    @property
    def built_in(self) -> BuiltIn:
        """The field's built-in type, or its simple type's base. Raises TypeError if it has fields of its own."""
        of = self.declared.of
        if isinstance(of, BuiltIn):
            return of
        if isinstance(of, SimpleType):
            return of.base
        raise TypeError(f"{self.name} has no value, it has fields")

    @property
    def is_repeated(self) -> bool:
        return self.declared.published.most != 1

    @property
    def tag(self) -> str:
        """The element's name in Clark's notation."""
        return f"{{{self.namespace}}}{self.name}" if self.declared.qualified else self.name


@dataclass(frozen=True, slots=True)
class GenericType:
    """The .NET generic that a type was made from: the generic's name with a placeholder, and its parameter."""

    name: str
    parameter: type[Message]


class Message(ComplexModel):
    """Base of every type of the contract.

    An instance is created with the fields that have a value. The others are None, or an empty tuple if they are
    repeated. `is_abstract` is about one type and not those that extend it: call `is_declared_abstract`. A type that
    `is_anonymous` has no name and is written inside its element.
    """

    __namespace__ = namespaces.TEMPURI

    is_abstract = False
    is_anonymous = False
    is_data_contract = False
    generic_of: GenericType | None = None

    def __init__(self, **values: Any) -> None:
        blank = blank_of(type(self))
        all_values = {**blank, **values}
        if len(all_values) != len(blank):
            raise TypeError(f"{type(self).__name__} has no field {', '.join(values.keys() - blank.keys())}")
        self.__dict__ = all_values

    @classmethod
    def with_all(cls: type[M], values: dict[str, Any]) -> M:
        """A message with a value for each of its fields, which are known to be there; `values` becomes its own.

        This takes half the time that many arguments by their names would take.
        """
        message = cls.__new__(cls)
        message.__dict__ = values
        return message

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # a message can change

    def __repr__(self) -> str:
        given = (f"{name}={value!r}" for name, value in self.__dict__.items() if "assword" not in name)
        return f"{type(self).__name__}({', '.join(given)})"


class DataContract(Message):
    """Base of the types that WCF's DataContractSerializer writes: their fields are qualified, each has an element."""

    __namespace__ = namespaces.MODEL

    is_data_contract = True


@cache
def blank_of(message: type[Message]) -> dict[str, Any]:
    """What each field of a message has without a value, by its name."""
    return {field.name: () if field.is_repeated else None for field in fields_of(message)}


@cache
def fields_of(message: type[Message]) -> tuple[Field, ...]:
    """Every field of a message in the WSDL's order: first those of its base types, then its own."""
    base = base_of(message)
    inherited = fields_of(base) if base is not None else ()
    return inherited + own_fields_of(message)


@cache
def own_fields_of(message: type[Message]) -> tuple[Field, ...]:
    """The fields that a type declares itself, in the WSDL's order."""
    message = original(message)
    return tuple(
        Field(name, message.__namespace__, model.Attributes.declared) for name, model in message._type_info.items()
    )


def original(message: type[M]) -> type[M]:
    """The declared class; Spyne makes copies of a class to give them attributes."""
    return cast("type[M]", getattr(message, "__orig__", None) or message)


def base_of(message: type[Message]) -> type[Message] | None:
    """The type that a type extends in the contract. Spyne's `__extends__` skips types without fields."""
    base: type[Message] = original(message).__bases__[0]
    return None if base in (Message, DataContract) else base


def is_declared_abstract(message: type[Message]) -> bool:
    """Whether the type itself is abstract, whatever it extends."""
    return "is_abstract" in vars(original(message))


def _field(declared: Declared) -> Any:
    of, published = declared.of, declared.published
    model: Any = of if isinstance(of, type) else of.model
    attributes: dict[str, Any] = {
        "min_occurs": published.least,
        "max_occurs": "unbounded" if published.most is UNBOUNDED else published.most,
        "nillable": published.nillable,
        "declared": declared,
    }
    if not declared.qualified:
        attributes["sub_ns"] = ""
    return model.customize(**attributes)


# LearnerService: written by XmlSerializer, with unqualified children.


def required(facet: Facet) -> str:
    """A text that a valid request has, though the WSDL makes it optional."""
    return cast(str, _field(Declared(BuiltIn.TEXT, Occurs(0), Occurs(1), facet, qualified=False)))


def optional(facet: Facet = facets.STRING, *, always: bool = False) -> str | None:
    """A text that may be absent but not nil."""
    declared = Declared(BuiltIn.TEXT, Occurs(0), Occurs(0), facet, qualified=False, always=always)
    return cast("str | None", _field(declared))


def nillable(facet: Facet) -> str | None:
    """A text that may be absent or nil, though the WSDL requires a value or nil."""
    published, validated = Occurs(1, nillable=True), Occurs(0, nillable=True)
    return cast("str | None", _field(Declared(BuiltIn.TEXT, published, validated, facet, qualified=False)))


def number(facet: Facet) -> int:
    """A number that is always there: an xs:long with the facet `LONG`, else an xs:int."""
    kind = BuiltIn.LONG if facet is facets.LONG else BuiltIn.INT
    return cast(int, _field(Declared(kind, Occurs(1), Occurs(1), facet, qualified=False, always=True)))


def optional_number() -> int | None:
    """An xs:int that may be absent."""
    return cast("int | None", _field(Declared(BuiltIn.INT, Occurs(0), Occurs(0), facets.INT, qualified=False)))


def texts(facet: Facet = facets.STRING, *, least: int = 0, most: int | None = UNBOUNDED) -> tuple[str, ...]:
    """A text that may be repeated; `least` and `most` are the older XSD's bounds, the WSDL has none."""
    declared = Declared(BuiltIn.TEXT, Occurs(0, UNBOUNDED), Occurs(least, most), facet, qualified=False)
    return cast("tuple[str, ...]", _field(declared))


def child(of: type[M], *, least: int = 1, qualified: bool = False, always: bool = False) -> M:
    """An element with fields of its own; `least` is the older XSD's."""
    return cast(M, _field(Declared(of, Occurs(0), Occurs(least), None, qualified=qualified, always=always)))


def children(of: type[M], *, least: int = 0, most: int | None = UNBOUNDED) -> tuple[M, ...]:
    """An element that may be repeated; `least` and `most` are the older XSD's bounds, the WSDL has none."""
    declared = Declared(of, Occurs(0, UNBOUNDED), Occurs(least, most), None, qualified=False)
    return cast("tuple[M, ...]", _field(declared))


# Arguments of LearnerServiceR9's operations: qualified children. An operation declares checks of their values.


def _parameter(of: BuiltIn | SimpleType | type[Message], *, is_required: bool = False, any_order: bool = False) -> Any:
    is_nillable = of is BuiltIn.TEXT or isinstance(of, type)
    validated = Occurs(int(is_required), nillable=not is_required)
    return _field(Declared(of, Occurs(1, nillable=is_nillable), validated, None, qualified=True, any_order=any_order))


def parameter(of: type[M], *, any_order: bool = False) -> M | None:
    """An argument with fields of its own, which may be nil."""
    return cast("M | None", _parameter(of, any_order=any_order))


def text_parameter() -> str | None:
    """A text argument, which may be nil."""
    return cast("str | None", _parameter(BuiltIn.TEXT))


def required_text_parameter() -> str:
    """A text argument that a valid request has, by the operation's checks; the WSDL lets it be nil."""
    return cast(str, _parameter(BuiltIn.TEXT, is_required=True))


def int_parameter() -> int | None:
    """An xs:int argument; None only if the client left it out."""
    return cast("int | None", _parameter(BuiltIn.INT))


def required_int_parameter() -> int:
    """An xs:int argument that a valid request has, by the operation's checks."""
    return cast(int, _parameter(BuiltIn.INT, is_required=True))


def enumerated_parameter(of: SimpleType) -> str | None:
    """An argument of an enumerated type; None only if the client left it out."""
    return cast("str | None", _parameter(of))


# The other types of LearnerServiceR9: written by WCF, with qualified children.


def _member(of: BuiltIn | SimpleType | type[Message], published: Occurs, *, emit_default: bool = True) -> Any:
    return _field(Declared(of, published, published, None, qualified=True, emit_default=emit_default))


def member(of: type[M], *, emit_default: bool = True) -> M | None:
    """A member with members of its own; without a value it is nil, or left out."""
    return cast("M | None", _member(of, Occurs(0, nillable=True), emit_default=emit_default))


def members(of: type[M]) -> tuple[M, ...]:
    """The items of a WCF array."""
    return cast("tuple[M, ...]", _member(of, Occurs(0, UNBOUNDED, nillable=True)))


def text_member(*, emit_default: bool = True) -> str | None:
    """A text; without a value it is nil, or left out."""
    return cast("str | None", _member(BuiltIn.TEXT, Occurs(0, nillable=True), emit_default=emit_default))


def text_members() -> tuple[str, ...]:
    """The items of a WCF array of texts."""
    return cast("tuple[str, ...]", _member(BuiltIn.TEXT, Occurs(0, UNBOUNDED, nillable=True)))


def int_member(*, nil: bool = False) -> int | None:
    """An xs:int; without a value it is nil, or 0 if it cannot be nil."""
    return cast("int | None", _member(BuiltIn.INT, Occurs(0, nillable=nil)))


def long_member() -> int | None:
    """An xs:long; without a value it is 0."""
    return cast("int | None", _member(BuiltIn.LONG, Occurs(0)))


def flag_member(*, nil: bool = False) -> bool | None:
    """An xs:boolean; without a value it is nil, or false if it cannot be nil."""
    return cast("bool | None", _member(BuiltIn.FLAG, Occurs(0, nillable=nil)))


def moment_member(*, nil: bool = False) -> datetime | None:
    """An xs:dateTime without a zone; without a value it is nil, or .NET's first moment if it cannot be nil."""
    return cast("datetime | None", _member(BuiltIn.MOMENT, Occurs(0, nillable=nil)))


def bytes_member() -> bytes | None:
    """An xs:base64Binary."""
    return cast("bytes | None", _member(BuiltIn.BYTES, Occurs(0, nillable=True)))


def enumerated_member(of: SimpleType) -> str | None:
    """A value of an enumerated type."""
    return cast("str | None", _member(of, Occurs(0)))


def code_member(of: SimpleType) -> int | None:
    """A value of a numeric simple type, which may be nil."""
    return cast("int | None", _member(of, Occurs(0, nillable=True)))
