"""The log: one line for each exchange, with the reasons for its answer and without secrets."""

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

_LONGEST_TEXT = 200
_MOST_LISTED = 20
_NOBODY = Claim(None, None)


class ExchangeLog:
    """A journal that writes a line for each exchange to a structlog logger, with the time on the service's clock.

    It writes only the facts that `_facts` lists, and never the bytes of a request, which may hold a password. Requests
    have level info. Batch records and commands have level debug, because jobs log their end and commands print what
    they do. A failure of the service has level error, and its trace. At level debug, a line says how long each stage
    took.
    """

    def __init__(self, logger: FilteringBoundLogger, clock: Clock, *, failures_only: bool = False) -> None:
        """`failures_only`: log failures of the service and nothing else."""
        self._logger = logger
        self._clock = clock
        self._failures_only = failures_only
        self._is_detailed = logger.is_enabled_for(logging.DEBUG)

    def record(self, exchange: Exchange) -> None:
        """Log an exchange that is over. Ignores a log that cannot be written."""
        level = _level_of(exchange)
        if (self._failures_only and exchange.error is None) or not self._logger.is_enabled_for(level):
            return
        facts = {name: value for name, value in self._facts(exchange).items() if value is not None}
        if exchange.error is not None:
            facts["exc_info"] = exchange.error
        with suppress(OSError, ValueError):
            self._logger.log(level, "exchange", **facts)

    def _facts(self, exchange: Exchange) -> dict[str, object]:
        """The facts that a line may have, in order. Those that are None are left out."""
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
            # An operator belongs to no organisation.
            "organisation": organisation or None,
            "claimed_organisation": None if claim.organisation == organisation else _short(claim.organisation),
            "user": _short(user),
            "certificate": _short(exchange.certificate),
            "code": exchange.code,
            "reasons": [sentence(reason) for reason in reasons[:_MOST_LISTED]] or None,
            "findings": [_short(finding) for finding in exchange.findings[:_MOST_LISTED]] or None,
            "status": exchange.status or None,
            "milliseconds": round(exchange.milliseconds(), 2),
            "stages": _stages(exchange) if self._is_detailed else None,
        }


def _stages(exchange: Exchange) -> dict[str, float] | None:
    return {stage.value: round(taken, 3) for stage, taken in exchange.milliseconds_by_stage().items()} or None


def _level_of(exchange: Exchange) -> int:
    if exchange.origin is Origin.COMMAND:
        # A command reports its own failure to the person who typed it.
        return logging.DEBUG
    if exchange.error is not None:
        return logging.ERROR
    return logging.INFO if exchange.origin is Origin.SOAP else logging.DEBUG


def open_log(level: str, form: Literal["text", "json"], stream: TextIO | None = None) -> FilteringBoundLogger:
    """A structlog logger that writes to `stream`, by default standard error.

    It also sends there what libraries log, from level warning on.
    """
    stream = stream or sys.stderr
    number = int(logging.getLevelName(level.upper()))
    logging.basicConfig(stream=stream, level=max(number, logging.WARNING), format="%(levelname)s %(name)s: %(message)s")
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
# Made once, because `json.dumps` makes an encoder on every call that does not escape, which costs more than encoding.
_readable = json.JSONEncoder(ensure_ascii=False).encode
_escaped = json.JSONEncoder().encode


def _text_line(logger: object, method: str, facts: EventDict) -> str:
    """The facts as `name=value` on one line, quoted unless they are plain. A trace follows on lines of its own."""
    trace = facts.pop("exception", None)
    line = " ".join([f"{name}={_quoted(value)}" for name, value in facts.items()])
    return line if trace is None else f"{line}\n{trace}"


def _quoted(value: object) -> str:
    if isinstance(value, str):
        # The first test holds for most values, and takes a tenth of the second one's time.
        if (value.isalnum() and value.isascii()) or _is_bare(value):
            return value
        return _readable(value) if value.isprintable() else _escaped(value)
    if isinstance(value, list):
        return f"[{', '.join([_escaped(each) for each in value])}]"
    return str(value) if isinstance(value, (int, float)) else _escaped(value)


def _short(text: str | None) -> str | None:
    return None if text is None else shortened(text, _LONGEST_TEXT)
