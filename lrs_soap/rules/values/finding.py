"""What is wrong with something that was sent: a sentence, with and without the value that it is about."""

from __future__ import annotations

ELLIPSIS = "'…'"
"""Stands in a sentence where a value is left out."""


class Finding(str):
    """A sentence that quotes what was sent, and the same sentence without it. A plain text quotes nothing."""

    __slots__ = ("without_values",)

    without_values: str

    def __new__(cls, sentence: str, without_values: str) -> Finding:
        finding = super().__new__(cls, sentence)
        finding.without_values = without_values
        return finding


def without_values(sentence: str) -> str:
    """A sentence that may be a Finding, without the values that it quotes."""
    return sentence.without_values if isinstance(sentence, Finding) else sentence
