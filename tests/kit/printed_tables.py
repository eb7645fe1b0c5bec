"""What a command prints as a table, read again."""

from __future__ import annotations

import re


def rows(printed: str) -> list[list[str]]:
    """The rows of a table, the headings first; a cell that is empty is missing, and none has two spaces in it."""
    return [re.split(" {2,}", line.strip()) for line in printed.splitlines()]


def fields(printed: str) -> dict[str, str]:
    """The table of one thing's fields: each field's value, '' where it is empty."""
    heading, *named = rows(printed)
    assert heading == ["Field", "Value"]
    return {name: value[0] if value else "" for name, *value in named}
