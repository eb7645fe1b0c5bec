"""The tier level of a learner: how well the person's identity has been verified."""

from __future__ import annotations

_LOWEST = ("0", "1")


def tier_level(verification_type: str | None) -> str:
    """The TierLevel that goes with a VerificationType.

    | VerificationType | TierLevel |
    |---|---|
    | none, 0, 1 (relationship with school) | 0 |
    | any other | 2 |
    """
    return "0" if verification_type is None or verification_type in _LOWEST else "2"
