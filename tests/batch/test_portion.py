"""Records that are decided and written together come to what they come to one by one; whoever else writes meanwhile."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lrs_soap.batch import job_work, outcome_file
from lrs_soap.batch.job_work import Lease, LeaseLost
from lrs_soap.batch.portion import Overtaken, Portion
from lrs_soap.operations import batch_output
from lrs_soap.operations.register import register
from lrs_soap.operations.submit_batch import submit_registration_batch, submit_verification_batch
from lrs_soap.operations.update import update
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import JobState, JobType
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.codes import ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from lrs_soap.store.tables import jobs, metadata
from lrs_soap.store.transaction import Transaction
from tests.kit.batch_register import ANNE, BETH, GONE, LEARNERS, LINKED, OTHER, UNHELD
from tests.kit.batch_requests import new_learner
from tests.kit.databases import on_sqlite
from tests.kit.work import unit

PROHIBITED = ProhibitedText(frozenset({"bogus"}))
# What `store.jobs` keeps of a worker, and by the database's clock.
OF_A_WORKER = ("due", "lease_owner", "lease_until", "on_record", "deaths", "suspect")

# Few names, days and places, so that records mean each other and those who are held.
GIVEN = st.sampled_from(["Anne-Marie", "Ann-Marie", "Siobhan", "Shiv", "Beth", "Jolyon", "Jolyn", "Rhys", "Bogus"])
FAMILY = st.sampled_from(["O'Hara", "Featherstone", "Fetherstone", "Whitlock", "Nkemelu", "Ashdown", "Anne-Marie"])
BORN = st.sampled_from(["2006-07-30", "2006-07-31", "2006-07-03", "2010-11-21", "1999-08-07", "2006-02-30"])
GENDER = st.sampled_from(["1", "2", "2"])
POST_CODE = st.sampled_from(["BS8 1TH", "bs81th", "LS2 9JT", "ZZ99 9ZZ"])
OTHER_FIELDS = {
    "Title": st.sampled_from(["Dr", "Mx"]),
    "PreviousFamilyName": st.sampled_from(["O'Hara", "Ashdown"]),
    "MiddleOtherName": st.sampled_from(["Anne", "Beth Jolyon"]),
    "UniquePupilNumber": st.sampled_from(["A123456789012", "B987654321098"]),
    "EmailAddress": st.sampled_from(["anne@example.org", "beth@example.org"]),
}
TO_REGISTER = st.fixed_dictionaries(
    {
        "GivenName": GIVEN,
        "FamilyName": FAMILY,
        "DateOfBirth": BORN,
        "Gender": GENDER,
        "LastKnownPostCode": POST_CODE,
        "AbilityToShare": st.sampled_from(["1", "1", "1", "0", "2", None]),
        "VerificationType": st.sampled_from(["1", "1", "1", "999", None]),
    },
    optional=OTHER_FIELDS,
)
MANDATORY_OF = [{}, {"GivenName": "Jolyon"}, {"FamilyName": "Ashdown"}, {"LastKnownPostCode": "LS2 9JT"}]
TO_UPDATE = st.builds(
    lambda fields, mandatory: {**fields, **mandatory},
    st.fixed_dictionaries(
        {"ULN": st.sampled_from([ANNE, ANNE, BETH, OTHER, LINKED, GONE, UNHELD, "1000000018"])},
        optional={**OTHER_FIELDS, "AbilityToShare": st.sampled_from(["0", "1"])},
    ),
    st.sampled_from([*MANDATORY_OF, {"GivenName": "Beth"}, {"GivenName": "Rhys", "Gender": "1"}]),
)
TO_VERIFY = st.fixed_dictionaries(
    {"ULN": st.sampled_from([ANNE, BETH, LINKED, UNHELD]), "GivenName": GIVEN, "FamilyName": FAMILY},
    optional={"DateOfBirth": BORN, "Gender": GENDER},
)
TO_DO = st.one_of(
    st.tuples(st.just(JobType.FUL), st.lists(TO_REGISTER | TO_UPDATE, min_size=1, max_size=16)),
    st.tuples(st.just(JobType.CHK), st.lists(TO_REGISTER | TO_UPDATE, min_size=1, max_size=4)),
    st.tuples(st.none(), st.lists(TO_VERIFY, min_size=1, max_size=4)),
)


@pytest.fixture(scope="module")
def populated() -> Iterator[Path]:
    """A database that holds a few learners, to be copied."""
    with TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/lrs.db")
        with store.writing() as transaction:
            learners.insert_many(transaction, LEARNERS)
        store.close()
        with sqlite3.connect(Path(folder) / "lrs.db") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield Path(folder) / "lrs.db"


def our(transaction: Transaction) -> UnitOfWork:
    return unit(transaction, prohibited=PROHIBITED)


def submitted(store: Store, records: Sequence[dict[str, Any]], job_type: JobType | None = JobType.FUL) -> Lease:
    """The lease of a job of these records, which are to be verified if there is no `job_type`."""
    sent = [
        SubmittedRecord(SentLearner.of(each), ("bad",) if each.get("Title") == "Mx" else (), ()) for each in records
    ]
    with store.writing() as transaction:
        if job_type is None:
            submit_verification_batch(our(transaction), sent)
        else:
            submit_registration_batch(our(transaction), sent, job_type=job_type)
        lease = job_work.take(our(transaction), owner="me", is_gone=lambda owner: False)
    assert lease is not None
    return lease


def one_by_one(store: Store, lease: Lease) -> Lease:
    while not lease.is_over:
        with store.writing() as transaction:
            (record,) = job_work.next_records(our(transaction), lease, 1)
            lease = job_work.do_record(our(transaction), lease, record, goes_on=True).lease
    return lease


def decided(store: Store, lease: Lease, most: int) -> Portion:
    with store.reading() as transaction:
        portion = Portion(lease, our(transaction))
        for record in job_work.next_records(our(transaction), lease, most):
            if portion.decide(record) is None:
                break
    return portion


def written(store: Store, portion: Portion) -> Lease:
    with store.writing() as transaction:
        return portion.write(our(transaction))


def together(store: Store, lease: Lease, most: int) -> Lease:
    while not lease.is_over:
        lease = written(store, decided(store, lease, most))
    return lease


def everything_in(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.reading() as transaction:
        return {
            table.name: [
                tuple(row)
                for row in transaction.execute(
                    select(*(column for column in table.c if table is not jobs or column.name not in OF_A_WORKER))
                    .select_from(table)
                    .order_by(*table.primary_key)
                )
            ]
            for table in metadata.sorted_tables
        }


def outcome_of(store: Store, lease: Lease) -> str:
    file = io.StringIO()
    with store.reading() as transaction:
        outcome_file.write_output(our(transaction), lease.job, file)
    return file.getvalue()


def come_to(
    database: Path,
    jobs_done: Sequence[tuple[JobType | None, list[dict[str, Any]]]],
    do: Callable[[Store, Lease], Lease],
) -> tuple[list[Lease], list[str], dict[str, list[tuple[Any, ...]]]]:
    """What jobs, one after the other, come to in a copy of a database."""
    with TemporaryDirectory() as folder:
        shutil.copy(database, Path(folder) / "lrs.db")
        store = Store(f"sqlite:///{folder}/lrs.db")
        leases = [do(store, submitted(store, records, job_type)) for job_type, records in jobs_done]
        files = [outcome_of(store, lease) for lease in leases if lease.job.job_type is not None]
        found = leases, files, everything_in(store)
        store.close()
    return found


@given(st.lists(TO_DO, min_size=1, max_size=3), st.integers(1, 16))
@settings(deadline=None)
def test_records_come_together_to_what_they_come_to_one_by_one(
    populated: Path, jobs_done: list[tuple[JobType | None, list[dict[str, Any]]]], most: int
) -> None:
    expected = come_to(populated, jobs_done, one_by_one)
    assert come_to(populated, jobs_done, lambda store, lease: together(store, lease, most)) == expected


ANNES = {"GivenName": "Jolyon", "FamilyName": "O'Hara", "DateOfBirth": "2006-07-30", "LastKnownPostCode": "BS8 1TH"}
OF_NEW = {"Gender": "2", "AbilityToShare": "1", "VerificationType": "1"}


@pytest.mark.parametrize(
    "records",
    [
        # An update to what another record registers, and the other way round.
        [{**ANNES, **OF_NEW, "LastKnownPostCode": "LS2 9JT", "FamilyName": "Ashdown"}, {"ULN": ANNE, "Title": "Dr"}],
        [{**ANNES, **OF_NEW, "GivenName": "Rhys", "FamilyName": "Nkemelu"}, {"ULN": ANNE, "GivenName": "Rhys"}],
        [{"ULN": ANNE, "GivenName": "Jolyon"}, {**ANNES, **OF_NEW}],
        [{"ULN": ANNE, "GivenName": "Jolyon"}, {**ANNES, **OF_NEW, "GivenName": "Anne-Marie"}],
        # Two updates to the same five keys, and to keys that the first has just left.
        [{"ULN": ANNE, "GivenName": "Jolyon"}, {"ULN": BETH, "GivenName": "Jolyon"}],
        [{"ULN": ANNE, "GivenName": "Jolyon"}, {"ULN": BETH, "GivenName": "Anne-Marie"}],
        # The same learner again and again.
        [{"ULN": ANNE, "Title": "Dr"}, {"ULN": ANNE, "Title": "Dr"}, {"ULN": ANNE, "Title": "Prof"}],
        [{"ULN": ANNE, "GivenName": "Jolyon"}, {"ULN": ANNE, "FamilyName": "Ashdown"}],
        # A master, and then who is linked to it.
        [{"ULN": OTHER, "Title": "Dr"}, {**ANNES, **OF_NEW, "GivenName": "Shiv", "FamilyName": "Whitlock"}],
    ],
)
@pytest.mark.parametrize("job_type", JobType)
def test_a_record_sees_what_those_before_it_are_going_to_write(
    populated: Path, records: list[dict[str, Any]], job_type: JobType
) -> None:
    expected = come_to(populated, [(job_type, records)], one_by_one)
    assert come_to(populated, [(job_type, records)], lambda store, lease: together(store, lease, 10)) == expected


@on_sqlite
def test_records_that_do_not_mean_each_other_are_decided_in_one_portion(store: Store) -> None:
    lease = submitted(store, [new_learner(number) for number in range(30)])
    portion = decided(store, lease, 30)
    assert len(portion) == 30
    assert written(store, portion).job.state is JobState.SUCCESSFUL


@on_sqlite
@pytest.mark.parametrize(
    "later",
    [
        new_learner(1),
        new_learner(1, FamilyName="Another"),
        new_learner(1, GivenName="Another", DateOfBirth="1960-01-01"),
        # Both names are only similar: found by date and postcode.
        new_learner(1, GivenName="Ottolinebz", FamilyName="bzwardour"),
    ],
)
def test_a_record_that_may_mean_one_before_it_waits_for_the_next_portion(
    store: Store, later: dict[str, str | None]
) -> None:
    lease = submitted(store, [new_learner(1), new_learner(2), later, new_learner(3)])
    portion = decided(store, lease, 4)
    assert len(portion) == 2
    lease = written(store, portion)
    assert (lease.job.position, lease.job.state) == (2, JobState.IN_PROGRESS)


def test_others_write_while_records_are_decided(store: Store) -> None:
    lease = submitted(store, [new_learner(1), new_learner(2)])
    with store.reading() as transaction:
        portion = Portion(lease, our(transaction))
        for record in job_work.next_records(our(transaction), lease, 2):
            assert portion.decide(record) is not None
            with store.writing() as others:
                register(our(others), SentLearner.of(new_learner(record.position + 100)))
    assert written(store, portion).job.state is JobState.SUCCESSFUL


PEOPLE_TO_LOCK = (("Nkemelu", "1991-02-03"), ("Whitlock", "1992-03-04"), ("Ashdown", "1993-04-05"))


def registered(store: Store, **changed: str) -> str:
    with store.writing() as transaction:
        (learner,) = register(our(transaction), SentLearner.of(new_learner(1, **changed))).learners
    return learner.uln


def test_where_a_rival_registers_the_same_learner_nothing_of_the_portion_is_written(store: Store) -> None:
    lease = submitted(store, [new_learner(0), new_learner(1), new_learner(2)])
    portion = decided(store, lease, 3)
    uln = registered(store)
    before = everything_in(store)
    with pytest.raises(Overtaken):
        written(store, portion)
    after = everything_in(store)
    assert {name: rows for name, rows in after.items() if name != "counters"} == {
        name: rows for name, rows in before.items() if name != "counters"
    }
    lease = one_by_one(store, lease)
    with store.reading() as transaction:
        outcomes = [(each.return_code, each.uln) for each in batch_output.records_of(our(transaction), lease.job)]
    assert outcomes[1] == (ReturnCode.EXACT_MATCH, uln)
    assert [code for code, _ in outcomes] == [ReturnCode.REGISTERED, ReturnCode.EXACT_MATCH, ReturnCode.REGISTERED]


def test_where_a_rival_changes_the_same_learner_nothing_of_the_portion_is_written(store: Store) -> None:
    uln = registered(store)
    lease = submitted(store, [new_learner(0), {"ULN": uln, "Title": "Dr"}])
    portion = decided(store, lease, 2)
    assert len(portion) == 2
    with store.writing() as transaction:
        update(our(transaction), SentLearner(notes="Moved."), uln=uln, version=1)
    before = everything_in(store)["learners"]
    with pytest.raises(Overtaken):
        written(store, portion)
    assert everything_in(store)["learners"] == before
    assert one_by_one(store, lease).is_over
    with store.reading() as transaction:
        learner = learners.by_uln(transaction, uln)
    assert learner is not None
    assert (learner.title, learner.notes, learner.version_number) == ("Dr", "Moved.", 3)


@on_sqlite
def test_learners_are_updated_in_the_order_in_which_everybody_locks_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ulns = sorted(registered(store, FamilyName=name, DateOfBirth=born) for name, born in PEOPLE_TO_LOCK)
    lease = submitted(store, [{"ULN": uln, "Title": "Dr"} for uln in reversed(ulns)])
    portion = decided(store, lease, 3)
    assert len(portion) == 3
    order: list[str] = []

    def update_each(transaction: Transaction, changes: Sequence[Any]) -> bool:
        order.extend(before.uln for before, _ in changes)
        return learners_update_each(transaction, changes)

    learners_update_each = learners.update_each
    monkeypatch.setattr(learners, "update_each", update_each)
    written(store, portion)
    assert order == ulns


def test_who_has_lost_a_job_writes_nothing_of_a_portion(store: Store) -> None:
    lease = submitted(store, [new_learner(0), new_learner(1)])
    portion = decided(store, lease, 2)
    with store.writing() as transaction:
        assert job_work.take(our(transaction), owner="you", is_gone=lambda owner: True) is not None
    before = everything_in(store)
    with pytest.raises(LeaseLost):
        written(store, portion)
    assert everything_in(store) == before


@on_sqlite
def test_a_record_that_fails_takes_back_only_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = submitted(store, [new_learner(0), new_learner(1), new_learner(2)])

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    with store.reading() as transaction:
        portion = Portion(lease, our(transaction))
        first, second, third = job_work.next_records(our(transaction), lease, 3)
        assert portion.decide(first) is not None
        with monkeypatch.context() as patched:
            # After it was to be registered.
            patched.setattr("lrs_soap.rules.batches.batch_records.outcome_of_registration", fail)
            with pytest.raises(ZeroDivisionError):
                portion.decide(second)
        assert len(portion) == 1
        # As nothing of the second is going to be written, its like need not wait.
        assert portion.decide(second) is not None
        assert portion.decide(third) is not None
    assert written(store, portion).job.position == 3
