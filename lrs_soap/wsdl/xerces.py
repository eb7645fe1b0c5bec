"""The sentences of Java's Xerces about an invalid message; the live service quotes the first.

They are part of the contract, word for word, except that a value or name of more than 10,000 characters is cut.
`element` is the name as it was sent, with its prefix. A `tag` is in Clark's notation.
"""

from __future__ import annotations

from collections.abc import Iterable

from lrs_soap.rules.values.finding import ELLIPSIS, Finding
from lrs_soap.rules.values.quotation import LONGEST_IN_FAULT, quoted, shortened
from lrs_soap.wsdl import namespaces

_OUTSIDE_XSI = (
    "Element {element} is a simple type, so it cannot have attributes, excepting those whose namespace name is "
    f"identical to '{namespaces.XSI}' and whose [local name] is one of 'type', 'nil', 'schemaLocation' or "
    "'noNamespaceSchemaLocation'. However, the attribute, {attribute} was found."
)


def expanded(tag: str) -> str:
    """A tag in Clark's notation as Xerces writes it: `name`, or `{"namespace":name}`."""
    if tag[0] != "{":
        return shortened(tag, LONGEST_IN_FAULT)
    namespace, _, name = tag[1:].partition("}")
    return f'{{"{shortened(namespace, LONGEST_IN_FAULT)}":{shortened(name, LONGEST_IN_FAULT)}}}'


def _one_of(tags: Iterable[str]) -> str:
    return f"One of '{{{', '.join(expanded(tag) for tag in tags)}}}' is expected."


def unexpected(tag: str, expected: Iterable[str]) -> str:
    return f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{expanded(tag)}'. " + _one_of(
        expected
    )


def incomplete(element: str, expected: Iterable[str]) -> str:
    return f"cvc-complex-type.2.4.b: The content of element {quoted(element)} is not complete. " + _one_of(expected)


def surplus(element: str) -> str:
    return (
        f"cvc-complex-type.2.4.d: Invalid content was found starting with element {quoted(element)}. "
        "No child element is expected at this point."
    )


def too_many(tag: str, most: int) -> str:
    return (
        f"cvc-complex-type.2.4.f: '{expanded(tag)}' can occur a maximum of '{most}' times in the current sequence. "
        "This limit was exceeded. No child element is expected at this point."
    )


def text_between_elements(element: str) -> str:
    return (
        f"cvc-complex-type.2.3: Element {quoted(element)} cannot have character [children], "
        "because the type's content type is element-only."
    )


def attribute_on_complex(element: str, attribute: str) -> str:
    return (
        f"cvc-complex-type.3.2.2: Attribute {quoted(attribute)} is not allowed to appear in element {quoted(element)}."
    )


def attribute_on_simple(element: str, attribute: str) -> str:
    return "cvc-type.3.1.1: " + _OUTSIDE_XSI.format(element=quoted(element), attribute=quoted(attribute))


def child_of_simple(element: str) -> str:
    return (
        f"cvc-type.3.1.2: Element {quoted(element)} is a simple type, so it must have no element information item "
        "[children]."
    )


def nil_not_allowed(element: str) -> str:
    return (
        f"cvc-elt.3.1: Attribute '{namespaces.XSI},nil' must not appear on element {quoted(element)}, "
        f"because the {{nillable}} property of {quoted(element)} is false."
    )


def nil_with_content(element: str) -> str:
    return (
        f"cvc-elt.3.2.1: Element {quoted(element)} cannot have character or element information [children], "
        f"because '{namespaces.XSI},nil' is specified."
    )


def not_valid_for(value: str, built_in: str) -> str:
    return _about(value, "cvc-datatype-valid.1.2.1: ", f" is not a valid value for '{built_in}'.")


def _facet(name: str, value: str, measured: str, facet: str, limit: object, type_name: str) -> str:
    return _about(
        value,
        f"cvc-{name}-valid: Value ",
        f"{measured} is not facet-valid with respect to {facet} '{limit}' for type '{type_name}'.",
    )


def _about(value: str, before: str, behind: str) -> Finding:
    return Finding(f"{before}{quoted(value)}{behind}", f"{before}{ELLIPSIS}{behind}")


def pattern(value: str, patterns: Iterable[str], type_name: str) -> str:
    return _facet("pattern", value, "", "pattern", "|".join(patterns), type_name)


def max_length(value: str, length: int, most: int, type_name: str) -> str:
    return _facet("maxLength", value, f" with length = '{length}'", "maxLength", most, type_name)


def min_length(value: str, length: int, least: int, type_name: str) -> str:
    return _facet("minLength", value, f" with length = '{length}'", "minLength", least, type_name)


def min_inclusive(value: str, least: int, type_name: str) -> str:
    return _facet("minInclusive", value, "", "minInclusive", least, type_name)


def max_inclusive(value: str, most: int, type_name: str) -> str:
    return _facet("maxInclusive", value, "", "maxInclusive", most, type_name)
