"""VersionNumber: counts the changes of a learner, from 1, and is an xs:int in every message."""

from __future__ import annotations

LARGEST = 2**31 - 1

LARGEST_LOADED = LARGEST - 1
"""The largest with which a learner can be loaded, so that at least one change can be told."""


def next_after(version: int) -> int:
    """The version of a learner who is changed; the largest one stays."""
    return min(version + 1, LARGEST)
