"""What the bench reads from wrk, what it makes of it, and the tables that it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.aims import Aim, print_aims
from bench.failure import BenchFailed
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.servers import Server
from bench.wrk import InTurn, Load, Wrk

MEASURED = """\
Running 1s test @ http://127.0.0.1:8080/
  Latency Distribution
     50%    {p50}
     75%    2.50ms
     90%    3.10ms
     99%    {p99}
  2817 requests in 1.00s, 3.06MB read
Requests/sec:   2817.42
Transfer/sec:      3.06MB
"""

FakeWrk = Callable[[str], None]


@pytest.fixture
def fake_wrk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeWrk:
    """Lets a program `wrk` print a text; each time, it adds its arguments to the file `arguments`."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def let_print(text: str) -> None:
        (tmp_path / "printed").write_text(text)
        program = tmp_path / "wrk"
        program.write_text(f'#!/bin/sh\necho "$@" >>"{tmp_path}/arguments"\ncat "{tmp_path}/printed"\n')
        program.chmod(0o755)

    return let_print


def _row(name: str, loads: Sequence[Load], beside: Row | None = None) -> Row:
    server = Server("http://127.0.0.1:1/", subprocess.Popen([sys.executable, "-c", ""]))
    server.process.wait()
    return Row(name, server, server.url, Wrk.__new__(Wrk), beside, loads=list(loads))


@pytest.mark.parametrize(
    ("p50", "p99", "milliseconds"),
    [("912.00us", "4.91ms", (0.912, 4.91)), ("1.20ms", "1.05s", (1.2, 1050.0))],
)
def test_a_load_has_requests_a_second_and_latencies_in_milliseconds(
    tmp_path: Path, fake_wrk: FakeWrk, p50: str, p99: str, milliseconds: tuple[float, float]
) -> None:
    fake_wrk(MEASURED.format(p50=p50, p99=p99))

    load = Wrk(tmp_path, "find", "<a/>").load("http://127.0.0.1:8080/", 1)

    assert (load.per_second, load.p50, load.p99) == pytest.approx((2817.42, *milliseconds))


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        (MEASURED + "  Non-2xx or 3xx responses: 7\n", "load of http://127.0.0.1:8080/ failed"),
        (
            MEASURED + "  Socket errors: connect 0, read 3, write 0, timeout 0\n",
            "load of http://127.0.0.1:8080/ failed",
        ),
        ("Running 1s test\n", "wrk printed something unexpected"),
    ],
)
def test_a_load_with_errors_is_no_figure(tmp_path: Path, fake_wrk: FakeWrk, printed: str, message: str) -> None:
    fake_wrk(printed.format(p50="1.00ms", p99="2.00ms"))

    with pytest.raises(BenchFailed, match=message):
        Wrk(tmp_path, "find", "<a/>").load("http://127.0.0.1:8080/", 1)


def test_each_load_of_many_requests_has_a_portion_of_its_own(tmp_path: Path, fake_wrk: FakeWrk) -> None:
    fake_wrk(MEASURED.format(p50="1.00ms", p99="2.00ms") + "Wrong answers: 0\n")
    in_turn = InTurn(tmp_path, "update", [f"<a>{number}</a>" for number in range(7)], loads=3, code="WSRC0006")

    for _ in range(3):
        in_turn.load("http://127.0.0.1:8080/", 1)

    arguments = [line.split()[-3:] for line in (tmp_path / "arguments").read_text().splitlines()]
    assert arguments == [["0", "2", "WSRC0006"], ["2", "2", "WSRC0006"], ["4", "2", "WSRC0006"]]


def test_a_load_with_another_answer_is_no_figure(tmp_path: Path, fake_wrk: FakeWrk) -> None:
    fake_wrk(MEASURED.format(p50="1.00ms", p99="2.00ms") + "Wrong answers: 2\n")

    with pytest.raises(BenchFailed, match="2 answers were not WSRC0006"):
        InTurn(tmp_path, "update", ["<a/>"], loads=1, code="WSRC0006").load("http://127.0.0.1:8080/", 1)


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    empty = _row("empty", [Load(1000, 1, 2), Load(4000, 1, 5), Load(2000, 1, 4)])
    ours = _row("ours", [Load(900, 1, 4), Load(2000, 1, 5), Load(1600, 1, 4)], beside=empty)

    assert ours.ratio() == ours.ratio_to(empty) == pytest.approx(0.8)
    assert empty.ratio() == 1.0
    assert ours.p99() == 4
    assert ours.p99_to(empty) == pytest.approx(1.0)


def test_rows_take_turns_and_the_first_load_of_each_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def load(row: Row, seconds: int) -> Load:
        asked.append((row.name, seconds))
        return Load(len(asked), 1, 1)

    monkeypatch.setattr(Row, "load", load)
    first, second = _row("first", []), _row("second", [])

    measure([first, second], rounds=2, seconds=3)

    assert asked == [(name, seconds) for seconds in (1, 3, 3) for name in ("first", "second")]
    assert [load.per_second for load in first.loads] == [3, 5]


def test_a_table_shows_medians(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Server, "memory_mib", lambda server: 91.4)
    empty = _row("empty", [Load(1000, 1, 2), Load(4000, 1.5, 5), Load(2000, 3, 4)])
    ours = _row("find by ULN", [Load(900, 1, 4), Load(2000, 2.25, 5), Load(1600, 9, 9)], beside=empty)

    print_rows("Finds", [empty, ours])

    title, head, *lines = capsys.readouterr().out.strip().splitlines()
    assert title == "Finds"
    assert head.split("  ")[-1].strip() == "MiB"
    assert [line.rsplit(maxsplit=5) for line in lines] == [
        ["empty", "2000", "1.50", "4.00", "1.00", "91"],
        ["find by ULN", "1600", "2.25", "5.00", "0.80", "91"],
    ]


def test_the_table_of_aims_marks_what_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    print_aims(
        [
            Aim("find", 0.996, least=1.0),
            Aim("register", 0.29, least=0.3),
            Aim("p99", 8.2, most=8, unit="ms"),
            Aim("memory", 112, most=150, unit="MiB"),
            Aim("2 processes to one", 1.7),
        ]
    )

    _, head, *lines = capsys.readouterr().out.strip().splitlines()
    assert head.split() == ["measured", "aim"]
    assert [line.split() for line in lines] == [
        ["find", "1.00", "≥", "1.00"],
        ["register", "0.29", "≥", "0.30", "missed"],
        ["p99,", "ms", "8.20", "≤", "8.00", "missed"],
        ["memory,", "MiB", "112.00", "≤", "150.00"],
        ["2", "processes", "to", "one", "1.70"],
    ]


def test_a_suite_that_fails_leaves_the_others_their_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(plan: Plan) -> Sequence[Aim]:
        raise BenchFailed("wrk is not installed")

    monkeypatch.setattr(bench, "SUITES", {"records": fail, "single": lambda plan: [Aim("find", plan.rounds, least=1)]})
    monkeypatch.setattr(sys, "argv", ["bench", "--rounds", "2"])

    assert bench.main() == 1

    printed = capsys.readouterr()
    assert printed.err == "bench: records: wrk is not installed\n"
    assert printed.out.splitlines()[-1].split() == ["find", "2.00", "≥", "1.00"]
