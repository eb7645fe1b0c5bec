"""The server: one thread reads the network and answers what it has read, over HTTP and HTTPS alike.

Every hand-over of the interpreter between two threads costs as much as a find (docs/operating.md, "Threads"). So one
thread does all, until a request keeps it longer than a find may take. Then a standby thread takes the lead (lead.py),
and the slow thread stands by when its request is answered.

Connections (connection.py) read requests (request.py), and write what the application answers (answer.py). The leader
alone touches connections. It never waits for a caller.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from heapq import heappop, heappush
from threading import Thread
from typing import Any

from lrs_soap.server import memory
from lrs_soap.server.connection import Connection, log_failure
from lrs_soap.server.http_request import Environ, HandedOver
from lrs_soap.server.lead import PATIENCE_SECONDS, Lead
from lrs_soap.server.limits import Limits
from lrs_soap.server.service import Service
from lrs_soap.server.shares import Share, shares_of
from lrs_soap.server.turn import Turn

_POLL_SECONDS = 1.0
_LAST_POLL_SECONDS = 0.05
_STANDBY_THREADS = 8
_ACCEPTED_AT_ONCE = 64
_MANY_CONNECTIONS = 100
_PAUSE_SECONDS = 1.0
# How long a connection is left to other processes, before it is looked for again.
_LEAVE_SECONDS = 0.001
# After so long without a pause, the next is worth another line in the log.
_SAID_SECONDS = 60.0
# Once the server is told to stop: how long callers may still ask, and how long the last answers may take.
_GRACE_SECONDS = 0.5
_LAST_ANSWERS_SECONDS = 10.0
# After that, how long to wait for threads that answer nobody any more.
_LAST_THREAD_SECONDS = 1.0
_NO_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Loop:
    """Serves a WSGI application on sockets that are listened on, until it is told to stop."""

    def __init__(
        self,
        application: Callable[..., Any],
        sockets: Sequence[socket.socket],
        *,
        standby_threads: int = _STANDBY_THREADS,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        server_name: str = "localhost",
        reads_body: Callable[[Environ], bool] = lambda environ: True,
        share: Share | None = None,
        before_answers: Callable[[], object] = lambda: None,
        log: Callable[..., None] = lambda event, **facts: None,
    ) -> None:
        """`tls` makes it HTTPS. `share` is what this process takes of the connections to be accepted, without which it
        takes all. `log` is told of what an operator should know, an event and facts by name.

        `before_answers` is called before answers are sent that were made since it was called last.

        `reads_body` says by the environment of a request's head whether the application will read the body. A large
        one that it will not read is not waited for.
        """
        self._share = share or shares_of(1)[0]
        self._share.note(0)
        self._before_answers = before_answers
        self._sockets = list(sockets)
        port = int(self._sockets[0].getsockname()[1])
        self._service = Service(application, server_name, port, limits or Limits(), tls, reads_body, log)
        self._selector = selectors.DefaultSelector()
        self._connections: set[Connection] = set()
        # Connections with a request that waits for a thread, and those that a thread hands back to the leader.
        self._waiting: deque[Connection] = deque()
        self._answered: deque[Connection] = deque()
        # Connections whose request was handed over, and is to be asked once more.
        self._asked_again: deque[Connection] = deque()
        # Large requests are answered one at a time: the one that is being answered, and those behind it.
        self._large: Connection | None = None
        self._large_waiting: deque[Connection] = deque()
        # What does the work that was handed over and collected; each says whether it has to be called once more.
        self._collected: deque[Callable[[], bool]] = deque()
        # Whether something was collected in the last turn, and until when it may wait for what others ask meanwhile,
        # since what is done together costs less.
        self._gathers = False
        self._gathers_until = 0.0
        # Connections whose request was packed, is not large unpacked, and waits for a writer.
        self._small_after_all: deque[Connection] = deque()
        self._woken, self._wake_up = socket.socketpair()
        for each in (self._woken, self._wake_up, *self._sockets):
            each.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, self._hear)
        # Connections whose answer is whole and held back: until when, and what tells equals apart.
        self._held: list[tuple[float, int, Connection]] = []
        self._lead = Lead()
        self._standby_threads = standby_threads
        self._stopping = False
        self._stop_began: float | None = None
        # When to listen (again); None while we do.
        self._listens_from: float | None = 0.0
        self._pause_said_until = 0.0
        self._next_check = 0.0
        # What may have left memory behind since it was last given back.
        self._has_had_large = False
        self._most_connections = 0
        self._has_polled = True
        self._failure: BaseException | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._service.port

    def run(self) -> None:
        """Serve until `stop` is called; then finish what has been asked, and close.

        The calling thread only waits, so that a signal's handler, which Python runs in the main thread, is never late.
        """
        threads = [Thread(target=self._serve, name="answering 0", daemon=True)]
        for number in range(1, self._standby_threads + 1):
            threads.append(Thread(target=self._take_turns, name=f"answering {number}", daemon=True))
        for thread in threads:
            thread.start()
        self._lead.await_end()
        deadline = time.monotonic() + _LAST_THREAD_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._failure is not None:
            self._close()
            raise self._failure

    def stop(self) -> None:
        """End `run` soon; may be called by a signal's handler."""
        self._stopping = True
        self._wake()

    def _wake(self) -> None:
        # Full, the leader has been woken; closed, all is over.
        with suppress(OSError):
            self._wake_up.send(b"\0")

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(4096)

    def use_tls(self, tls: ssl.SSLContext) -> None:
        """Begin new connections with this from now on, if it is HTTPS. Other threads may call this."""
        if self._service.tls is not None:
            self._service.tls = tls

    def step_aside(self) -> None:
        """To be called by a thread that is about to take long: if it leads, another one does so at once."""
        self._lead.step_aside()

    def goes_on(self) -> bool:
        """Whether a thread has looked at the network since this was asked last."""
        has_polled, self._has_polled = self._has_polled, False
        return has_polled

    def _serve(self) -> None:
        """Lead, and then stand by."""
        self._lead_until_slow()
        self._take_turns()

    def _take_turns(self) -> None:
        while self._lead.await_turn():
            self._lead_until_slow()

    def _lead_until_slow(self) -> None:
        try:
            self._serve_while_leading()
        except BaseException as error:
            # The first failure is why it ends. Another thread may lead by now, and has to end, too.
            if self._failure is None:
                self._failure = error
            self._lead.finish()
            self._wake()

    def _serve_while_leading(self) -> None:
        """Serve to the end, or until another thread leads."""
        while not self._stopping:
            if not self._turn(_POLL_SECONDS) or self._failure is not None:
                return
        if self._stop_began is None:
            self._begin_to_stop()
        while self._has_last_answers():
            if not self._turn(_LAST_POLL_SECONDS) or self._failure is not None:
                return
        self._close()
        self._lead.finish()

    def _turn(self, timeout: float) -> bool:
        """Read and write what there is, and answer what was read; whether this thread still leads."""
        self._has_polled = True
        while self._small_after_all:
            if self._small_after_all.popleft() is self._large:
                self._let_next_large_go()
        self._take_back_answered()
        while self._asked_again:
            self._waiting.append(self._asked_again.popleft())
        now = time.monotonic()
        while self._held and (self._stopping or self._held[0][0] <= now):
            self._send_held(heappop(self._held)[-1])
        if self._held:
            timeout = min(timeout, self._held[0][0] - now)
        if self._listens_from is not None and not self._stopping:
            if now >= self._listens_from:
                self._listen()
            else:
                timeout = min(timeout, self._listens_from - now)
        if now >= self._next_check:
            self._next_check = now + _POLL_SECONDS
            self._check(now)
        handshakes = []
        for key, events in self._selector.select(0 if self._waiting or self._gathers else timeout):
            watched = key.data
            if not isinstance(watched, Connection):
                watched()
            elif self._service.tls is not None and watched.is_shaking_hands:
                handshakes.append((watched, events))
            else:
                self._attend(watched, events)
        # A handshake takes as long as several finds; those that are left over are there in the next turn, too.
        until = time.monotonic() + PATIENCE_SECONDS
        for connection, events in handshakes:
            self._attend(connection, events)
            if time.monotonic() >= until:
                break
        leads = self._answer_waiting()
        if leads:
            # Whoever hears an answer knows that a thread goes on.
            self._has_polled = True
            self._take_back_answered()
        return leads

    def _answer_waiting(self) -> bool:
        """Answer requests, but for not much longer than a find takes; whether this thread still leads."""
        self._gathers = False
        if self._waiting:
            turn = Turn()
            try:
                leads = self._answer_in(turn)
            finally:
                turn.end()
            if not leads:
                return False
        if self._gathers and time.monotonic() < self._gathers_until:
            # Who asks next may be there already.
            return True
        self._gathers = False
        for _ in range(len(self._collected)):
            do_all = self._collected.popleft()
            shown = self._lead.begin()
            if do_all():
                self._collected.append(do_all)
            if not self._lead.end(shown):
                self._wake()
                return False
        return True

    def _answer_in(self, turn: Turn) -> bool:
        until = time.monotonic() + PATIENCE_SECONDS
        # Who has been answered and asks again has to wait for the next turn.
        for place in range(len(self._waiting)):
            connection = self._waiting.popleft()
            request = connection.request
            if request is not None and request.is_large:
                if place:
                    # It begins the next turn, because the answers of this one need not wait for it.
                    self._waiting.appendleft(connection)
                    break
                if self._large is not None and self._large is not connection:
                    # Large requests are answered one at a time.
                    self._large_waiting.append(connection)
                    continue
                self._large = connection
            shown = self._lead.begin()
            handed_over = connection.answer(turn)
            leads = self._lead.end(shown)
            if handed_over is not None:
                self._hand_over(connection, handed_over)
            else:
                self._answered.append(connection)
            if not leads:
                self._wake()
                return False
            if time.monotonic() >= until:
                break
        return True

    def _hand_over(self, connection: Connection, handed_over: HandedOver) -> None:
        """Have another thread answer the request, or find out something, and hand the connection back after that.

        Where this thread does the work itself, because it was collected, it also goes on with the request.
        """
        do_all: Callable[[], bool] | None = None

        def go_on() -> Callable[[], None] | None:
            if do_all is not None:
                self._asked_again.append(connection)
                # All that are committed together are there before the leader is woken.
                return self._wake
            if handed_over.rest is None:
                self._asked_again.append(connection)
            else:
                connection.answer()
                self._answered.append(connection)
            self._wake()
            return None

        if handed_over.rest is not None and not handed_over.is_large:
            self._small_after_all.append(connection)
        do_all = handed_over.put(go_on)
        if do_all is not None:
            self._gathers = True
            if do_all not in self._collected:
                self._collected.append(do_all)
                self._gathers_until = time.monotonic() + PATIENCE_SECONDS

    def _attend(self, connection: Connection, events: int) -> None:
        """Let a connection read or write; a failure closes it alone."""
        is_being_answered = connection.request is not None
        try:
            if events & selectors.EVENT_WRITE:
                connection.write()
            if events & selectors.EVENT_READ:
                connection.read()
        except Exception as error:
            self._fail(connection, error)
        if is_being_answered:
            self._watch(connection)
            return
        if self._service.buffered_bytes > self._service.limits.buffered_bytes and connection.has_large_body:
            self._make_room_for_bodies(connection)
        self._go_on(connection)

    def _take_back_answered(self) -> None:
        # Others that a thread adds meanwhile are left for the next turn.
        count = len(self._answered)
        if count:
            self._before_answers()
        for _ in range(count):
            self._take_back(self._answered.popleft())

    def _take_back(self, connection: Connection) -> None:
        """Send an answer that is whole, or keep it, or what is left of it, until it may be sent."""
        if connection is self._large:
            self._let_next_large_go()
        if not connection.held_until or self._stopping:
            try:
                connection.answered()
            except Exception as error:
                self._fail(connection, error)
        if connection.held_until and connection.is_open:
            heappush(self._held, (connection.held_until, id(connection), connection))
            self._watch(connection)
        else:
            self._go_on(connection)

    def _send_held(self, connection: Connection) -> None:
        connection.held_until = 0.0
        self._take_back(connection)

    def _let_next_large_go(self) -> None:
        """The large request is answered, or large no more: the next one is answered."""
        self._large = None
        self._has_had_large = True
        if self._large_waiting:
            self._waiting.append(self._large_waiting.popleft())

    def _go_on(self, connection: Connection) -> None:
        """Have the next request answered, or watch for what a connection waits for."""
        if connection.request is not None and connection.is_open:
            self._waiting.append(connection)
        else:
            self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        events = connection.interest()
        if events != connection.watched:
            if not events:
                self._selector.unregister(connection.fileno)
            elif connection.watched:
                self._selector.modify(connection.fileno, events, connection)
            else:
                self._selector.register(connection.fileno, events, connection)
            connection.watched = events
        if not connection.is_open:
            self._connections.discard(connection)
            self._note_count()

    def _fail(self, connection: Connection, error: Exception) -> None:
        log_failure("A connection failed and is closed", error)
        connection.close()

    def _check(self, now: float) -> None:
        """Close connections that have waited for too long; give memory back; listen again after a pause."""
        for connection in list(self._connections):
            if connection.request is None:
                connection.expire(now)
                self._go_on(connection)
            else:
                connection.expire(now)
                self._watch(connection)
        count = len(self._connections)
        have_gone = self._most_connections >= _MANY_CONNECTIONS and count < self._most_connections // 2
        if self._has_had_large or have_gone:
            self._has_had_large, self._most_connections = False, count
            memory.give_back()

    def _listen(self) -> None:
        for each in self._sockets:
            self._selector.register(each, selectors.EVENT_READ, partial(self._accept, each))
        self._listens_from = None

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            if self._share.leaves_next(time.monotonic()):
                self._listen_again_in(_LEAVE_SECONDS)
                return
            if not self._accept_one(listening):
                return

    def _accept_one(self, listening: socket.socket) -> bool:
        """Accept a connection, if there is one; whether to try another."""
        one_too_many = None
        if len(self._connections) >= self._service.limits.connections:
            one_too_many = self._oldest_unfinished()
            if one_too_many is None:
                self._pause("every connection is busy")
                return False
        try:
            accepted, address = listening.accept()
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno in _NO_DESCRIPTORS:
                self._pause(os.strerror(error.errno))
                return False
            # The caller was gone before it was accepted.
            return True
        if one_too_many is not None:
            one_too_many.close()
            self._watch(one_too_many)
        connection = Connection(accepted, address, self._service)
        self._connections.add(connection)
        self._note_count()
        self._most_connections = max(self._most_connections, len(self._connections))
        self._watch(connection)
        return True

    def _note_count(self) -> None:
        # Once it stops, another process may have its share.
        if not self._stopping:
            self._share.note(len(self._connections))

    def _oldest_unfinished(self) -> Connection | None:
        """The connection that has kept us waiting for longest with a handshake or a request's head, if one has."""
        unfinished = [each for each in self._connections if each.is_unfinished]
        return min(unfinished, key=lambda each: each.seniority, default=None)

    def _make_room_for_bodies(self, latest: Connection) -> None:
        """Refuse the body that has been arriving for longest; if all are whole, the one that has arrived last."""
        arriving = [each for each in self._connections if each.has_begun_body]
        refused = min(arriving, key=lambda each: each.seniority, default=latest)
        refused.refuse_body()
        if refused is not latest:
            self._go_on(refused)

    def _pause(self, reason: str) -> None:
        """Accept nobody for a second; whoever connects waits that long."""
        paused_until = self._listen_again_in(_PAUSE_SECONDS)
        # Once, however often it is paused for the same reason.
        if paused_until >= self._pause_said_until:
            self._service.log("accepting", paused_seconds=_PAUSE_SECONDS, reason=reason)
        self._pause_said_until = paused_until + _SAID_SECONDS

    def _listen_again_in(self, seconds: float) -> float:
        """Accept nobody for so long; until when that is."""
        if self._listens_from is None:
            for each in self._sockets:
                self._selector.unregister(each)
        self._listens_from = time.monotonic() + seconds
        return self._listens_from

    def _begin_to_stop(self) -> None:
        """Accept who has connected already, then nobody; from now on each answer is its connection's last."""
        self._stop_began = time.monotonic()
        self._service.is_stopping = True
        for each in self._sockets:
            for _ in range(_ACCEPTED_AT_ONCE):
                if not self._accept_one(each):
                    break
            if self._listens_from is None:
                self._selector.unregister(each)
            each.close()
        self._listens_from = None

    def _has_last_answers(self) -> bool:
        """Whether somebody may still get an answer while the server stops."""
        assert self._stop_began is not None
        lasted = time.monotonic() - self._stop_began
        if lasted >= _LAST_ANSWERS_SECONDS:
            return False
        if lasted >= _GRACE_SECONDS:
            for connection in list(self._connections):
                connection.finish()
                if connection.request is None:
                    self._watch(connection)
        return bool(self._connections)

    def _close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._selector.close()
        self._woken.close()
        self._wake_up.close()
