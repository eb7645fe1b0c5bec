"""Enquiry references: the ULN that a challenge is about, `-`, and its number among the challenges of that ULN."""

from __future__ import annotations

import re
from typing import NamedTuple

from lrs_soap.rules.values import uln as ulns

_SHAPE = re.compile("([0-9]{10})-([1-9][0-9]{0,8})")


class Reference(NamedTuple):
    """A reference. Numbers begin at 1."""

    uln: str
    number: int

    def __str__(self) -> str:
        return f"{self.uln}-{self.number}"


def parse(text: str) -> Reference | None:
    """The reference that `text` is, white space around it aside; None if it is none."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not ulns.is_valid(found[1]):
        return None
    return Reference(found[1], int(found[2]))
