"""Values that messages quote: a long one is shortened."""

from __future__ import annotations

LONGEST_QUOTED = 40


def shortened(text: str, longest: int = LONGEST_QUOTED) -> str:
    """`text`, or its first `longest` characters and an ellipsis if it has more."""
    return text if len(text) <= longest else f"{text[:longest]}…"
