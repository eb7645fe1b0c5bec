"""Failures as the log tells them: what kind, and where, and nothing that they say.

What an exception says may quote what a caller has sent, password and all, whichever library has raised it.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from lrs_soap.errors import StoreUnavailable

_HEADING = "Traceback (most recent call last):"
_AND_THEN = "\n\nDuring handling of the above exception, another exception occurred:\n\n"
# Of an endless recursion, and of causes that go round in a circle.
_MOST_PLACES = 50
_MOST_CAUSES = 10


def trace_of(error: BaseException) -> str:
    """The places of an exception and of those that led to it, as Python writes them, and their types."""
    return _AND_THEN.join(map(_trace, reversed(list(_chain(error)))))


def _chain(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if at is None:
            return
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _trace(error: BaseException) -> str:
    places = "".join(traceback.format_tb(error.__traceback__, -_MOST_PLACES))
    return f"{_HEADING}\n{places}{_kind(error)}"


def _kind(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    said = _safe_words(error)
    return f"{name}: {said}" if said else name


def _safe_words(error: BaseException) -> str | None:
    """What is known to quote nothing of a request: our own words, the system's, and the databases' codes."""
    if isinstance(error, StoreUnavailable):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return code if isinstance(code, str) else None
