"""Read the tables that commands print."""

from __future__ import annotations

import re


def rows(printed: str) -> list[list[str]]:
    """Return the rows of a table, the headings first. Empty cells are missing; no cell may hold two spaces."""
    return [re.split(" {2,}", line.strip()) for line in printed.splitlines()]


def fields(printed: str) -> dict[str, str]:
    """Return the values of a table of fields, by field; '' if a value is empty."""
    heading, *named = rows(printed)
    assert heading == ["Field", "Value"]
    return {name: value[0] if value else "" for name, *value in named}
