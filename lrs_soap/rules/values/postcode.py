"""Postcodes: how they are compared, and how they are returned whatever was sent."""

from __future__ import annotations

UNKNOWN = "ZZ999ZZ"
"""The identity key of the postcode of a learner whose postcode nobody knows."""

_BFPO = "BFPO"


def identity_key(text: str) -> str:
    """The identity key of a postcode: in capitals, without spaces. The key of a key is itself."""
    return "".join(text.upper().split())


def as_returned(text: str) -> str:
    """The postcode as every answer gives it: in capitals, with one space, wherever spaces were in `text`.

    The space stands before the last three characters, and after BFPO in the forces' postcodes: `CV4 9EE`, `BFPO 12`.
    """
    key = identity_key(text)
    at = len(_BFPO) if key.startswith(_BFPO) else max(len(key) - 3, 0)
    return f"{key[:at]} {key[at:]}".strip()
