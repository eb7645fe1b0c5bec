"""What C++ cannot tell at run time, as a header made from those that soapcpp2 makes: what a proxy's structures have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_STRUCTURE = re.compile(
    r"^(?:class|struct) SOAP_CMAC (?!__)(?P<name>\w+)(?: : public (?P<parent>\w+))? \{\n(?P<body>.*?)^\};",
    re.MULTILINE | re.DOTALL,
)
_MEMBER = re.compile(r"^ {8}(?:enum )?(?P<type>\w+) \**(?P<name>\w+);$", re.MULTILINE)
# What can be written as text has a function that reads it.
_SCALAR = re.compile(r"int SOAP_FMAC4S soap_s2(?P<name>\w+)\(struct soap\*, const char\*, (?P<type>[\w ]+) \*\);")
# The proxy has each operation several times over, with and without an address, sent and received apart.
_OPERATION = re.compile(r"virtual int (?!soap_|send_|recv_)(\w+)\(const char \*soap_endpoint_url")


def proxy_header(folder: Path) -> str:
    """The header for the one proxy that soapcpp2 has made in a folder.

    It has the type Proxy, the macros OPERATIONS(EACH) and SCALARS(EACH), and for each structure a function `fields`
    that calls a visitor with the name and a reference, for a list the size and the items, of each field.
    """
    (proxy,) = folder.glob("soap*Proxy.h")
    (namespaces,) = folder.glob("*.nsmap")
    operations = _OPERATION.findall(proxy.read_text())
    scalars = [f"{each['name']}, {each['type']}" for each in _SCALAR.finditer((folder / "soapH.h").read_text())]
    lines = [
        f'#include "{namespaces.name}"',
        f'#include "{proxy.name}"',
        f"using Proxy = {namespaces.stem}Proxy;",
        f"#define OPERATIONS(EACH) {_each(operations)}",
        f"#define SCALARS(EACH) {_each(scalars)}",
        *_structures((folder / "soapStub.h").read_text()),
    ]
    return "\n".join(lines) + "\n"


def _each(arguments: list[str]) -> str:
    return " ".join(f"EACH({each})" for each in arguments)


def _structures(stub: str) -> Iterator[str]:
    for structure in _STRUCTURE.finditer(stub):
        yield "template <class Visitor>"
        yield f"void fields({structure['name']} &structure, Visitor &visit) {{"
        if structure["parent"]:
            yield f"    fields(static_cast<{structure['parent']} &>(structure), visit);"
        yield from _visits(structure["body"])
        yield "}"


def _visits(body: str) -> Iterator[str]:
    members = {each["name"]: each["type"] for each in _MEMBER.finditer(body)}
    for name, kind in members.items():
        if name.startswith("__") or kind in ("soap", "void"):
            continue
        size = f"structure.__size{name}, " if f"__size{name}" in members else ""
        yield f'    visit("{name}", {size}structure.{name});'
