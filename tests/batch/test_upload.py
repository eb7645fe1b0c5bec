"""A batch of any length is taken in wholly or not at all, and nobody waits for it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from lrs_soap.batch import job_work, upload
from lrs_soap.clock import SettableClock
from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.operations import batch_output
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import FileFacts, Job, JobKind, JobState, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import jobs
from lrs_soap.store.store import Store
from lrs_soap.store.tables import job_records
from lrs_soap.store.tables import jobs as jobs_table
from lrs_soap.store.transaction import Transaction
from tests.kit.work import unit, world_over

AUTHOR = Author("TEST0001", "tester")
FILE = FileFacts("CSV", "3A", "LRB_TEST0001_010920250900.CSV")


def numbered(count: int) -> Iterator[SubmittedRecord]:
    return (SubmittedRecord(SentLearner(mis_identifier=str(number))) for number in range(count))


def uploaded(store: Store, records: Iterator[SubmittedRecord], clock: SettableClock, **policy: int) -> int:
    world = world_over(store, clock=clock, **policy)
    return upload.upload(world, records, job_type=JobType.FUL, author=AUTHOR, file=FILE)


def rows(transaction: Transaction) -> tuple[int, int]:
    """How many jobs and how many of their records there are, whoever sees them."""
    counted = [
        transaction.execute(select(func.count()).select_from(each)).scalar() for each in (jobs_table, job_records)
    ]
    return counted[0] or 0, counted[1] or 0


def is_due(store: Store) -> bool:
    with store.reading() as transaction:
        return job_work.is_anything_due(unit(transaction), lambda owner: False)


def lapse(store: Store) -> None:
    """Let every lease be over, as it is after half a minute."""
    with store.writing() as transaction:
        transaction.execute(update(jobs_table).values(lease_until=0))


@pytest.mark.parametrize("count", [1, 300, 703])
def test_every_record_is_there_in_its_place(store: Store, clock: SettableClock, count: int) -> None:
    job_id = uploaded(store, numbered(count), clock)
    with store.reading() as transaction:
        job = batch_output.any_job(unit(transaction), job_id)
        records = list(batch_output.records_of(unit(transaction), job))
    assert job == Job(
        job_id, JobKind.REGISTRATION, JobType.FUL, "TEST0001", "tester", JobState.WAITING,
        clock.now(), None, None, count, 0, FILE,
    )  # fmt: skip
    assert [(record.position, record.sent) for record in records] == [
        (number, SentLearner(mis_identifier=str(number))) for number in range(count)
    ]
    assert is_due(store)


def test_what_is_wrong_with_a_record_is_kept_with_it(store: Store, clock: SettableClock) -> None:
    job_id = uploaded(store, iter([SubmittedRecord(SentLearner(), ("Gender: X",), ("UniquePupilNumber: Y",))]), clock)
    with store.reading() as transaction:
        (record,) = jobs.records(transaction, job_id, first=0, end=1)
    assert (record.facet_errors, record.identifier_errors) == (("Gender: X",), ("UniquePupilNumber: Y",))


def test_it_waits_as_long_as_it_is_told(store: Store, clock: SettableClock) -> None:
    uploaded(store, numbered(1), clock, batch_delay=60)
    assert not is_due(store)


def test_it_is_there_for_nobody_before_its_last_record_is(store: Store, clock: SettableClock) -> None:
    seen: list[tuple[tuple[int, int], bool]] = []

    def looking() -> Iterator[SubmittedRecord]:
        for record in numbered(1001):
            if record.sent.mis_identifier in ("0", "600", "1000"):
                with store.reading() as transaction:
                    seen.append((rows(transaction), jobs.by_id(transaction, 1) is not None))
                assert not is_due(store)
            yield record

    assert uploaded(store, looking(), clock) == 1
    assert seen == [((1, 0), False), ((1, 600), False), ((1, 900), False)]


@pytest.mark.parametrize(
    ("count", "end"), [(0, InvalidRecord("wrong")), (703, KeyboardInterrupt())], ids=["at once", "after portions"]
)
def test_of_one_that_ends_nothing_stays(store: Store, clock: SettableClock, count: int, end: BaseException) -> None:
    def ending() -> Iterator[SubmittedRecord]:
        yield from numbered(count)
        raise end

    with pytest.raises(type(end)):
        uploaded(store, ending(), clock)
    with store.reading() as transaction:
        assert rows(transaction) == (0, 0)


def test_a_job_id_does_not_come_again(store: Store, clock: SettableClock) -> None:
    def ending() -> Iterator[SubmittedRecord]:
        yield from numbered(3)
        raise InvalidRecord("wrong")

    first = uploaded(store, numbered(1), clock)
    with pytest.raises(InvalidRecord):
        uploaded(store, ending(), clock)
    assert uploaded(store, numbered(1), clock) > first + 1


KILLED = """
import sys
from lrs_soap.batch import upload
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.rules.batches.jobs import JobType
from lrs_soap.store.store import Store
from tests.kit.work import world_over

def endless():
    yield from (SubmittedRecord(SentLearner(mis_identifier=str(number))) for number in range(1200))
    print("stored", flush=True)
    sys.stdin.read()

upload.upload(
    world_over(Store(sys.argv[1])), endless(), job_type=JobType.FUL, author=Author("TEST0001", "killed")
)
"""


def test_what_a_killed_process_left_goes_with_the_next_upload(
    store: Store, clock: SettableClock, database_url: str
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "stored\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with store.reading() as transaction:
        assert rows(transaction) == (1, 1200)
    assert not is_due(store)

    # It may live, for all that anybody knows.
    uploaded(store, numbered(1), clock)
    with store.reading() as transaction:
        assert rows(transaction) == (2, 1201)

    lapse(store)
    uploaded(store, numbered(1), clock)
    with store.reading() as transaction:
        assert rows(transaction) == (2, 2)


def test_one_that_stood_still_for_too_long_says_so_and_stores_nothing(store: Store, clock: SettableClock) -> None:
    def standing_still() -> Iterator[SubmittedRecord]:
        yield from numbered(700)
        lapse(store)
        uploaded(store, numbered(2), clock)
        yield from numbered(700)

    with pytest.raises(NotPossible, match="Submit the file again"):
        uploaded(store, standing_still(), clock)
    with store.reading() as transaction:
        assert rows(transaction) == (1, 2)


def test_it_goes_on_where_nobody_took_it_for_abandoned(store: Store, clock: SettableClock) -> None:
    def slow() -> Iterator[SubmittedRecord]:
        yield from numbered(600)
        lapse(store)
        yield from numbered(600)

    uploaded(store, slow(), clock)
    with store.reading() as transaction:
        assert rows(transaction) == (1, 1200)


def test_others_write_in_the_pause_after_each_portion(
    store: Store, database_url: str, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Store(database_url, busy_timeout=0)
    seen: list[tuple[int, int]] = []

    def writing(seconds: float) -> None:
        # Twice as long as a server that waits to write may take to look again.
        assert seconds >= 0.004
        with impatient.writing() as transaction:
            seen.append(rows(transaction))

    monkeypatch.setattr(upload, "time", SimpleNamespace(sleep=writing))
    uploaded(store, numbered(1000), clock)
    impatient.close()
    assert seen == [(1, 300), (1, 600), (1, 900), (1, 1000)]


def test_two_at_once_are_two_jobs(store: Store, clock: SettableClock) -> None:
    begun: dict[str, int] = {}

    def first() -> Iterator[SubmittedRecord]:
        yield from numbered(600)
        begun["second"] = uploaded(store, numbered(700), clock)
        yield from numbered(600)

    begun["first"] = uploaded(store, first(), clock)
    with store.reading() as transaction:
        work = unit(transaction)
        assert [batch_output.any_job(work, begun[each]).record_count for each in ("first", "second")] == [1200, 700]
