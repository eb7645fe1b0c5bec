"""Numbers, quotations and lines as commands print them."""

from __future__ import annotations

from lrs_soap.rules.values.quotation import printable, shortened


def counted(number: int, noun: str) -> str:
    """A number and its noun: `1 learner`, `2 learners`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def one_line(text: str) -> str:
    """The text on one line, without characters that would move a terminal's cursor."""
    return printable(" ".join(text.split()))


def quoted(value: str) -> str:
    """A value in quotation marks, shortened if it is long."""
    return f"'{shortened(value)}'"
