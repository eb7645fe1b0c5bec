"""What a job will say of a file's learners: the same as the job says, and nothing is written for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lrs_soap.batch import file_checking, job_work
from lrs_soap.batch.foresight import foresee
from lrs_soap.cli.facets import facet_check
from lrs_soap.operations import batch_output
from lrs_soap.operations.submit_batch import submit_registration_batch
from lrs_soap.rules.batches.jobs import JobType
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from lrs_soap.store.tables import metadata
from tests.kit.batch_files import content, opened
from tests.kit.batch_register import ANNE, BETH, GONE, LEARNERS, LINKED, UNHELD
from tests.kit.databases import SQLITE, new_database
from tests.kit.work import unit, world_over

PROHIBITED = ProhibitedText(frozenset({"bogus"}))
CHECK = facet_check()
RECORD = {
    "GivenName": "Anne-Marie",
    "FamilyName": "O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "BS8 1TH",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
NEW = {**RECORD, "GivenName": "Jolyon", "FamilyName": "Featherstone", "LastKnownPostCode": "LS2 9JT"}


@pytest.fixture
def populated(store: Store) -> Store:
    return fill(store)


def fill(store: Store) -> Store:
    with store.writing() as transaction:
        for learner in LEARNERS:
            learners.insert(transaction, learner)
    return store


def foreseen(store: Store, records: Sequence[Mapping[str, str]], *, full: bool = True) -> list[str]:
    world = world_over(store, prohibited=PROHIBITED)
    return [each.code.value for each in foresee(world, opened(content(*records)), CHECK, full=full)]


def done(store: Store, records: Sequence[Mapping[str, str]], *, full: bool = True) -> list[str]:
    """The return codes of a job of these records, which is done."""
    submitted = [file_checking.submitted_record(SentLearner.of(each).filled_in(), CHECK) for each in records]
    with store.writing() as transaction:
        work = unit(transaction, prohibited=PROHIBITED)
        job_id = submit_registration_batch(work, submitted, job_type=JobType.FUL if full else JobType.CHK)
        lease = job_work.take(work, owner="a worker", is_gone=lambda owner: False)
        assert lease is not None
        for record in job_work.next_records(work, lease, len(records)):
            lease = job_work.do_record(work, lease, record, goes_on=True).lease
        found = batch_output.records_of(work, batch_output.any_job(work, job_id))
        return [each.return_code.value for each in found if each.return_code is not None]


def everything(store: Store) -> list[list[Any]]:
    with store.reading() as transaction:
        return [list(transaction.execute(select(table)).all()) for table in metadata.sorted_tables]


@pytest.mark.parametrize(
    ("records", "codes"),
    [
        # The same person again, in another spelling too.
        ([NEW, NEW, {**NEW, "GivenName": "JOLYON", "LastKnownPostCode": "ls29jt"}], ["RC001", "RC002", "RC002"]),
        # Somebody similar to a learner of the file, by date or by postcode.
        ([NEW, {**NEW, "LastKnownPostCode": "CV1 2WT"}], ["RC001", "RC007"]),
        ([NEW, {**NEW, "DateOfBirth": "2006-07-31"}], ["RC001", "RC007"]),
        ([NEW, {**NEW, "DateOfBirth": "2006-07-31", "LastKnownPostCode": "CV1 2WT"}], ["RC001", "RC001"]),
        # A learner who has moved is found where she is, and as a possible match where she was.
        (
            [{"ULN": ANNE, "LastKnownPostCode": "CV1 2WT"}, {**RECORD, "LastKnownPostCode": "CV1 2WT"}, RECORD],
            ["RC003", "RC002", "RC007"],
        ),
        # Her old details are free, and her new ones are taken.
        (
            [
                {"ULN": ANNE, "FamilyName": "Smith"},
                {"ULN": BETH, "GivenName": "Anne-Marie"},
                {"ULN": ANNE, "FamilyName": "O'Hara"},
            ],
            ["RC003", "RC003", "RC009"],
        ),
        ([{"ULN": ANNE, "Title": "Dr"}, {"ULN": ANNE, "Title": "Dr"}], ["RC003", "RC005"]),
        ([{"ULN": ANNE, "FamilyName": "Smith"}, {"ULN": ANNE, "GivenName": "Ann"}], ["RC003", "RC009"]),
        ([{"ULN": BETH, "AbilityToShare": "1"}, {"ULN": BETH, "AbilityToShare": "0"}], ["RC003", "RC011"]),
        ([{**NEW, "VerificationType": ""}, NEW, {**NEW, "VerificationType": ""}], ["RC006", "RC001", "RC002"]),
    ],
)  # fmt: skip
def test_each_learner_is_foreseen_after_the_ones_before(
    populated: Store, records: list[dict[str, str]], codes: list[str]
) -> None:
    before = everything(populated)
    assert foreseen(populated, records) == codes
    assert everything(populated) == before
    assert done(populated, records) == codes


def test_what_the_register_is_now_decides(populated: Store) -> None:
    assert foreseen(populated, [NEW]) == ["RC001"]
    assert done(populated, [NEW]) == ["RC001"]
    assert foreseen(populated, [NEW]) == ["RC002"]


def test_more_learners_than_one_transaction_reads(populated: Store) -> None:
    records = [{**NEW, "MISIdentifier": str(number)} for number in range(700)]
    assert foreseen(populated, records) == ["RC001", *["RC002"] * 699]


_PEOPLE = st.fixed_dictionaries(
    {
        "ULN": st.sampled_from(["", "", "", ANNE, BETH, LINKED, GONE, UNHELD, "1000000018"]),
        "GivenName": st.sampled_from(["Anne-Marie", "Beth", "Jolyon", "Joly", "Bogus", ".", ""]),
        "FamilyName": st.sampled_from(["O'Hara", "Featherstone", "Fetherstone", "Smith"]),
        "DateOfBirth": st.sampled_from(["2006-07-30", "2006-07-31", "2006-02-30", "2010-07-30", "2020-01-01", "x", ""]),
        "Gender": st.sampled_from(["1", "2", "9"]),
        "LastKnownPostCode": st.sampled_from(["BS8 1TH", "LS2 9JT", "ZZ99 9ZZ", ""]),
        "AbilityToShare": st.sampled_from(["0", "1", "2", ""]),
        "VerificationType": st.sampled_from(["1", "999", ""]),
        "Title": st.sampled_from(["", "Dr"]),
        "EmailAddress": st.sampled_from(["", "none", "a@example.org"]),
        "UniquePupilNumber": st.sampled_from(["", "A000000000000", "B000000000000"]),
        "MISIdentifier": st.just("1"),
    }
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(_PEOPLE, min_size=1, max_size=12), st.booleans())
def test_what_is_foreseen_comes_true(records: list[dict[str, str]], full: bool) -> None:
    with TemporaryDirectory() as folder, new_database(SQLITE, Path(folder)) as url:
        store = fill(Store.open(url))
        before = everything(store)
        codes = foreseen(store, records, full=full)
        assert everything(store) == before
        assert done(store, records, full=full) == codes
        store.close()
