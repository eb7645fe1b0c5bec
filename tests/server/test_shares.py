"""Connections are divided among processes: one that has more leaves the next to the others, but not for long."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from threading import Thread

import pytest

from lrs_soap.server.listening import listen
from lrs_soap.server.loop import Loop
from lrs_soap.server.shares import shares_of
from tests.kit.running_loop import Application, Asker, Run
from tests.kit.waiting import PATIENCE

FOREVER = 10 * PATIENCE


@pytest.mark.parametrize(
    ("counts", "leaves_next"),
    [
        ([0, 0], False),
        ([1, 0], True),
        ([1, 1], False),
        ([1, 2], False),
        ([3, 2, 5], True),
        ([90, 80], False),
        ([91, 80], True),
        ([1000], False),
    ],
)
def test_a_process_leaves_a_connection_to_one_that_has_fewer(counts: list[int], leaves_next: bool) -> None:
    shares = shares_of(len(counts))
    for share, count in zip(shares, counts, strict=True):
        share.note(count)
    assert shares[0].leaves_next(1.0) == leaves_next


def test_its_patience_ends_with_those_that_nobody_takes_and_begins_again_with_the_next() -> None:
    mine, theirs = shares_of(2, patience_seconds=1.0)
    mine.note(1)
    assert [mine.leaves_next(now) for now in (10.0, 10.9, 11.0, 11.5, 12.6, 13.6)] == [
        True,
        True,
        False,
        False,
        True,
        False,
    ]

    theirs.note(1)
    assert not mine.leaves_next(13.7)
    theirs.note(0)
    assert mine.leaves_next(13.8)


def test_processes_see_each_others_counts() -> None:
    mine, theirs = shares_of(2)
    mine.note(1)
    process = os.fork()
    if process == 0:
        theirs.note(1)
        os._exit(0)
    os.waitpid(process, 0)
    assert not mine.leaves_next(1.0)


def test_two_servers_of_the_same_socket_get_equal_parts_of_the_connections() -> None:
    sockets = listen("127.0.0.1", 0)
    applications = [Counting(), Counting()]
    with ExitStack() as stack:
        for application, share in zip(applications, shares_of(2, patience_seconds=FOREVER), strict=True):
            # Each closes its sockets when it stops.
            loop = Loop(application, [each.dup() for each in sockets], share=share)
            thread = Thread(target=loop.run)
            thread.start()
            stack.callback(thread.join, PATIENCE)
            stack.callback(loop.stop)
        clients = [stack.enter_context(socket.create_connection(sockets[0].getsockname())) for _ in range(8)]
        for client in clients:
            client.settimeout(PATIENCE)
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for client in clients:
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        assert [each.answers for each in applications] == [4, 4]
    for each in sockets:
        each.close()


class Counting(Application):
    """Counts its answers."""

    answers = 0

    def body(self, environ: dict[str, object]) -> bytes:
        self.answers += 1
        return b"counted"


def test_whoever_is_left_to_processes_that_do_not_come_is_answered_all_the_same(run: Run) -> None:
    mine, _ = shares_of(2)
    with run(Application(), share=mine) as running, running.connect():
        for _ in range(3):
            assert running.ask()


def test_whoever_is_left_to_others_when_the_server_stops_is_answered(run: Run) -> None:
    mine, theirs = shares_of(2, patience_seconds=FOREVER)
    with run(Application(), share=mine) as running:
        theirs.note(1)
        assert running.ask()
        with running.connect():
            theirs.note(0)
            left = Asker(running, "/")
            left.join(0.1)
            running.loop.stop()
            assert left.answered()
