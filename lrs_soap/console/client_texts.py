"""A request that was kept, as a text that a person runs: a command of curl, or a program with zeep.

The password comes from the environment, since nobody has kept it. What was sent is quoted, so that none of it is run.
"""

from __future__ import annotations

import secrets
import shlex
from keyword import iskeyword
from xml.etree import ElementTree

from lrs_soap.errors import NotPossible
from lrs_soap.exchange.exchange_journal import KeptRequest
from lrs_soap.exchange.masking import with_password
from lrs_soap.exchange.secrets import STRUCK_OUT

PASSWORD_VARIABLE = "LRS_PASSWORD"
"""The variable that has the password."""

OVER_HTTPS = {
    "curl": "Add --cacert for a CA that your machine does not trust, and --cert for a certificate of your own.",
    "zeep": "Give the client a transport with a session that has verify for a CA that your machine does not trust, and "
    "cert for a certificate of your own.",
}
"""What a program may need besides where the port is asked over HTTPS."""

_HEADERS = (("CONTENT_TYPE", "Content-Type"), ("HTTP_SOAPACTION", "SOAPAction"), ("HTTP_LRS_SCENARIO", "LRS-Scenario"))
# The password as it stands in XML.
_PASSWORD_IN_SHELL = f'"$(printf %s "${PASSWORD_VARIABLE}" | sed "s/&/\\&amp;/g; s/</\\&lt;/g")"'
_PASSWORD_IN_PYTHON = f'os.environ["{PASSWORD_VARIABLE}"]'
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_INDENT = "    "


def as_curl(kept: KeptRequest, address: str) -> str:
    """A command for a shell that sends the request to the port at this address. Raises NotPossible."""
    mark = secrets.token_hex()
    body = _PASSWORD_IN_SHELL.join(shlex.quote(part) for part in _text(kept, mark).split(mark))
    given = [(name, kept.headers[variable]) for variable, name in _HEADERS if variable in kept.headers]
    if not all(value.isprintable() for _, value in given):
        raise NotPossible("A header of the request has a character that no terminal shows.")
    # A header without a value is one with a semicolon for curl.
    headers = [f"-H {shlex.quote(f'{name}: {value}' if value else f'{name};')}" for name, value in given]
    return " \\\n  ".join((f"curl {shlex.quote(address)}", *headers, f"--data-raw {body}"))


def as_zeep(kept: KeptRequest, address: str) -> str:
    """A program in Python that calls the operation of the port at this address with zeep. Raises NotPossible."""
    text = _text(kept, STRUCK_OUT)
    try:
        content = ElementTree.fromstring(text).find(f"{_BODY}/*")
    except ElementTree.ParseError:
        # It knows fewer letters in names than the service does.
        raise NotPossible("Python's own library does not read the request as XML.") from None
    if kept.operation is None:
        raise NotPossible("It is for no operation of the service.")
    arguments = [] if content is None else _values_in(content, 1)
    for name, _ in arguments:
        if not name.isidentifier() or iskeyword(name):
            raise NotPossible(f"No operation has a field {name!r}.")
    return "\n".join(
        (
            *("import os", "", "from zeep import Client, xsd", "", f"client = Client({f'{address}?wsdl'!r})"),
            f"answer = client.service.{kept.operation}(",
            *(f"{_INDENT}{name}={value}," for name, value in arguments),
            ")",
            "print(answer)",
        )
    )


def _text(kept: KeptRequest, password: str) -> str:
    body = with_password(kept.body, password)
    if body is None or kept.why_incomplete is not None:
        raise NotPossible(f"Not all of the request is known. {kept.why_incomplete}")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise NotPossible("The request is not in UTF-8.") from None


def _values_in(element: ElementTree.Element, depth: int) -> list[tuple[str, str]]:
    """What an element contains, as names and Python expressions: a list where several have one name."""
    named: dict[str, list[str]] = {}
    for each in element:
        named.setdefault(each.tag.rpartition("}")[2], []).append(_value_of(each, depth))
    return [
        (name, values[0] if len(values) == 1 else _lines("[", values, "]", depth)) for name, values in named.items()
    ]


def _value_of(element: ElementTree.Element, depth: int) -> str:
    if element.get(_NIL) in ("true", "1"):
        return "xsd.Nil"
    if len(element):
        return _lines("{", [f"{name!r}: {value}" for name, value in _values_in(element, depth + 1)], "}", depth)
    text = element.text or ""
    return _PASSWORD_IN_PYTHON if text == STRUCK_OUT else repr(text)


def _lines(begin: str, values: list[str], end: str, depth: int) -> str:
    return "\n".join((begin, *(f"{_INDENT * (depth + 1)}{value}," for value in values), f"{_INDENT * depth}{end}"))
