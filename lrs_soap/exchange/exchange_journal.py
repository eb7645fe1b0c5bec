"""The journal that people and programs look into: the last exchanges of a world, with request, answer and reasons."""

from __future__ import annotations

import json
import logging
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from threading import Event, Lock, Thread
from typing import Any, TypeAlias

from pydantic_core import to_json

from lrs_soap.clock import Clock, machine_seconds
from lrs_soap.errors import StoreUnavailable, WorldGone
from lrs_soap.exchange.exchange import Claim, Exchange, Head, Origin, Stage
from lrs_soap.exchange.masking import MOST_BYTES, SECRET_HEADERS, Masked, first_line, with_password
from lrs_soap.exchange.secrets import STRUCK_OUT
from lrs_soap.exchange.tally import Tally
from lrs_soap.rules.values.agreement import ScorePart
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.sentences import sentence
from lrs_soap.store.exchanges import LONGEST_PLAIN, Exchanges, Found, KeptExchange, Wanted, packed, unpacked

_logger = logging.getLogger(__name__)

_WRITE_SECONDS = 0.9
# While more than so many a second are recorded, they are written after this time. What comes then removes most of them
# before they are written, and nobody looks at each.
_MANY_A_SECOND = 100
_BUSY_SECONDS = 10.0
# So much that waits is written at once, whatever comes.
_MOST_WAITING_BYTES = 8 * 1024 * 1024
# How often a process that has something to write looks whether somebody waits for it.
_LOOK_SECONDS = 0.02
# So many are made ready at a time, which takes less than a millisecond. Then answers have the processor.
_AT_ONCE = 32
_PAUSE_SECONDS = 0.001
# How long a listing waits for other processes.
_PATIENCE_SECONDS = 15.0
_MOST_LISTED = 100
_NOBODY = Claim(None, None)
# To ask an Enum for its member by name takes long.
_SOAP = Origin.SOAP
# Codes of requests that were read, although no operation is theirs.
_READ = frozenset({FaultCode.UNKNOWN_REQUEST.value, "ActionNotSupported"})


# An exchange that is over: when, by the machine's clock and the world's, and after how many milliseconds. Its answer is
# packed if it is long. A named tuple takes ten times as long to make.
_Recorded: TypeAlias = tuple[Exchange, float, datetime, float]


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request over SOAP as it is kept: with the path of its port, and its headers by their WSGI names.

    `operation` is the one that it asks for, None where it asks for none that there is. `body` is its bytes without
    secrets. `why_incomplete` says in a sentence why it is not the whole request that was sent; None where only the
    password is missing.
    """

    id: str
    path: str
    operation: str | None
    headers: Mapping[str, str]
    body: bytes
    why_incomplete: str | None


class JournalWriter:
    """The thread that writes for the journals of a process, some time after the answers. Each process has its own.

    It begins when there is something to write. `tally` is shared with the other processes of the server.
    """

    def __init__(self, tally: Tally | None = None) -> None:
        self._tally = tally
        self._lock = Lock()
        self._writing = Lock()
        self._waiting: list[Callable[[], None]] = []
        self._has_work = Event()
        self._is_urgent = False
        self._thread: Thread | None = None

    def note(self, write: Callable[[], None], *, is_urgent: bool = False) -> None:
        """One more exchange is recorded; `write` writes what its journal has recorded, soon if that `is_urgent`."""
        # By hand, because `with` takes twice as long.
        self._lock.acquire()
        try:
            tally = self._tally
            if tally is None:
                tally = self._tally = Tally()
            tally.count()
            self._is_urgent = self._is_urgent or is_urgent
            if write not in self._waiting:
                self._waiting.append(write)
                # A thread does not survive a fork.
                if self._thread is None or not self._thread.is_alive():
                    self._thread = Thread(target=self._run, name="journal", daemon=True)
                    self._thread.start()
                self._has_work.set()
        finally:
            self._lock.release()

    def write(self, *, with_others: bool = False) -> None:
        """Write everything that is recorded now; `with_others`: in every process of the server."""
        with self._writing:
            with self._lock:
                self._has_work.clear()
                self._is_urgent = False
                waiting, self._waiting = self._waiting, []
                recorded = 0 if self._tally is None else self._tally.recorded
            for write in waiting:
                write()
            if self._tally is not None:
                self._tally.written(recorded)
        if with_others and self._tally is not None:
            self._tally.await_others(_PATIENCE_SECONDS)

    def _run(self) -> None:
        while True:
            self._has_work.wait()
            assert self._tally is not None
            self._wait(self._tally)
            self.write()

    def _wait(self, tally: Tally) -> None:
        """Return when it is time to write, or somebody waits for it."""
        asked, recorded, began = tally.asked, tally.recorded, time.monotonic()
        while tally.asked == asked and not self._is_urgent:
            waited = time.monotonic() - began
            is_busy = tally.recorded - recorded > _MANY_A_SECOND * waited
            if waited >= (_BUSY_SECONDS if is_busy else _WRITE_SECONDS):
                return
            time.sleep(_LOOK_SECONDS)


class ExchangeJournal:
    """Keeps the last exchanges over SOAP. Those of batch records, commands, portal and control are the log's alone.

    It also keeps what the console has sent again.

    What would be removed again before it is written is not written. A crash may lose what is not written yet.
    """

    def __init__(self, exchanges: Exchanges, clock: Clock, writer: JournalWriter) -> None:
        """`writer` is the process's. What waits to be written keeps to the bounds of `exchanges`, too."""
        self._exchanges = exchanges
        self._clock = clock
        self._writer = writer
        self._lock = Lock()
        self._waiting: deque[tuple[_Recorded | KeptExchange, int]] = deque()
        self._waiting_bytes = 0
        self._is_failing = False

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange over SOAP. Nobody changes it any more, or reads its answer: a long one is packed in it."""
        if exchange.origin is not _SOAP and exchange.again_of is None:
            return
        answer, headers = exchange.answer, exchange.headers
        size = len(exchange.request) + len(answer)
        size += headers.size if isinstance(headers, Head) else sum(map(len, headers.values()))
        recorded: _Recorded | KeptExchange
        recorded = (exchange, machine_seconds(), self._clock.now(), exchange.milliseconds())
        if size > MOST_BYTES:
            # Made small at once, because many large ones would fill the memory.
            kept = _kept_or_told(recorded)
            if kept is None:
                return
            recorded, size = kept, 2 * MOST_BYTES
        elif len(answer) > LONGEST_PLAIN:
            # Whoever sends the answer has it already.
            exchange.answer = packed(answer)
            size -= len(answer) - len(exchange.answer)
        bounds = self._exchanges.bounds
        # By hand, because `with` takes twice as long.
        self._lock.acquire()
        try:
            self._waiting.append((recorded, size))
            self._waiting_bytes += size
            while len(self._waiting) > bounds.exchanges or self._waiting_bytes > bounds.size:
                self._waiting_bytes -= self._waiting.popleft()[1]
            is_urgent = self._waiting_bytes > _MOST_WAITING_BYTES
        finally:
            self._lock.release()
        self._writer.note(self._write, is_urgent=is_urgent)

    def find(self, **wanted: Any) -> list[dict[str, Any]]:
        """The exchanges that are wanted, as `Wanted` says: JSON objects without request and answer, newest first.

        Every exchange whose answer anybody has received is among those that are looked at. Raises StoreUnavailable.
        """
        self._writer.write(with_others=True)
        return [_shown(found) for found in self._exchanges.find(Wanted(**wanted))]

    def get(self, exchange_id: str) -> dict[str, Any] | None:
        """The exchange with this id, with `request` and `answer`; None if it is not kept. Raises StoreUnavailable."""
        self._writer.write(with_others=True)
        found = self._exchanges.by_id(exchange_id)
        if found is None:
            return None
        *_, (request_headers, answer_headers, *_), request, answer = json.loads(found.kept.facts)
        headers = {_header(name): value for name, value in request_headers.items()}
        return {
            **_shown(found),
            "request": _message(found.kept.request, headers, *request),
            "answer": _message(found.kept.answer, dict(answer_headers), *answer),
        }

    def request_of(self, exchange_id: str) -> KeptRequest | None:
        """The request of the exchange with this id; None if it is not kept. Raises StoreUnavailable."""
        self._writer.write(with_others=True)
        found = self._exchanges.by_id(exchange_id)
        if found is None:
            return None
        kept = found.kept
        *_, (headers, _, *path), (_, is_cut), _ = json.loads(kept.facts)
        why_incomplete = _why_incomplete(kept, path, is_cut)
        return KeptRequest(exchange_id, path[0] if path else "", kept.operation, headers, kept.request, why_incomplete)

    def clear(self) -> None:
        """Remove all exchanges, also those that wait to be written. Raises StoreUnavailable."""
        self._writer.write(with_others=True)
        self._exchanges.clear()

    def close(self) -> None:
        """Write what waits, and close the connections."""
        self._writer.write()
        self._exchanges.close()

    def _write(self) -> None:
        with self._lock:
            waiting, self._waiting, self._waiting_bytes = self._waiting, deque(), 0
        kept = []
        for place, (recorded, _) in enumerate(waiting, 1):
            each = recorded if isinstance(recorded, KeptExchange) else _kept_or_told(recorded)
            if each is not None:
                kept.append(each)
            if not place % _AT_ONCE:
                time.sleep(_PAUSE_SECONDS)
        try:
            if kept:
                self._exchanges.write(kept)
            self._is_failing = False
        except WorldGone:
            # Its journal was deleted with it, and what waited to be written with that.
            return
        except Exception as error:  # whatever it is, answers go on, and the log says it once
            if not self._is_failing:
                self._is_failing = True
                reason = error if isinstance(error, StoreUnavailable) else type(error).__name__
                _logger.warning("The journal cannot be written: %s", reason)


def _shown(found: Found) -> dict[str, Any]:
    """An exchange as a JSON object, without request and answer."""
    names = (
        *("world_time", "caller", "certificate", "status", "milliseconds", "reasons", "findings", "nearest"),
        "scenario",
    )
    kept = found.kept
    *facts, started, stages, _, _, _ = json.loads(kept.facts)
    shown = dict(zip(names, facts, strict=True))
    return {
        "id": kept.id,
        "sequence": found.sequence,
        "time": datetime.fromtimestamp(kept.time / 1000, timezone.utc).isoformat(timespec="milliseconds"),
        "operation": kept.operation,
        "organisation": kept.organisation,
        "claimed_organisation": kept.claimed_organisation,
        "user": kept.user_name,
        "code": kept.code,
        "stages": _stages(started, stages),
        **shown,
    }


def _kept_or_told(recorded: _Recorded) -> KeptExchange | None:
    """An exchange as it is kept; None if that fails: then it alone is missing, and the log says so."""
    try:
        return _kept(recorded)
    except Exception as error:  # whatever a caller has sent, the others are kept
        _logger.warning("The exchange %s cannot be kept: %s", recorded[0].id, type(error).__name__)
        return None


def _kept(recorded: _Recorded) -> KeptExchange:
    """An exchange as it is kept: without its secrets, and with nothing worked out that only a reader needs."""
    exchange, time_over, world_time, milliseconds = recorded
    claim, author = exchange.claim or _NOBODY, exchange.author
    organisation, user = (None, claim.user) if author is None else (author.organisation, author.user)
    claimed = None if claim.organisation == organisation else claim.organisation
    masked, answer = Masked(exchange.request), unpacked(exchange.answer)
    is_read = _is_read(exchange.operation, exchange.code)
    request = masked.request[:MOST_BYTES] if is_read else first_line(exchange.request)
    facts = (
        world_time.isoformat(),
        exchange.caller,
        exchange.certificate,
        exchange.status,
        milliseconds,
        [_reason(each) for each in exchange.all_reasons()[:_MOST_LISTED]],
        [_storable(finding) for finding in exchange.findings[:_MOST_LISTED]],
        _nearest(exchange),
        exchange.scenario,
        exchange.started,
        exchange.stages,
        [
            {
                name: STRUCK_OUT if name in SECRET_HEADERS else value
                for name, value in exchange.headers.items()
                if name[:5] == "HTTP_" or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
            },
            exchange.answer_headers,
            exchange.path,
        ],
        [len(exchange.request), request != masked.request and len(request) < len(exchange.request)],
        [len(answer), len(answer) > MOST_BYTES],
    )
    return KeptExchange(
        id=exchange.id,
        time=int(time_over * 1000),
        operation=exchange.operation,
        code=exchange.code,
        organisation=organisation,
        claimed_organisation=_without(claimed, masked),
        user_name=_without(user, masked),
        facts=masked.without(to_json(facts)),
        request=request,
        answer=masked.without(answer)[:MOST_BYTES],
    )


def _is_read(operation: str | None, code: str | None) -> bool:
    """Whether a request could be read as a call, so that all of it may be kept."""
    return operation is not None or code in _READ


def _why_incomplete(kept: KeptExchange, path: list[str], is_cut: bool) -> str | None:
    if not _is_read(kept.operation, kept.code):
        return "It could not be read, and only its first line was kept."
    if is_cut:
        return f"It was long, and only its first {MOST_BYTES:,} bytes were kept."
    if with_password(kept.request, "") is None:
        return "What its password is stands elsewhere in it, too, and was struck out there."
    return None if path else "It was kept by an earlier version of lrs-soap."


def _nearest(exchange: Exchange) -> list[dict[str, Any]] | None:
    """The near misses of a find that has found nobody, as JSON objects; None for all else."""
    found = [each.nearest for each in exchange.decisions if isinstance(each, Decision) and each.nearest is not None]
    if not found:
        return None
    return [
        {"uln": near.uln, "score": near.score, "parts": _parts(near.parts)}
        | {"fields": near.fields, "sent": near.sent, "held": near.held}
        for nearest in found
        for near in nearest
    ][:_MOST_LISTED]


def _storable(finding: str) -> str:
    """A finding without characters that no UTF-8 has, as a plain text."""
    return finding.encode("utf-8", "replace").decode()


def _without(text: str | None, masked: Masked) -> str | None:
    return None if text is None else masked.without(text.encode("utf-8", "replace")).decode()


def _stages(started: float, stages: list[tuple[str, float]]) -> dict[str, float]:
    """The milliseconds of each stage, from the moments at which they ended."""
    exchange = Exchange(started=started, stages=[(Stage(stage), ended) for stage, ended in stages])
    return {stage.value: round(taken, 3) for stage, taken in exchange.milliseconds_by_stage().items()}


def _message(body: bytes, headers: Mapping[str, str], length: int, is_cut: bool) -> dict[str, Any]:
    """A request or an answer as a JSON object; it had so many bytes."""
    try:
        # What is cut may end within a character.
        text, encoding = (body[: _end_of_text(body)] if is_cut else body).decode(), "utf-8"
    except UnicodeDecodeError:
        text, encoding = b64encode(body).decode(), "base64"
    return {"headers": dict(headers), "body": text, "encoding": encoding, "length": length, "cut": is_cut}


def _end_of_text(body: bytes) -> int:
    """Where the last whole character of UTF-8 ends."""
    end = len(body)
    while end > max(0, len(body) - 4) and body[end - 1] & 0xC0 == 0x80:
        end -= 1
    return end - 1 if end and body[end - 1] & 0x80 else end


def _header(name: str) -> str:
    """The usual name of a header, by its name in a WSGI environment."""
    return name.removeprefix("HTTP_").replace("_", "-").title().replace("Soapaction", "SOAPAction")


def _reason(reason: Reason) -> dict[str, Any]:
    """A reason as a JSON object, without what it does not have. `said` is the sentence that the log has."""
    shown: dict[str, Any] = {"rule": reason.rule.value, "said": sentence(reason)}
    if reason.uln is not None:
        shown["uln"] = reason.uln
    if reason.parts:
        shown["score"] = reason.score
        shown["parts"] = _parts(reason.parts)
    for name in ("fields", "sent", "held", "findings"):
        if value := getattr(reason, name):
            shown[name] = value
    return shown


def _parts(parts: tuple[ScorePart, ...]) -> dict[str, int]:
    """The points of each part of a score."""
    return {part.part.value: part.points for part in parts}
