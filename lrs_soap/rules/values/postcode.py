"""Postcodes: how the service compares them, and how it returns them, whatever was sent."""

from __future__ import annotations

from functools import lru_cache

UNKNOWN = "ZZ999ZZ"
"""The identity key of ZZ99 9ZZ, the postcode of a learner whose postcode is not known."""

_BFPO = "BFPO"


# The same postcodes come again with the next requests.
@lru_cache(maxsize=8192)
def identity_key(text: str) -> str:
    """The identity key of a postcode: in capitals, without spaces. A key is its own key."""
    return "".join(text.upper().split())


@lru_cache(maxsize=8192)
def as_returned(text: str) -> str:
    """The postcode as every answer has it: in capitals, with one space, wherever `text` has spaces.

    The space comes before the last three characters, or after BFPO: `CV4 9EE`, `BFPO 12`.
    """
    key = identity_key(text)
    at = len(_BFPO) if key.startswith(_BFPO) else max(len(key) - 3, 0)
    return f"{key[:at]} {key[at:]}".strip()
