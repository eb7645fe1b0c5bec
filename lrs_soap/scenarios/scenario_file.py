"""A file of scenarios, in TOML: `[[scenario]]`, and below it the fields that the control interface takes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lrs_soap.errors import InvalidRecord, InvalidSetting, NotPossible
from lrs_soap.scenarios.checking import checked
from lrs_soap.scenarios.scenario import Scenario

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ALL = "all"
"""What `times` has in a file where it is null in JSON, which TOML has no word for."""

_TABLE = "scenario"
_HEADER = re.compile(r"\s*\[\[\s*scenario\s*\]\]")


def read(path: Path) -> dict[str, str]:
    """The scenarios of a file, by name, each as its definition in JSON. Raises InvalidSetting, which says the line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidSetting(f"The file of scenarios {path} cannot be read: {reason}.") from None
    return parse(text, f"The file of scenarios {path}")


def is_json(text: str) -> bool:
    """Whether a text of scenarios is meant as JSON: an object or a list; otherwise it is TOML."""
    beginning = text.lstrip()[:2]
    return beginning.startswith(("{", "[")) and beginning != "[["


def parse(text: str, source: str) -> dict[str, str]:
    """As `read`, of a text in TOML. `source` is what the error calls it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Python's own message says the line and column, and has no full stop.
        raise InvalidSetting(f"{source} is not TOML: {error}.") from None
    tables = content.get(_TABLE, [])
    if content.keys() - {_TABLE} or not isinstance(tables, list):
        raise InvalidSetting(f"{source} has to have [[{_TABLE}]] tables, and nothing else.")
    definitions: dict[str, str] = {}
    for table, lines in zip(tables, _lines_of(text), strict=False):
        scenario = _scenario(table, source, lines)
        if scenario.name in definitions:
            raise _wrong(source, lines, "name", f"there is a scenario {scenario.name!r} before")
        definitions[scenario.name] = json.dumps(scenario.definition())
    return definitions


def _scenario(table: Any, source: str, lines: Mapping[int, str]) -> Scenario:
    given = {**table, "times": None} if isinstance(table, dict) and table.get("times") == ALL else table
    try:
        return checked(Scenario.model_validate(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise _wrong(source, lines, field, first["msg"]) from None
    except InvalidRecord as error:
        raise _wrong(source, lines, error.field, error.reason) from None
    except NotPossible as error:
        raise _wrong(source, lines, "name", str(error).rstrip(".")) from None


def _lines_of(text: str) -> Iterator[dict[int, str]]:
    """The lines of each table, by their numbers, from its header on."""
    lines: dict[int, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if _HEADER.match(line):
            if lines is not None:
                yield lines
            lines = {}
        if lines is not None:
            lines[number] = line
    yield lines or {}


def _wrong(source: str, lines: Mapping[int, str], field: str, reason: str) -> InvalidSetting:
    """The error about a field of a table, with the line that has it, or that of the table."""
    names = [each for each in field.split(".") if each.isidentifier()]
    keys = (re.compile(rf"(?<![\w-]){name}\s*[=\]]") for name in reversed(names))
    found = (number for key in keys for number, line in lines.items() if key.search(line))
    line = next(found, next(iter(lines), 1))
    return InvalidSetting(f"{source} is wrong in line {line}: {field or 'scenario'}: {reason}.")
