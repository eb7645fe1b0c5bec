"""The log: a line for each exchange, with what led to its answer and nothing that is secret."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import suppress
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from lrs_soap.clock import Clock
from lrs_soap.exchange.exchange import MAIN_WORLD, Claim, Exchange, Origin
from lrs_soap.rules.values.quotation import shortened
from lrs_soap.rules.values.sentences import sentence

_LONGEST = 200
_MOST = 20
_NOBODY = Claim(None, None)


class ExchangeLog:
    """The journal that writes a line for each exchange to a structlog logger, under the service's own time.

    Only what is listed here is written of a request: never its bytes, which may hold a password. Requests are logged
    at level info; batch records and commands at level debug, since jobs log their ends and commands print what they
    do. At level debug each line has the time that each stage took. A failure of the service itself is an error with
    its trace.
    """

    def __init__(self, logger: FilteringBoundLogger, clock: Clock, *, failures_only: bool = False) -> None:
        """`failures_only`: log what failed in the service itself, and no other exchange."""
        self._logger = logger
        self._clock = clock
        self._failures_only = failures_only
        self._is_detailed = logger.is_enabled_for(logging.DEBUG)

    def record(self, exchange: Exchange) -> None:
        """Log an exchange that is over. A log that cannot be written to raises nothing."""
        level = _level_of(exchange)
        if (self._failures_only and exchange.error is None) or not self._logger.is_enabled_for(level):
            return
        facts = {name: value for name, value in self._facts(exchange).items() if value is not None}
        if exchange.error is not None:
            facts["exc_info"] = exchange.error
        with suppress(OSError, ValueError):
            self._logger.log(level, "exchange", **facts)

    def _facts(self, exchange: Exchange) -> dict[str, object]:
        """What a line may have, in its order; None for what is not known."""
        claim, author = exchange.claim or _NOBODY, exchange.author
        organisation, user = (None, claim.user) if author is None else (author.organisation, author.user)
        reasons = [reason for decision in exchange.decisions for reason in decision.reasons]
        return {
            "time": self._clock.now().isoformat(),
            "exchange": exchange.id,
            "origin": exchange.origin.value,
            "world": None if exchange.world == MAIN_WORLD else exchange.world,
            "path": exchange.path,
            "operation": exchange.operation,
            "job": exchange.job,
            "record": exchange.record,
            # An operator is of no organisation.
            "organisation": organisation or None,
            "claimed_organisation": None if claim.organisation == organisation else _short(claim.organisation),
            "user": _short(user),
            "certificate": _short(exchange.certificate),
            "code": exchange.code,
            "reasons": [sentence(reason) for reason in reasons[:_MOST]] or None,
            "findings": [_short(finding) for finding in exchange.findings[:_MOST]] or None,
            "status": exchange.status or None,
            "milliseconds": round(exchange.milliseconds(), 2),
            "stages": _stages(exchange) if self._is_detailed else None,
        }


def _stages(exchange: Exchange) -> dict[str, float] | None:
    return {stage.value: round(taken, 3) for stage, taken in exchange.milliseconds_by_stage().items()} or None


def _level_of(exchange: Exchange) -> int:
    if exchange.origin is Origin.COMMAND:
        # A command that fails says so itself, to whoever gave it.
        return logging.DEBUG
    if exchange.error is not None:
        return logging.ERROR
    return logging.INFO if exchange.origin is Origin.SOAP else logging.DEBUG


def open_log(level: str, form: Literal["text", "json"], stream: TextIO | None = None) -> FilteringBoundLogger:
    """The service's structlog logger, which writes to `stream`, and the logging of the libraries sent there too.

    `stream` is by default standard error.
    """
    stream = stream or sys.stderr
    number = int(logging.getLevelName(level.upper()))
    logging.basicConfig(stream=stream, level=max(number, logging.WARNING), format="%(levelname)s %(name)s: %(message)s")
    # It warns of each request that waits for a thread, which is what queues are for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer() if form == "json" else _text_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
    ).bind()
    return logger


_is_bare = re.compile(r"[!#-<>-\[\]-~]+").fullmatch
# Made once: `json.dumps` makes a new one for every text that is not ASCII, which costs more than to encode it.
_readable = json.JSONEncoder(ensure_ascii=False).encode
_escaped = json.JSONEncoder().encode


def _text_line(logger: object, method: str, facts: EventDict) -> str:
    """The facts as `name=value`; quoted, on one line, whatever is not plain. The trace of a failure comes after it."""
    trace = facts.pop("exception", None)
    line = " ".join([f"{name}={_quoted(value)}" for name, value in facts.items()])
    return line if trace is None else f"{line}\n{trace}"


def _quoted(value: object) -> str:
    if isinstance(value, str):
        # The first of these is true of most values, and takes a tenth of the other's time.
        if (value.isalnum() and value.isascii()) or _is_bare(value):
            return value
        return _readable(value) if value.isprintable() else _escaped(value)
    if isinstance(value, list):
        return f"[{', '.join([_escaped(each) for each in value])}]"
    return str(value) if isinstance(value, (int, float)) else _escaped(value)


def _short(text: str | None) -> str | None:
    return None if text is None else shortened(text, _LONGEST)
