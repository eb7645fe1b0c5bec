"""The error of a benchmark."""

from __future__ import annotations


class BenchFailed(Exception):
    """A figure could not be measured; the message says why."""
