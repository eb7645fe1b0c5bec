"""The two forms of the log's lines: `name=value` as text, and objects in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, Protocol, TypeAlias

LogFormat: TypeAlias = Literal["text", "json"]
Fact: TypeAlias = tuple[str, object]


class LineForm(Protocol):
    """How facts become a line. Runs of facts are put into words by themselves, because some come again and again."""

    def fact(self, name: str, value: object) -> str:
        """One of a line's facts."""
        ...

    def run(self, facts: Iterable[Fact]) -> str:
        """Some of a line's facts, in their order."""
        ...

    def joined(self, *runs: str) -> str:
        """Several runs as one."""
        ...

    def line(self, run: str, trace: str | None) -> str:
        """The line of this run, without its end. A `trace` is where something has failed, on several lines."""
        ...

    def exchange(
        self, beginning: str, exchange_id: str, facts: str, milliseconds: float, end: str, trace: str | None
    ) -> str:
        """The line of an exchange: between two runs its id, a run of its facts, and its milliseconds to two places.

        An id has nothing but letters and digits.
        """
        ...


class TextForm:
    """The facts as `name=value`, quoted unless they are plain. A trace follows on lines of its own."""

    def fact(self, name: str, value: object) -> str:
        return f"{name}={_quoted(value)}"

    def run(self, facts: Iterable[Fact]) -> str:
        return " ".join([f"{name}={_quoted(value)}" for name, value in facts])

    def joined(self, *runs: str) -> str:
        return " ".join(runs)

    def line(self, run: str, trace: str | None) -> str:
        return run if trace is None else f"{run}\n{trace}"

    def exchange(
        self, beginning: str, exchange_id: str, facts: str, milliseconds: float, end: str, trace: str | None
    ) -> str:
        # As `round` has it, in half the time.
        hundredths = f"{milliseconds:.2f}".removesuffix("0")
        run = f"{beginning} exchange={exchange_id} {facts} milliseconds={hundredths} {end}"
        return run if trace is None else self.line(run, trace)


class JsonForm:
    """The facts as members of an object, and a trace as its last one, `exception`."""

    def fact(self, name: str, value: object) -> str:
        return f"{escaped(name)}: {escaped(value)}"

    def run(self, facts: Iterable[Fact]) -> str:
        return ", ".join([f"{escaped(name)}: {escaped(value)}" for name, value in facts])

    def joined(self, *runs: str) -> str:
        return ", ".join(runs)

    def line(self, run: str, trace: str | None) -> str:
        return f"{{{run}}}" if trace is None else f"{{{run}, {self.fact('exception', trace)}}}"

    def exchange(
        self, beginning: str, exchange_id: str, facts: str, milliseconds: float, end: str, trace: str | None
    ) -> str:
        hundredths = f"{milliseconds:.2f}".removesuffix("0")
        run = f'{beginning}, "exchange": "{exchange_id}", {facts}, "milliseconds": {hundredths}, {end}'
        return self.line(run, trace)


def form_of(log_format: LogFormat) -> LineForm:
    """The form that the setting names."""
    return JsonForm() if log_format == "json" else TextForm()


_is_bare = re.compile(r"[!#-<>-\[\]-~]+").fullmatch
# Made once, because `json.dumps` makes an encoder on every call that does not escape, which costs more than encoding.
_readable = json.JSONEncoder(ensure_ascii=False).encode
escaped = json.JSONEncoder(default=repr).encode
"""A value in JSON, in ASCII alone. What JSON has no form for is as Python shows it."""


def _quoted(value: object) -> str:
    if isinstance(value, str):
        # This holds for most values, and takes less time than a look for a text that was quoted before.
        return value if value.isalnum() and value.isascii() else _quoted_text(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_listed_text, value))}]"
    return str(value) if isinstance(value, (int, float)) else escaped(value)


# The same users, paths and reasons come again with the next requests.
@lru_cache(maxsize=1024)
def _quoted_text(text: str) -> str:
    return text if _is_bare(text) else _listed_text(text)


@lru_cache(maxsize=1024)
def _listed_text(text: str) -> str:
    return _readable(text) if text.isprintable() else escaped(text)
