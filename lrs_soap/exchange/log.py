"""The log: a line for each exchange, with what led to its answer and nothing that is secret."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import suppress
from typing import Any, Literal, TextIO

import structlog

from lrs_soap.clock import Clock
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.rules.values.sentences import sentence

_LONGEST = 200
_MOST = 20


class ExchangeLog:
    """Writes exchanges to a structlog logger, under the service's own time.

    Of a request only what is listed here is written: never its bytes, which hold a password.
    """

    def __init__(self, logger: Any, clock: Clock, *, failures_only: bool = False) -> None:
        """`failures_only`: log what failed in the service itself, and no other exchange."""
        self._logger = logger
        self._clock = clock
        self._failures_only = failures_only

    def __call__(self, exchange: Exchange) -> None:
        """Log an exchange that is over: at level info, a failure of the service itself as an error with its trace.

        A log that cannot be written is no reason to withhold an answer: nothing is raised then.
        """
        if self._failures_only and exchange.error is None:
            return
        facts = {
            "time": self._clock.now().isoformat(),
            "exchange": exchange.id,
            "path": exchange.path,
            "operation": exchange.operation,
            "organisation": _short(exchange.organisation),
            "user": _short(exchange.user),
            "certificate": _short(exchange.certificate),
            "code": exchange.code,
            "reasons": [sentence(reason) for reason in exchange.reasons[:_MOST]] or None,
            "findings": [_short(finding) for finding in exchange.findings[:_MOST]] or None,
            "status": exchange.status,
            "milliseconds": round(exchange.milliseconds(), 2),
        }
        given = {name: value for name, value in facts.items() if value is not None}
        with suppress(OSError, ValueError):
            if exchange.error is None:
                self._logger.info("exchange", **given)
            else:
                self._logger.error("exchange", **given, exc_info=exchange.error)


def open_log(level: str, form: Literal["text", "json"], stream: TextIO = sys.stderr) -> Any:
    """The service's structlog logger, which writes to `stream`, and the logging of the libraries sent there too."""
    number = int(logging.getLevelName(level.upper()))
    logging.basicConfig(stream=stream, level=max(number, logging.WARNING), format="%(levelname)s %(name)s: %(message)s")
    # It warns of each request that waits for a thread, which is what queues are for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer() if form == "json" else _text_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
    ).bind()


_is_bare = re.compile(r"[!#-<>-\[\]-~]+").fullmatch


def _text_line(logger: object, method: str, facts: structlog.typing.EventDict) -> str:
    """The facts as `name=value`; quoted, on one line, whatever is not plain. The trace of a failure comes after it."""
    trace = facts.pop("exception", None)
    line = " ".join([f"{name}={_quoted(value)}" for name, value in facts.items()])
    return line if trace is None else f"{line}\n{trace}"


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        if _is_bare(value):
            return value
        return json.dumps(value, ensure_ascii=not value.isprintable())
    return str(value) if isinstance(value, (int, float)) else json.dumps(value)


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
