"""Exceptions: what a batch leaves, how each is resolved or not, and that one of two who decide wins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from lrs_soap.batch import job_work
from lrs_soap.cli.facets import facet_check
from lrs_soap.clock import LONDON
from lrs_soap.errors import InvalidRecord, LrsError, NotHeld, NotPossible
from lrs_soap.operations import batch_output
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.list_exceptions import get_exception, list_exceptions, possible_learners
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.resolve_exception import Resolution, choose_learner, register_corrected, withdraw_exception
from lrs_soap.operations.submit_batch import submit_registration_batch
from lrs_soap.rules.batches.batch_exceptions import (
    CORRECTABLE_FIELDS,
    SHOWN_FIELDS,
    ExceptionState,
    RecordException,
    corrections_of,
)
from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord
from lrs_soap.rules.batches.jobs import Counts, JobType
from lrs_soap.rules.learners.identifiers import upn_check_letter
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.change import OPERATOR, Action, Author
from lrs_soap.rules.values.codes import ReturnCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import batch_exceptions as stored
from lrs_soap.store import history, learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages.learner import BatchLearner
from tests.kit import batch_register
from tests.kit.batch_register import ANNE, BETH, GONE, LINKED, OTHER, UNHELD
from tests.kit.databases import on_sqlite
from tests.kit.rivals import once
from tests.kit.work import NOW, unit

# In winter; the 45th day after is in summer time.
LAST_MOMENT = datetime(2025, 4, 24, 23, 59, 59, tzinfo=LONDON)
SENDER, DECIDER = Author("TEST0001", "A Tester"), Author("TEST0001", "A Decider")
PROHIBITED = ProhibitedText(frozenset({"bogus"}))
UPN = upn_check_letter("823200405017") + "823200405017"

LEARNERS = tuple(each._replace(notes=None) for each in batch_register.LEARNERS)
HELD = LEARNERS[0]
# Possible: another postcode.
RECORD = {
    "MISIdentifier": "A-1",
    "GivenName": "Anne-Marie",
    "FamilyName": "O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "LU1 1AA",
    "VerificationType": "1",
    "AbilityToShare": "1",
    "Notes": "",
    "PlaceOfBirth": "Cork",
    "UniquePupilNumber": UPN,
}
NEW = {"GivenName": "Jolyon", "FamilyName": "Featherstone", "DateOfBirth": "2010-11-21"}


@pytest.fixture
def populated(store: Store) -> Store:
    """A store with a learner and her twin, another with a linked one, and one who is deleted."""
    with store.writing() as transaction:
        learners.insert_many(transaction, LEARNERS)
    return store


def submit(store: Store, records: Sequence[Mapping[str, str]], *, author: Author = SENDER, check: bool = False) -> int:
    with store.writing() as transaction:
        return submit_registration_batch(
            unit(transaction, author=author),
            [SubmittedRecord(SentLearner.of({**RECORD, **each})) for each in records],
            job_type=JobType.CHK if check else JobType.FUL,
        )


def work(store: Store, *, most: int = 1000) -> job_work.Lease:
    """Take the next job and do its records, or the first of them."""
    with store.writing() as transaction:
        lease = job_work.take(unit(transaction), owner="a worker", is_gone=lambda owner: False)
        assert lease is not None
        for record in job_work.next_records(unit(transaction), lease, most):
            lease = job_work.do_record(unit(transaction, prohibited=PROHIBITED), lease, record, goes_on=True).lease
    return lease


def batch(store: Store, *records: Mapping[str, str], **given: Any) -> int:
    job_id = submit(store, records, **given)
    work(store)
    return job_id


def listed(store: Store, *, now: datetime = NOW, **given: Any) -> list[RecordException]:
    with store.reading() as transaction:
        return list(list_exceptions(unit(transaction, now=now), **given))


def exception_of(store: Store, record: Mapping[str, str]) -> RecordException:
    """The exception of a job of one record."""
    (exception,) = listed(store, job_id=batch(store, record))
    return exception


def output(store: Store, job_id: int) -> tuple[Counts, list[JobRecord]]:
    with store.reading() as transaction:
        job = batch_output.job_of_author(unit(transaction), job_id)
        assert job is not None
        return batch_output.counts_of(unit(transaction), job), list(batch_output.records_of(unit(transaction), job))


def choose(transaction: Transaction, number: int, uln: str = ANNE, *, now: datetime = NOW) -> Resolution:
    with unit(transaction, now=now, author=DECIDER, prohibited=PROHIBITED).part() as work:
        return choose_learner(work, number, uln, check=facet_check())


def register(transaction: Transaction, number: int, *, now: datetime = NOW, **corrections: str) -> Resolution:
    with unit(transaction, now=now, author=DECIDER, prohibited=PROHIBITED).part() as work:
        return register_corrected(work, number, corrections_of(corrections), check=facet_check())


def withdraw(transaction: Transaction, number: int, *, now: datetime = NOW) -> None:
    withdraw_exception(unit(transaction, now=now, author=DECIDER), number)


def chosen(store: Store, *given: Any, **named: Any) -> Resolution:
    with store.writing() as transaction:
        return choose(transaction, *given, **named)


def registered(store: Store, *given: Any, **named: Any) -> Resolution:
    with store.writing() as transaction:
        return register(transaction, *given, **named)


def held(store: Store, uln: str = ANNE) -> Learner:
    with store.reading() as transaction:
        learner = learners.by_uln(transaction, uln)
    assert learner is not None
    return learner


def looked_at(store: Store, number: int) -> RecordException:
    with store.reading() as transaction:
        return get_exception(unit(transaction), number)


def test_what_wants_a_decision_is_left_in_the_order_of_the_records(populated: Store) -> None:
    sent: tuple[dict[str, str], ...] = (
        {"LastKnownPostCode": "BS8 1TH"},
        {**NEW, "VerificationType": ""},
        {},
        {"ULN": UNHELD},
        {**NEW, "Gender": ""},
        {"DateOfBirth": "2006-02-30"},
        {"DateOfBirth": "2020-02-20"},
        {**NEW},
    )
    job_id = batch(populated, *sent)
    codes = [(each.position, each.code.value) for each in listed(populated)]
    assert codes == [(1, "RC006"), (2, "RC007"), (3, "RC009"), (4, "RC010"), (5, "RC011"), (6, "RC013")]
    possible = listed(populated)[1]
    assert possible.sent == SentLearner.of({**RECORD})
    assert possible.possible == (ANNE,)
    assert (possible.job_id, possible.organisation, possible.uln) == (job_id, "TEST0001", None)
    assert (possible.state, possible.opened, possible.closed) == (ExceptionState.OPEN, NOW, None)


@on_sqlite
def test_a_job_that_only_looks_leaves_nothing(populated: Store) -> None:
    batch(populated, {}, {"ULN": UNHELD}, {"Gender": ""}, check=True)
    assert listed(populated, also_closed=True) == []


def test_they_are_told_apart_by_organisation_and_job_and_read_in_portions(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "_PORTION", 2)
    bad = {"Gender": ""}
    first = batch(filled, *[bad] * 3)
    other = batch(filled, *[bad] * 2, author=Author("TEST0002", "Another"))
    third = batch(filled, *[bad] * 2)
    assert [each.job_id for each in listed(filled)] == [first] * 3 + [other] * 2 + [third] * 2
    assert [each.job_id for each in listed(filled, organisation="test0001")] == [first] * 3 + [third] * 2
    assert [each.position for each in listed(filled, job_id=first)] == [0, 1, 2]
    assert listed(filled, organisation="TEST0002", job_id=first) == []
    for unknown in ({"organisation": "NOBODY00"}, {"job_id": third + 1}, {"job_id": 10**20}, {"job_id": -(10**20)}):
        with pytest.raises(NotHeld):
            listed(filled, **unknown)
    for number in (0, 10**9, 10**20, -(10**20)):
        with pytest.raises(NotHeld, match=str(number)):
            looked_at(filled, number)


def test_choosing_a_learner_writes_what_differs_but_the_upn_and_changes_the_jobs_output(populated: Store) -> None:
    job_id = batch(populated, {}, {"LastKnownPostCode": "BS8 1TH"})
    (exception,) = listed(populated)
    assert output(populated, job_id)[0] == Counts(possible_match=1, exists_updated=1)

    assert chosen(populated, exception.id) == Resolution(ReturnCode.EXACT_MATCH, ANNE)

    after = held(populated)
    assert after == HELD._replace(
        last_known_post_code="LU1 1AA",
        place_of_birth="Cork",
        version_number=8,
        last_updated_date="2025-03-10",
        last_updated="2025-03-10T12:30:00Z",
    )
    with populated.reading() as transaction:
        (change,) = history.of(transaction, ANNE)
    assert (change.action, change.author) == (Action.UPDATED, DECIDER)
    counts, records = output(populated, job_id)
    assert counts == Counts(exists_updated=2)
    assert [(each.return_code, each.uln) for each in records] == [(ReturnCode.EXACT_MATCH, ANNE)] * 2
    assert records[0].sent == SentLearner.of({**RECORD})
    assert listed(populated) == []
    (closed,) = listed(populated, also_closed=True)
    assert (closed.state, closed.closed, closed.closed_by) == (ExceptionState.RESOLVED, NOW, "A Decider")


@on_sqlite
def test_what_may_not_be_held_is_left_as_it_was(populated: Store) -> None:
    for sent, code, not_written in (
        ({"ULN": UNHELD}, "RC009", set()),
        ({"LastKnownPostCode": ""}, "RC010", set()),
        ({"DateOfBirth": "2006-02-30"}, "RC011", {"DateOfBirth"}),
        ({"DateOfBirth": "2020-01-01"}, "RC013", {"DateOfBirth"}),
        ({"VerificationType": "999", "Notes": "bogus"}, "RC011", {"VerificationType", "Notes"}),
        ({"LastKnownPostCode": "LU2 2AA", "AbilityToShare": "0"}, "RC007", {"AbilityToShare"}),
        ({"AbilityToShare": "2", "GivenName": "A" * 36}, "RC011", {"GivenName", "AbilityToShare"}),
    ):
        exception = exception_of(populated, {"PlaceOfBirth": code, **sent})
        assert exception.code.value == code
        resolution = chosen(populated, exception.id)
        assert (resolution.code.value, resolution.uln) == ("RC002", ANNE)
        told = " ".join(resolution.not_written)
        assert {field for field in (*RECORD, "Notes") if field in told} == not_written
        after = held(populated)
        assert (after.given_name, after.date_of_birth, after.ability_to_share) == ("Anne-Marie", "2006-07-30", "1")
        assert (after.verification_type, after.notes, after.place_of_birth) == ("1", None, code)


@on_sqlite
def test_who_cannot_be_chosen(populated: Store) -> None:
    # It is Beth to the letter, but for the ULN.
    exception = exception_of(populated, {"GivenName": "Beth", "LastKnownPostCode": "BS8 1TH", "ULN": UNHELD})
    before = [held(populated, uln) for uln in (ANNE, BETH, OTHER, LINKED, GONE)]
    for uln, told in (
        (UNHELD, "no learner"),
        (GONE, "no learner"),
        ("1000000018", "no learner"),
        ("nonsense", "no learner"),
        (LINKED, f"linked to {OTHER}"),
        (OTHER, f"ULN {BETH}"),
    ):
        with populated.writing() as transaction, pytest.raises(NotPossible, match=told):
            choose(transaction, exception.id, uln)
        assert looked_at(populated, exception.id) == exception
    assert [held(populated, uln) for uln in (ANNE, BETH, OTHER, LINKED, GONE)] == before
    assert chosen(populated, exception.id, BETH).uln == BETH


def test_registering_with_corrections_issues_a_new_uln(populated: Store) -> None:
    ulns = {ANNE, BETH, OTHER, LINKED, GONE, UNHELD}
    for code, sent, corrections in (
        ("RC006", {**NEW, "AbilityToShare": ""}, {"AbilityToShare": "0"}),
        ("RC007", {}, {}),
        ("RC009", {**NEW, "ULN": UNHELD}, {"FamilyName": "Drax"}),
        ("RC009", {**NEW, "ULN": ANNE}, {"FamilyName": "Beauchamp", "Title": "Mr", "PlaceOfBirth": ""}),
        ("RC010", {**NEW, "Gender": ""}, {"FamilyName": "Wemyss", "Gender": "1"}),
        ("RC011", {**NEW, "DateOfBirth": "21/11/2010"}, {"FamilyName": "Ruthven", "DateOfBirth": "2010-11-21"}),
        ("RC013", {**NEW, "DateOfBirth": "2020-11-21"}, {"FamilyName": "Cholmondeley", "DateOfBirth": "2010-11-21"}),
    ):
        exception = exception_of(populated, sent)
        assert exception.code.value == code
        resolution = registered(populated, exception.id, **corrections)
        assert resolution.code is ReturnCode.REGISTERED
        assert resolution.uln not in ulns
        ulns.add(resolution.uln)
        learner, expected = held(populated, resolution.uln), {**RECORD, **sent, **corrections}
        for field in ("GivenName", "FamilyName", "DateOfBirth", "Gender", "AbilityToShare"):
            assert getattr(learner, BY_CONTRACT_NAME[field].name) == expected[field]
        is_under_16 = expected["DateOfBirth"] == "2010-11-21"
        assert learner.unique_pupil_number == (UPN if is_under_16 else None)
        not_kept = "UniquePupilNumber: not kept, because the learner is 16 or older"
        assert resolution.not_written == (() if is_under_16 else (not_kept,))
        assert (learner.title, learner.place_of_birth) == (corrections.get("Title"), expected["PlaceOfBirth"] or None)
        with populated.reading() as transaction:
            (change,) = history.of(transaction, resolution.uln)
        assert (change.action, change.author, learner.version_number) == (Action.REGISTERED, DECIDER, 1)
        counts, (record,) = output(populated, exception.job_id)
        assert counts == Counts(new=1)
        assert (record.return_code, record.uln) == (ReturnCode.REGISTERED, resolution.uln)
        assert record.sent == SentLearner.of({**RECORD, **sent})
    assert held(populated) == HELD


@on_sqlite
def test_what_cannot_be_registered(populated: Store) -> None:
    exception = exception_of(populated, {})
    refused: tuple[tuple[dict[str, Any], type[LrsError], str], ...] = (
        ({"LastKnownPostCode": "bs8 1th"}, NotPossible, f"ULN {ANNE}"),
        ({"FamilyName": ""}, InvalidRecord, "FamilyName: missing"),
        ({"VerificationType": ""}, InvalidRecord, "VerificationType: missing"),
        ({"FamilyName": "O" * 36}, InvalidRecord, "FamilyName: longer than 35 characters"),
        ({"DateOfBirth": "30/07/2006"}, InvalidRecord, "DateOfBirth"),
        ({"DateOfBirth": "2020-07-30"}, InvalidRecord, "outside the permitted age range"),
        ({"UniquePupilNumber": "A823200405017"}, InvalidRecord, "UniquePupilNumber"),
        ({"GivenName": "Bogus"}, InvalidRecord, "prohibited"),
        ({"AbilityToShare": "2"}, InvalidRecord, "no longer accepted"),
        ({"Notes": "a\x1eb"}, InvalidRecord, "Notes: .*XML"),
        ({"ULN": ANNE}, InvalidRecord, "'ULN'"),
        ({"MISIdentifier": "B-1"}, InvalidRecord, "'MISIdentifier'"),
        ({"givenname": "Ann"}, InvalidRecord, "'givenname'"),
    )
    for corrections, error, told in refused:
        # Nothing of it is left in the transaction that it was tried in, either.
        with populated.writing() as transaction, pytest.raises(error, match=told):
            register(transaction, exception.id, **corrections)
        assert looked_at(populated, exception.id) == exception
    assert registered(populated, exception.id).code is ReturnCode.REGISTERED


def test_a_withdrawn_one_keeps_its_return_code_and_is_closed(populated: Store) -> None:
    exception = exception_of(populated, {})
    with populated.writing() as transaction:
        withdraw(transaction, exception.id)
    (closed,) = listed(populated, also_closed=True)
    assert (closed.state, closed.code, closed.closed_by) == (ExceptionState.WITHDRAWN, exception.code, "A Decider")
    assert listed(populated) == []
    assert output(populated, exception.job_id)[0] == Counts(possible_match=1)


DECISIONS: dict[str, Callable[..., Any]] = {"choose": choose, "register": register, "withdraw": withdraw}


@on_sqlite
def test_what_is_closed_is_closed(populated: Store) -> None:
    for first, decide_first in DECISIONS.items():
        exception = exception_of(populated, {"ULN": UNHELD, "FamilyName": first})
        with populated.writing() as transaction:
            decide_first(transaction, exception.id)
        state = "withdrawn" if first == "withdraw" else "resolved"
        told = f"Exception {exception.id} was {state} by A Decider on 2025-03-10 already"
        before = looked_at(populated, exception.id), held(populated)
        for decide in DECISIONS.values():
            with populated.writing() as transaction, pytest.raises(NotPossible, match=told):
                decide(transaction, exception.id)
        assert (looked_at(populated, exception.id), held(populated)) == before


def test_after_45_days_nobody_decides_any_more(populated: Store) -> None:
    last, late = exception_of(populated, {}), exception_of(populated, {"FamilyName": "O'Harra"})
    assert [each.id for each in listed(populated, now=LAST_MOMENT)] == [last.id, late.id]
    assert chosen(populated, last.id, now=LAST_MOMENT).uln == ANNE

    too_late = LAST_MOMENT + timedelta(seconds=1)
    assert listed(populated, now=too_late) == []
    states = [each.state_on(too_late.date()) for each in listed(populated, now=too_late, also_closed=True)]
    assert states == [ExceptionState.RESOLVED, ExceptionState.EXPIRED]
    for decide in DECISIONS.values():
        with (
            populated.writing() as transaction,
            pytest.raises(NotPossible, match="expired: its last day was 2025-04-24"),
        ):
            decide(transaction, late.id, now=too_late)
    # The clock was put back: it was never written down that it had expired.
    assert chosen(populated, late.id, now=LAST_MOMENT).uln == ANNE


@on_sqlite
def test_what_a_job_leaves_is_resolved_when_it_has_finished(populated: Store) -> None:
    job_id = submit(populated, [{}, {}])
    lease = work(populated, most=1)
    (exception,) = listed(populated)
    with pytest.raises(NotPossible, match=f"Job {job_id} is InProgress"):
        chosen(populated, exception.id)
    with populated.writing() as transaction:
        for _ in range(3):
            lease = job_work.count_death(unit(transaction), lease)
    with pytest.raises(NotPossible, match=f"Job {job_id} is Failed"):
        registered(populated, exception.id)
    assert looked_at(populated, exception.id).state is ExceptionState.OPEN


@on_sqlite
def test_possible_learners_are_told_as_they_are_held_now(populated: Store) -> None:
    exception = exception_of(populated, {"GivenName": "Anna", "LastKnownPostCode": "BS8 1TH"})

    def possible() -> list[str]:
        with populated.reading() as transaction:
            return [learner.uln for learner in possible_learners(unit(transaction), exception)]

    assert possible() == [ANNE, BETH]
    with populated.writing() as transaction:
        merge_learners(unit(transaction, author=OPERATOR), OTHER, ANNE)
    assert possible() == [OTHER, BETH]
    with populated.writing() as transaction:
        merge_learners(unit(transaction, author=OPERATOR), OTHER, BETH)
    assert possible() == [OTHER]
    with populated.writing() as transaction:
        delete_learner(unit(transaction, author=OPERATOR), ANNE)
        delete_learner(unit(transaction, author=OPERATOR), BETH)
    assert possible() == []


def test_a_rival_between_look_and_write_wins(populated: Store) -> None:
    exception = exception_of(populated, {})
    with populated.writing() as transaction:
        # In the same transaction: on SQLite nobody else's could write. What is undone is the loser's alone.
        once(lambda: withdraw(transaction, exception.id), transaction)
        with pytest.raises(NotPossible, match="withdrawn"):
            choose(transaction, exception.id)


def test_of_those_who_decide_at_the_same_moment_one_does(populated: Store) -> None:
    exception = exception_of(populated, {})
    together = threading.Barrier(6)
    done, refused = [], []

    def try_it(decide: Callable[..., Any]) -> None:
        together.wait()
        try:
            with populated.writing() as transaction:
                decide(transaction, exception.id)
                done.append(decide)
        except NotPossible:
            refused.append(decide)

    threads = [threading.Thread(target=try_it, args=(decide,)) for decide in (*DECISIONS.values(), *DECISIONS.values())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 5)
    with populated.reading() as transaction:
        count = learners.count(transaction)
    assert count == 5 + (done == [register])
    assert held(populated).version_number == 7 + (done == [choose])


def test_what_can_be_corrected_is_what_a_record_says_of_its_learner() -> None:
    of_the_record = {"ULN", "MISIdentifier"}
    only_in_files = {"UniquePupilNumber", "UniqueCandidateIdentifier"}
    correctable = {field.contract_name for field in CORRECTABLE_FIELDS}
    assert correctable == {field.name for field in fields_of(BatchLearner)} - of_the_record | only_in_files
    assert {field.contract_name for field in set(CORRECTABLE_FIELDS) - set(SHOWN_FIELDS)} == only_in_files
