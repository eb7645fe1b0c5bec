"""The log: one line for each exchange, with the reasons for its answer and without secrets."""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from lrs_soap.clock import Clock, RealClock, SteeredClock
from lrs_soap.exchange.exchange import MAIN_WORLD, Claim, Exchange, Origin
from lrs_soap.exchange.failures import trace_of
from lrs_soap.exchange.line_forms import LineForm, LogFormat, escaped, form_of
from lrs_soap.exchange.log_sink import LogSink, Sink, StreamSink
from lrs_soap.exchange.secrets import passwords_in, strike_out
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.finding import without_values
from lrs_soap.rules.values.quotation import shortened
from lrs_soap.rules.values.sentences import sentence

_LONGEST_TEXT = 200
_MOST_LISTED = 20
_SHOWN = (Origin.SOAP, Origin.CONTROL, Origin.PORTAL, Origin.CONSOLE)
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.ERROR: "error"}
_NOBODY = Claim(None, None)
_OURS = "lrs_soap"
# At the end of a process, for what could not be written before.
_LAST_SECONDS = 0.5


class Log(FilteringBoundLogger, Protocol):
    """A structlog logger that also hands out what its lines are written by.

    Each request has a line, and structlog's way to it takes longer than to write it.
    """

    @property
    def lines(self) -> Lines: ...


class ExchangeLog:
    """A journal that writes a line for each exchange to a log, with the machine's time, and the world's beside it.

    It writes only the facts of `_in_words`, the exchange's id and its times, and never the bytes of a request, which
    may hold a password. Requests have level info, and so has what is done by the control interface and on the portal.
    Batch records and commands have level debug, because jobs log their end and commands print what they do. A failure
    of the service has level error, and its trace. At level debug, a line says how long each stage took.
    """

    def __init__(self, log: Log, clock: Clock, *, failures_only: bool = False, values: bool = False) -> None:
        """`clock` is the world's: its time is `world_time`, beside the machine's, where it is steered away from that.

        `failures_only`: log failures of the service and nothing else. `values`: quote the values that were wrong.
        """
        self._form, self._write = log.lines.form, log.lines.sink.write
        # What the logger was bound to, such as the number of the process, comes first.
        self._bound = structlog.get_context(log)
        # The end of a line, for those exchanges that have one: by origin, of such as have failed and of others.
        self._ends_of_failed = self._ends_of(log, has_failed=True)
        self._ends = {} if failures_only else self._ends_of(log, has_failed=False)
        self._world_clock = clock if isinstance(clock, SteeredClock) else None
        self._clock = clock if self._world_clock is None else RealClock()
        self._values = values
        self._is_detailed = log.is_enabled_for(logging.DEBUG)
        self._last_beginning = (datetime.min, "")
        # The next requests ask the same of the same for the same.
        self._kept_words: Callable[..., str] = lru_cache(maxsize=1024)(self._in_words)

    def record(self, exchange: Exchange) -> None:
        """Log an exchange that is over."""
        error = exchange.error
        end = (self._ends if error is None else self._ends_of_failed).get(exchange.origin)
        if end is None:
            return
        form, world_clock, beginning = self._form, self._world_clock, self._beginning()
        if world_clock is not None and not world_clock.is_real:
            beginning = form.joined(beginning, form.fact("world_time", world_clock.now().isoformat()))
        if self._is_detailed and exchange.stages:
            end = form.joined(form.fact("stages", _stages(exchange)), end)
        trace = None if error is None else trace_of(error)
        facts = self._words_of(exchange)
        line = form.exchange(beginning, exchange.id, facts, exchange.milliseconds(), end, trace)
        self._write(f"{line}\n", may_wait=True)

    def _ends_of(self, log: Log, *, has_failed: bool) -> dict[Origin, str]:
        levels = {origin: _level_of(origin, has_failed=has_failed) for origin in Origin}
        return {
            origin: self._form.run((("event", "exchange"), ("level", _LEVELS[level])))
            for origin, level in levels.items()
            if log.is_enabled_for(level)
        }

    def _words_of(self, exchange: Exchange) -> str:
        """The facts of an exchange in words."""
        claim, author = exchange.claim or _NOBODY, exchange.author
        claimed, user = claim
        organisation = None
        if author is not None:
            organisation, user = author.organisation, author.user
        if claimed == organisation:
            claimed = None
        request, findings, values = exchange.request, exchange.findings, self._values
        is_quoted = bool(findings) or claimed is not None
        sentences = []
        for reason in _first_reasons(exchange):
            sentences.append(sentence(reason, with_values=values))
            if reason.findings:
                is_quoted = True
        # A password could be repeated where something of the request is quoted besides the user. Of a request in good
        # order it is not, and hardly any user is called by the password: its name then stands there once, as it is.
        secrets: tuple[str, ...] = ()
        if is_quoted or (user and request.count(user.encode("utf-8", "replace")) != 1):
            secrets = passwords_in(request)
        told_findings: tuple[str, ...] = ()
        if is_quoted:
            claimed = None if claimed is None else self._told(claimed, secrets)
            told_findings = tuple([self._told(finding, secrets) for finding in findings[:_MOST_LISTED]])
        if secrets:
            sentences = [strike_out(each, secrets) for each in sentences]
        if user is not None and (secrets or len(user) > _LONGEST_TEXT):
            user = self._told(user, secrets)
        # What quotes something of a request can be long, and seldom comes again.
        in_words = self._in_words if is_quoted else self._kept_words
        return in_words(
            exchange.origin,
            exchange.world,
            exchange.path,
            exchange.operation,
            exchange.job,
            exchange.record,
            organisation,
            claimed,
            user,
            None if exchange.certificate is None else shortened(exchange.certificate, _LONGEST_TEXT),
            exchange.code,
            exchange.scenario,
            tuple(sentences),
            told_findings,
            exchange.status,
        )

    def _in_words(
        self,
        origin: Origin,
        world: str,
        path: str | None,
        operation: str | None,
        job: int | None,
        record: int | None,
        organisation: str | None,
        claimed: str | None,
        user: str | None,
        certificate: str | None,
        code: str | None,
        scenario: str | None,
        reasons: tuple[str, ...],
        findings: tuple[str, ...],
        status: int,
    ) -> str:
        facts = (
            ("origin", origin.value),
            ("world", None if world == MAIN_WORLD else world),
            ("path", path),
            ("operation", operation),
            ("job", job),
            ("record", record),
            # An operator belongs to no organisation.
            ("organisation", organisation or None),
            ("claimed_organisation", claimed),
            ("user", user),
            ("certificate", certificate),
            ("code", code),
            ("scenario", scenario),
            ("reasons", reasons or None),
            ("findings", findings or None),
            ("status", status or None),
        )
        return self._form.run([fact for fact in facts if fact[1] is not None])

    def _told(self, text: str, secrets: tuple[str, ...]) -> str:
        return shortened(strike_out(text if self._values else without_values(text), secrets), _LONGEST_TEXT)

    def _beginning(self) -> str:
        """The beginning of a line up to the clock's time, which is put into words once for each of its moments."""
        now = self._clock.now()
        moment, run = self._last_beginning
        if moment is not now:
            run = self._form.run((*self._bound.items(), ("time", now.isoformat())))
            self._last_beginning = (now, run)
        return run


def times(world_clock: Clock) -> dict[str, str]:
    """The `time` of a line about a world and, where its clock is steered away from the machine's, the `world_time`."""
    now = world_clock.now().isoformat()
    if isinstance(world_clock, SteeredClock) and not world_clock.is_real:
        return {"time": RealClock().now().isoformat(), "world_time": now}
    return {"time": now}


def _first_reasons(exchange: Exchange) -> tuple[Reason, ...]:
    """As many of an exchange's reasons as a line lists."""
    decisions = exchange.decisions
    if len(decisions) == 1 and exchange.scenario is None:
        # As nearly every request has it.
        return decisions[0].reasons[:_MOST_LISTED]
    return exchange.all_reasons()[:_MOST_LISTED]


def _stages(exchange: Exchange) -> dict[str, float]:
    return {stage.value: round(taken, 3) for stage, taken in exchange.milliseconds_by_stage().items()}


def _level_of(origin: Origin, *, has_failed: bool) -> int:
    if origin is Origin.COMMAND:
        # A command reports its own failure to the person who typed it.
        return logging.DEBUG
    if has_failed:
        return logging.ERROR
    return logging.INFO if origin in _SHOWN else logging.DEBUG


def open_log(level: str, form: LogFormat, stream: TextIO | None = None) -> Log:
    """The log of a command: a structlog logger that writes to `stream`, by default standard error.

    It also sends there what libraries log, from level warning on. A line that does not say the time gets the machine's.
    """
    logger = _logger_to(StreamSink(stream or sys.stderr), level, form, RealClock())
    _take_from_libraries(logger, level)
    return logger


class ProcessLog:
    """The log of a process that serves, on standard error, and of those that it forks.

    Nothing waits for it, whatever has become of it (log_sink.py). Everything in it has the same form: what the service
    says, what libraries log or warn of, and what any part of the process prints to standard error.
    """

    def __init__(self, level: str, form: LogFormat, clock: Clock, *, lose: Callable[[], None] = lambda: None) -> None:
        """`clock` tells the time of lines that do not say it themselves. `lose` is told of each line that is lost."""
        self._form = form
        self._clock = clock
        self._sink = LogSink(_descriptor_of(sys.stderr), notice=self._lost, lose=lose)
        self.logger = _logger_to(self._sink, level, form, clock)
        """A structlog logger."""
        self._printed = _Printed(self._print)
        _take_from_libraries(self.logger, level)

    @property
    def lost(self) -> int:
        """How many lines this process has lost so far, because they could not be written."""
        return self._sink.lost

    def begin_again(self) -> None:
        """To be called first in a process that was just forked."""
        self._sink.begin_again()

    def flush_before_answers(self) -> Callable[[], object]:
        """A function to be called before answers are sent, for which the lines of their exchanges wait from now on."""
        self._sink.is_flushed = True
        return self._sink.flush

    def flush(self) -> bool:
        """Write what could not be written before, as far as that can be done now; whether nothing is left.

        To be called about every second, and every `log_sink.RETRY_SECONDS` while something is left.
        """
        return self._sink.flush()

    def announce(self, event: str, sentence: str, **facts: str) -> None:
        """Write a sentence for the person who has started the process, whatever the level: in JSON with facts."""
        self._sink.write(
            f"{self._json(event, 'info', message=sentence, **facts)}\n" if self._form == "json" else f"{sentence}\n"
        )

    @contextmanager
    def taking_what_is_printed(self) -> Iterator[None]:
        """In this block, what is printed to standard error goes into the log, and warnings as libraries' lines do.

        At its end all that can be written is written.
        """
        held = (sys.stderr, sys.unraisablehook, threading.excepthook, warnings.showwarning)
        sys.stderr = self._printed
        sys.unraisablehook = threading.excepthook = self._log_failure
        warnings.showwarning = self._log_warning
        try:
            yield
        finally:
            sys.stderr, sys.unraisablehook, threading.excepthook, warnings.showwarning = held
            self._sink.finish(_LAST_SECONDS)

    def finish(self) -> None:
        """Write what could not be written before, and wait a little for that; for the end of a forked process."""
        self._sink.finish(_LAST_SECONDS)

    def _log_failure(self, failure: Any) -> None:
        """Log what Python would print with the exception's words, which may quote what a caller has sent.

        `failure` has the exception as `exc_value`: of a thread, or where nobody could be told of it.
        """
        if not isinstance(failure.exc_value, SystemExit):
            self.logger.error("failure", exc_info=failure.exc_value)

    def _log_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """What `warnings` would print, but for its words."""
        self.logger.warning("library", warning=category.__name__, place=f"{filename}:{lineno}")

    def _print(self, line: str) -> None:
        self._sink.write(f"{self._json('printed', 'warning', message=line)}\n" if self._form == "json" else f"{line}\n")

    def _lost(self, lines: int) -> str:
        if self._form == "json":
            return f"{self._json('log', 'warning', lost=lines)}\n"
        return f"time={self._clock.now().isoformat()} lost={lines} event=log level=warning\n"

    def _json(self, event: str, level: str, **facts: object) -> str:
        return escaped({"time": self._clock.now().isoformat(), **facts, "event": event, "level": level})


def line_of(form: LogFormat, event: str, sentence: str, *, level: str) -> str:
    """A sentence for the person who starts a program, in the form of the program's log, which is not open yet."""
    if form == "text":
        return sentence
    return escaped({"time": RealClock().now().isoformat(), "message": sentence, "event": event, "level": level})


class _Printed(io.TextIOBase):
    """A stream in the place of standard error, which hands on each whole line."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._take(line)
        return len(text)


class _FromLibraries(logging.Handler):
    """Logs that a library has logged something, where, and about which failure.

    Its words may quote what a caller has sent, so they are left out, except those into which the library has put values
    of its own: these are told without the values. What lrs-soap itself logs is told as it is.
    """

    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._logger = logger

    def handle(self, record: logging.LogRecord) -> bool:
        # Without the lock of other handlers, which nobody shall wait for.
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, Any] = {"logger": record.name, "place": f"{record.pathname}:{record.lineno}"}
        if record.name.startswith(_OURS):
            facts["message"], _, trace = record.getMessage().partition("\n")
            facts |= {"exception": trace} if trace else {}
        elif record.args:
            facts["message"] = shortened(str(record.msg), _LONGEST_TEXT)
        if record.exc_info and record.exc_info[1] is not None:
            facts["exc_info"] = record.exc_info[1]
        level = logging.ERROR if record.levelno >= logging.ERROR else logging.WARNING
        self._logger.log(level, "library", **facts)


def _take_from_libraries(logger: FilteringBoundLogger, level: str) -> None:
    number = max(int(logging.getLevelName(level.upper())), logging.WARNING)
    root = logging.getLogger()
    for each in root.handlers[:]:
        if isinstance(each, _FromLibraries):
            root.removeHandler(each)
    logging.basicConfig(handlers=[_FromLibraries(logger)], level=number)


def _logger_to(sink: Sink, level: str, form: LogFormat, clock: Clock) -> Log:
    def add_time(logger: object, method: str, facts: EventDict) -> EventDict:
        return facts if "time" in facts else {"time": clock.now().isoformat(), **facts}

    lines = Lines(sink, form_of(form))
    filtering = structlog.make_filtering_bound_logger(int(logging.getLevelName(level.upper())))
    logger: Log = structlog.wrap_logger(
        lines,
        processors=[add_time, structlog.processors.add_log_level, _add_trace, lines.render],
        wrapper_class=type("_Log", (_HasLines, filtering), {}),
    ).bind()
    return logger


def _add_trace(logger: object, method: str, facts: EventDict) -> EventDict:
    error = facts.pop("exc_info", None)
    if isinstance(error, BaseException):
        facts["exception"] = trace_of(error)
    return facts


class Lines:
    """Writes lines of facts to a sink, in one of their forms. structlog's loggers write to it, too."""

    def __init__(self, sink: Sink, form: LineForm) -> None:
        self.sink = sink
        self.form = form

    def write(self, line: str) -> None:
        """Write a line that is whole but for its end."""
        self.sink.write(f"{line}\n")

    def render(self, logger: object, method: str, facts: EventDict) -> str:
        """The line of these facts: the last of structlog's processors."""
        trace = facts.pop("exception", None)
        return self.form.line(self.form.run(facts.items()), trace)

    msg = debug = info = warning = error = write


class _HasLines(structlog.BoundLoggerBase):
    """The part of a `Log` that structlog's loggers do not have."""

    @property
    def lines(self) -> Lines:
        lines: Lines = self._logger
        return lines


def _descriptor_of(stream: TextIO | None) -> int | None:
    """The descriptor of a stream, None where it has none or is closed."""
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None
