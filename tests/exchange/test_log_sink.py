"""A place of the log that cannot be written: nobody waits, nothing is raised, what is lost is counted and told."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lrs_soap.exchange.log_sink import MOST_WAITING_BYTES, LogSink

PATIENCE = 30.0
LINE = "x" * 1023 + "\n"
# More than a pipe and what is kept take together.
MANY = 4 * MOST_WAITING_BYTES // len(LINE)


def notice(lost: int) -> str:
    return f"lost {lost}\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: the end to read, and the end to write."""
    reading, writing = os.pipe()
    yield reading, writing
    for each in (reading, writing):
        os.close(each)


def read_all(reading: int) -> str:
    """What is in a pipe now."""
    os.set_blocking(reading, False)
    parts = []
    try:
        while part := os.read(reading, 1 << 20):
            parts.append(part)
    except BlockingIOError:
        pass
    return b"".join(parts).decode()


def read_and_flush(sink: LogSink, reading: int) -> str:
    """All that a sink has kept, too."""
    parts = []
    while part := read_all(reading):
        parts.append(part)
        sink.flush()
    return "".join(parts)


def test_a_line_is_written_at_once(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)

    sink.write("a line\n")

    assert read_all(pipe[0]) == "a line\n"
    assert sink.lost == 0


def test_a_pipe_that_nobody_reads_is_not_waited_for_and_told_of_later(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)

    for _ in range(MANY):
        sink.write(LINE)

    lost = sink.lost
    assert 0 < lost < MANY
    assert read_and_flush(sink, pipe[0]) == LINE * (MANY - lost) + notice(lost)
    sink.write("the next\n")
    assert read_all(pipe[0]) == "the next\n"
    assert sink.lost == lost


def test_the_descriptor_s_own_mode_stays_as_it_is(pipe: tuple[int, int]) -> None:
    LogSink(pipe[1], notice=notice).write(LINE)

    assert not fcntl.fcntl(pipe[1], fcntl.F_GETFL) & os.O_NONBLOCK


def test_a_reader_that_goes_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    first = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    sink = LogSink(os.open(path, os.O_WRONLY), notice=notice)
    os.close(first)

    for _ in range(MANY):
        sink.write(LINE)
    lost = sink.lost
    assert lost > 0

    second = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    sink.flush()
    assert read_and_flush(sink, second) == LINE * (MANY - lost) + notice(lost)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_disk_that_is_full() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    sink = LogSink(descriptor, notice=notice)

    for _ in range(MANY):
        sink.write(LINE)

    assert sink.lost > 0


def test_no_place_at_all() -> None:
    sink = LogSink(None, notice=notice)

    for _ in range(MANY):
        sink.write(LINE)

    assert sink.lost > 0


def test_a_descriptor_that_somebody_closes_is_still_written_to_and_no_other(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    sink = LogSink(descriptor, notice=notice)
    os.close(descriptor)
    another = os.open(tmp_path / "database", os.O_WRONLY | os.O_CREAT)

    sink.write("a line\n")

    os.close(another)
    assert (tmp_path / "log").read_text() == "a line\n"
    assert (tmp_path / "database").read_text() == ""


def test_a_pipe_that_cannot_be_opened_anew_is_not_waited_for(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    sink = LogSink(pipe[1], notice=notice)
    monkeypatch.undo()

    for _ in range(MANY):
        sink.write(LINE)

    lost = sink.lost
    assert 0 < lost < MANY
    assert read_and_flush(sink, pipe[0]) == LINE * (MANY - lost) + notice(lost)


def test_a_socket_that_nobody_reads() -> None:
    reading, writing = socket.socketpair()
    with reading, writing:
        sink = LogSink(writing.fileno(), notice=notice)
        for _ in range(MANY):
            sink.write(LINE)
        lost = sink.lost

        assert lost > 0
        assert writing.getblocking()
        assert read_and_flush(sink, reading.fileno()) == LINE * (MANY - lost) + notice(lost)


def test_a_line_longer_than_what_a_pipe_takes_arrives_in_parts(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)
    long_line = "".join(map(str, range(40_000))) + "\n"

    sink.write(long_line)

    assert read_and_flush(sink, pipe[0]) == long_line


def test_a_line_longer_than_what_is_kept_is_lost(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)

    sink.write("x" * MOST_WAITING_BYTES + "\n")
    sink.write("the next\n")

    assert read_all(pipe[0]) == f"the next\n{notice(1)}"


def test_while_one_thread_cannot_get_on_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = LogSink(None, notice=notice)
    is_stuck, goes_on = threading.Event(), threading.Event()
    written: list[bytes] = []

    def a_dead_disk(data: bytes) -> int:
        is_stuck.set()
        assert goes_on.wait(PATIENCE)
        written.append(data)
        return len(data)

    monkeypatch.setattr(sink, "_send", a_dead_disk)
    stuck = threading.Thread(target=sink.write, args=("first\n",))
    stuck.start()
    assert is_stuck.wait(PATIENCE)

    sink.write("second\n")

    assert written == []
    goes_on.set()
    stuck.join(PATIENCE)
    assert written == [b"first\n", b"second\n"]


def test_of_many_threads_every_line_is_whole_or_counted(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)

    def write(number: int) -> None:
        for each in range(1000):
            sink.write(f"{number} {each} {'x' * 500}\n")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    lines = read_and_flush(sink, pipe[0]).splitlines()

    whole = [line for line in lines if line.endswith("x" * 500)]
    assert len(set(whole)) == len(whole) == 4000 - sink.lost
    assert [line for line in lines if line not in set(whole)] == [f"lost {sink.lost}"]


def test_a_forked_process_leaves_to_its_parent_what_that_has_kept(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)
    for _ in range(MANY):
        sink.write(LINE)

    sink.begin_again()

    assert sink.lost == 0
    assert set(read_and_flush(sink, pipe[0])) == {"x", "\n"}
    assert len(read_all(pipe[0])) == 0


def test_what_is_kept_is_written_at_the_end_if_somebody_reads(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)
    for _ in range(500):
        sink.write(LINE)
    read: list[str] = []

    def read_on() -> None:
        with os.fdopen(os.dup(pipe[0])) as reading:
            read.extend(next(reading) for _ in range(500))

    reader = threading.Thread(target=read_on)
    reader.start()
    sink.finish(PATIENCE)
    reader.join(PATIENCE)

    assert read == [LINE] * 500


def test_a_text_that_is_none_in_utf_8_is_written_all_the_same(pipe: tuple[int, int]) -> None:
    LogSink(pipe[1], notice=notice).write("\ud800\n")

    assert read_all(pipe[0]) == "\\ud800\n"


def test_lines_that_may_wait_are_written_with_the_next_or_when_they_are_flushed(pipe: tuple[int, int]) -> None:
    sink = LogSink(pipe[1], notice=notice)
    sink.write("at once\n", may_wait=True)
    assert read_all(pipe[0]) == "at once\n"

    sink.is_flushed = True
    sink.write("one\n", may_wait=True)
    assert read_all(pipe[0]) == ""
    sink.write("two\n")
    assert read_all(pipe[0]) == "one\ntwo\n"
    sink.write("three\n", may_wait=True)
    assert sink.flush()
    assert read_all(pipe[0]) == "three\n"


def test_no_more_lines_are_written_in_one_piece_than_a_pipe_takes_whole() -> None:
    reading, writing = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with reading, writing:
        sink = LogSink(writing.fileno(), notice=notice)
        sink.is_flushed = True
        for line in ("a" * 4000 + "\n", "b\n", "c" * 5000 + "\n", "d\n"):
            sink.write(line, may_wait=True)
        assert sink.flush()
        assert [len(reading.recv(10_000)) for _ in range(3)] == [4003, 5001, 2]
