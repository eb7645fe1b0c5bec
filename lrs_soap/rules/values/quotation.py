"""Values that messages quote: a long one is shortened."""

from __future__ import annotations

LONGEST_QUOTED = 40
LONGEST_IN_FAULT = 10_000
"""The most characters of one value that a fault repeats to whoever sent it."""


def shortened(text: str, longest: int = LONGEST_QUOTED) -> str:
    """`text`, or its first `longest` characters and an ellipsis if it has more."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def printable(text: str) -> str:
    """`text`, with escapes in place of the characters that would move a terminal's cursor, or be seen as nothing."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def quoted(text: str) -> str:
    """`text` in single quotes, as a fault quotes what was sent."""
    return f"'{shortened(text, LONGEST_IN_FAULT)}'"
