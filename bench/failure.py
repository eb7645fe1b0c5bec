"""What goes wrong in a benchmark."""

from __future__ import annotations


class BenchFailed(Exception):
    """A figure could not be had; the message says why."""
