"""The journal of exchanges: what is kept, for how long, and by which process it is written."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from lrs_soap.clock import SettableClock
from lrs_soap.errors import WorldGone
from lrs_soap.exchange import exchange_journal
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.exchange.exchange_journal import ExchangeJournal, JournalWriter
from lrs_soap.exchange.masking import Masked
from lrs_soap.exchange.tally import Tally
from lrs_soap.store.exchanges import Bounds, Exchanges
from lrs_soap.store.store import Store
from tests.kit.databases import on_sqlite
from tests.kit.waiting import until

LARGE = 1 << 40

Open = Callable[..., ExchangeJournal]


@pytest.fixture
def opened(database_url: str, store: Store, clock: SettableClock) -> Iterator[Open]:
    journals = []

    def make(*, writer: JournalWriter | None = None, **bounds: int) -> ExchangeJournal:
        chosen = Bounds(**{"exchanges": 1000, "milliseconds": LARGE, "size": LARGE, **bounds})
        journal = ExchangeJournal(Exchanges(database_url, chosen), clock, writer or JournalWriter())
        journals.append(journal)
        return journal

    yield make
    for each in journals:
        each.close()


def exchange(number: int, **fields: object) -> Exchange:
    return Exchange(**{"id": f"{number:016}", "operation": "learnerByULN", "status": 200, **fields})


def ids(journal: ExchangeJournal, **wanted: object) -> list[int]:
    return [int(each["id"]) for each in journal.find(**wanted)]


@pytest.mark.parametrize("size", [10, 200_000], ids=["later", "at once"])
def test_one_that_cannot_be_kept_is_told_and_the_others_are_kept(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    def masked(request: bytes) -> Masked:
        if request.startswith(b"bad"):
            raise ValueError("what somebody has sent")
        return Masked(request)

    monkeypatch.setattr(exchange_journal, "Masked", masked)
    journal = opened()
    for number, begins in enumerate((b"good", b"bad", b"good")):
        journal.record(exchange(number, request=begins + bytes(size)))

    assert ids(journal) == [2, 0]
    assert "The exchange 0000000000000001 cannot be kept: ValueError" in caplog.text
    assert "what somebody has sent" not in caplog.text


def test_what_is_recorded_is_found_newest_first(opened: Open) -> None:
    journal = opened()
    for number in range(5):
        journal.record(exchange(number))

    assert ids(journal) == [4, 3, 2, 1, 0]
    assert ids(journal, limit=2) == [4, 3]
    sequence = journal.find(limit=3)[-1]["sequence"]
    assert ids(journal, after=sequence) == [4, 3]
    assert ids(journal, before=sequence, limit=1) == [1]


def test_it_is_written_without_anybody_asking(opened: Open, database_url: str, clock: SettableClock) -> None:
    opened().record(exchange(1))
    other = opened()

    until(lambda: ids(other) == [1])


@pytest.mark.slow
def test_many_are_written_later_unless_somebody_asks() -> None:
    writer = JournalWriter()
    written: list[float] = []

    def write() -> None:
        written.append(time.monotonic())

    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        for _ in range(10):
            writer.note(write)
        time.sleep(0.001)
    assert not written

    writer.write()
    assert len(written) == 1

    writer.note(write, is_urgent=True)
    until(lambda: len(written) == 2, patience=4)


def test_only_the_last_ones_are_kept(opened: Open) -> None:
    journal = opened(exchanges=3)
    for number in range(10):
        journal.record(exchange(number))
        if number % 4 == 0:
            journal.find()

    assert ids(journal) == [9, 8, 7]


def test_only_so_many_bytes_are_kept(opened: Open) -> None:
    journal = opened(size=10_000)
    for number in range(10):
        journal.record(exchange(number, request=b"x" * 4000))
        journal.find()

    assert ids(journal) == [9, 8]


def test_old_ones_are_removed_when_others_come(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(milliseconds=60_000)
    monkeypatch.setattr("lrs_soap.exchange.exchange_journal.machine_seconds", lambda: 1_000_000.0)
    journal.record(exchange(1))
    assert ids(journal) == [1]
    monkeypatch.setattr("lrs_soap.exchange.exchange_journal.machine_seconds", lambda: 1_000_061.0)
    journal.record(exchange(2))

    assert ids(journal) == [2]


def test_sequences_are_not_used_again(opened: Open) -> None:
    journal = opened()
    journal.record(exchange(1))
    (first,) = journal.find()
    journal.clear()
    journal.record(exchange(2))
    (second,) = journal.find()

    assert second["sequence"] > first["sequence"]


def test_only_requests_over_soap_are_kept(opened: Open) -> None:
    journal = opened()
    for origin in Origin:
        journal.record(exchange(list(Origin).index(origin), origin=origin))

    assert ids(journal) == [list(Origin).index(Origin.SOAP)]
    journal.record(exchange(99, origin=Origin.CONSOLE, again_of="1"))
    assert ids(journal) == [99, list(Origin).index(Origin.SOAP)]


def test_a_long_body_is_cut_and_says_so(opened: Open) -> None:
    journal = opened()
    journal.record(exchange(1, request="é".encode() * 100_000, answer=b"short"))
    found = journal.get(f"{1:016}")

    assert found is not None
    assert found["request"] | {"body": ""} == {
        "headers": {},
        "body": "",
        "encoding": "utf-8",
        "length": 200_000,
        "cut": True,
    }
    assert set(found["request"]["body"]) == {"é"}
    assert 65_000 < len(found["request"]["body"].encode()) <= 65_536
    assert (found["answer"]["body"], found["answer"]["cut"]) == ("short", False)


@pytest.mark.parametrize("answer", [b"<a/>" * 5000, "<a>é</a>".encode() * 400, b"x" * 4097, b""])
def test_an_answer_is_kept_as_it_was_however_long_it_is(opened: Open, answer: bytes) -> None:
    journal = opened()
    journal.record(exchange(1, answer=answer))
    found = journal.get(f"{1:016}")

    assert found is not None
    assert (found["answer"]["body"].encode(), found["answer"]["length"]) == (answer, len(answer))


def test_a_request_of_which_nothing_is_kept_is_cut(opened: Open) -> None:
    journal = opened()
    journal.record(exchange(1, operation=None, request=b" \n ", code="Client"))

    found = journal.get(exchange(1).id)
    assert found is not None
    assert (found["request"]["body"], found["request"]["length"], found["request"]["cut"]) == ("", 3, True)


def test_a_uln_in_a_long_answer_is_found(opened: Open) -> None:
    journal = opened()
    journal.record(exchange(1, answer=b"<ULN>4170265830</ULN>" + b"<a/>" * 5000))
    journal.record(exchange(2, answer=b"<a/>" * 5000))

    assert ids(journal, uln="4170265830") == [1]


def test_bytes_that_are_no_text_are_base64(opened: Open) -> None:
    journal = opened()
    journal.record(exchange(1, request=b"\xff\xfe"))
    found = journal.get(f"{1:016}")

    assert found is not None
    assert (found["request"]["encoding"], found["request"]["body"]) == ("base64", "//4=")


def test_threads_that_write_and_look_lose_nothing(opened: Open) -> None:
    journal = opened()
    stopped = threading.Event()
    seen: list[int] = []

    def look() -> None:
        while not stopped.is_set():
            seen.extend(each["sequence"] for each in reversed(journal.find(after=max(seen, default=0), limit=1000)))

    looker = threading.Thread(target=look)
    looker.start()
    writers = [
        threading.Thread(target=lambda first=first: [journal.record(exchange(first + n)) for n in range(100)])
        for first in (0, 100, 200)
    ]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    stopped.set()
    looker.join()
    seen.extend(each["sequence"] for each in journal.find(after=max(seen, default=0), limit=1000))

    # Nothing turns up behind what was seen.
    assert len(seen) == len(set(seen)) == 300
    assert sorted(ids(journal, limit=1000)) == list(range(300))


@on_sqlite
def test_a_listing_has_what_other_processes_have_recorded(opened: Open, tmp_path: Path, database_kind: str) -> None:
    tally = Tally()
    ours = opened(writer=JournalWriter(tally))
    ours.record(exchange(1))
    assert ids(ours) == [1]
    to_child, from_child = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        # Its thread sleeps for most of a second, unless somebody asks.
        opened(writer=JournalWriter(tally)).record(exchange(2))
        os.write(from_child[1], b"r")
        os.read(to_child[0], 1)
        os._exit(0)
    try:
        os.read(from_child[0], 1)
        assert ids(ours) == [2, 1]
    finally:
        os.write(to_child[1], b"x")
        os.waitpid(child, 0)
    # What has ended is not waited for.
    assert ids(ours) == [2, 1]


@on_sqlite
def test_a_journal_that_cannot_be_written_stops_nobody(opened: Open, tmp_path: Path, database_kind: str) -> None:
    journal = opened()
    journal.record(exchange(1))
    assert ids(journal) == [1]
    for file in tmp_path.glob("lrs.db-exchanges*"):
        file.unlink()
    journal.record(exchange(2))

    # It is made anew.
    assert ids(journal) == [2]


@on_sqlite
def test_what_is_left_of_a_world_that_was_deleted_is_dropped_in_silence(
    database_kind: str, tmp_path: Path, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    gone = f"sqlite:///{tmp_path / 'gone.db'}"
    writer = JournalWriter()
    journal = ExchangeJournal(Exchanges(gone, Bounds(1000, LARGE, LARGE)), clock, writer)
    journal.record(exchange(1))
    writer.write()

    assert caplog.messages == []
    assert not list(tmp_path.glob("gone*"))
    with pytest.raises(WorldGone):
        journal.find()
    journal.close()


@on_sqlite
def test_one_that_is_deleted_while_its_journal_is_made_leaves_nothing(
    database_kind: str, tmp_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = tmp_path / "world.db"
    world.touch()
    make_tables = Store.make_tables

    def deleted_first(store: Store, tables: MetaData) -> None:
        make_tables(store, tables)
        world.unlink()

    monkeypatch.setattr(Store, "make_tables", deleted_first)
    exchanges = Exchanges(f"sqlite:///{world}", Bounds(1000, LARGE, LARGE))
    with pytest.raises(WorldGone):
        exchanges.clear()
    assert not list(tmp_path.iterdir())
