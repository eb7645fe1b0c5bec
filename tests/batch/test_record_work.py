"""Records of batches: every outcome by every way to it, what each writes, and what becomes of rivals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lrs_soap.batch import job_work
from lrs_soap.batch.job_register import HeldRegister
from lrs_soap.batch.record_work import do_registration, do_verification
from lrs_soap.operations import batch_output
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.register import register
from lrs_soap.operations.submit_batch import submit_registration_batch
from lrs_soap.rules.batches.batch_records import RecordOutcome
from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord
from lrs_soap.rules.batches.jobs import JobKind, JobType
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.values.change import OPERATOR, Action
from lrs_soap.rules.values.codes import FailureFlag
from lrs_soap.rules.values.decision import passed_over
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.rules.values.uln import check_digit
from lrs_soap.store import batch_exceptions, history, jobs, learners
from lrs_soap.store.store import Store
from lrs_soap.store.tables import history as history_table
from lrs_soap.store.tables import learners as learners_table
from lrs_soap.store.tables import name_keys as name_keys_table
from lrs_soap.store.transaction import Transaction
from tests.kit.batch_register import ANNE, BETH, GONE, HELD, LEARNERS, LINKED, OTHER, UNHELD
from tests.kit.databases import SQLITE, new_database, on_postgresql
from tests.kit.rivals import once
from tests.kit.work import AUTHOR, NOW, unit

PROHIBITED = ProhibitedText(frozenset({"bogus"}))

# Whose records `do` does. It is never released, so no worker takes it.
JOB = 1
CROWD = tuple(stem + digit for stem in map(str, range(200000001, 200000020)) if (digit := check_digit(stem)))[:11]
RECORD: dict[str, str | None] = {
    "ULN": None,
    "MISIdentifier": "A-1",
    "Title": "",
    "GivenName": "Anne-Marie",
    "FamilyName": "O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "BS8 1TH",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
# Nobody like this is held.
NEW: dict[str, Any] = {
    "GivenName": "Jolyon",
    "FamilyName": "Featherstone",
    "DateOfBirth": "2007-11-21",
    "LastKnownPostCode": "LS2 9JT",
}


def fill(store: Store) -> Store:
    """Hold a learner and her twin, another with a linked one, one who is deleted, and eleven alike."""
    with store.writing() as transaction:
        for learner in (
            *LEARNERS,
            *(
                HELD._replace(
                    uln=uln,
                    given_name="Tom",
                    family_name="Twin",
                    date_of_birth="2005-05-05",
                    last_known_post_code=f"CV{number} 9EE",
                )
                for number, uln in enumerate(CROWD, 1)
            ),
        ):
            learners.insert(transaction, learner)
        job = jobs.insert_job(
            transaction, kind=JobKind.REGISTRATION, job_type=JobType.FUL, author=AUTHOR, submitted=NOW
        )
        assert job == JOB
    return store


@pytest.fixture
def populated(store: Store) -> Store:
    return fill(store)


def do(
    transaction: Transaction,
    *,
    full: bool = True,
    facet_errors: tuple[str, ...] = (),
    identifier_errors: tuple[str, ...] = (),
    **fields: str | None,
) -> RecordOutcome:
    return do_registration(
        HeldRegister(unit(transaction, prohibited=PROHIBITED), JOB),
        SentLearner.of({**RECORD, **fields}),
        full=full,
        facet_errors=facet_errors,
        identifier_errors=identifier_errors,
    )


def done(store: Store, **given: Any) -> RecordOutcome:
    with store.writing() as transaction:
        return do(transaction, **given)


def held(store: Store, uln: str | None = ANNE) -> Learner:
    assert uln is not None
    with store.reading() as transaction:
        learner = learners.by_uln(transaction, uln)
    assert learner is not None
    return learner


def codes_of(records: Iterable[JobRecord]) -> list[str]:
    return [record.return_code.value for record in records if record.return_code is not None]


def everything(store: Store) -> list[Any]:
    """All that a record could have changed."""
    with store.reading() as transaction:
        return [
            transaction.execute(select(table).order_by(*table.primary_key)).all()
            for table in (learners_table, history_table, name_keys_table)
        ]


class Way(NamedTuple):
    """A record that writes nothing, and what it comes to in a FUL job and in a CHK job: return code and ULN."""

    name: str
    given: dict[str, Any]
    full: tuple[str, str | None]
    check: tuple[str, str | None]


def same(name: str, code: str, uln: str | None, given: dict[str, Any]) -> Way:
    return Way(name, given, (code, uln), (code, uln))


WAYS = (
    same("exact", "RC002", ANNE, {}),
    same("exact, otherwise spelled", "RC002", ANNE, {"GivenName": "ANNE‐MARIE", "LastKnownPostCode": "bs81th"}),
    same("exact, too little to register", "RC002", ANNE, {"VerificationType": "", "AbilityToShare": None}),
    same("exact, with other details", "RC002", ANNE, {"Title": "Dr", "Notes": "New"}),
    same("exact, linked", "RC004", OTHER, {"GivenName": "Shiv", "FamilyName": "Whitlock"}),
    same("a linked ULN", "RC004", OTHER, {"ULN": LINKED}),
    same("its ULN", "RC005", ANNE, {"ULN": ANNE, "LastKnownPostCode": "bs81th"}),
    same("its ULN and nothing else", "RC005", ANNE, {**dict.fromkeys(RECORD), "ULN": ANNE}),
    same("possible", "RC007", None, {"LastKnownPostCode": "LU1 1AA"}),
    same("too many", "RC008", None, {"GivenName": "Tom", "FamilyName": "Twin", "DateOfBirth": "2005-05-05"}),
    same("an unknown ULN", "RC009", None, {"ULN": UNHELD}),
    same("a deleted learner's ULN", "RC009", None, {"ULN": GONE, "FamilyName": "Iyer"}),
    same("another learner's ULN", "RC009", None, {"ULN": OTHER}),
    same("two mandatory fields", "RC009", None, {"ULN": ANNE, "FamilyName": "Smith", "LastKnownPostCode": "LU1 1AA"}),
    same("no given name", "RC010", None, {"GivenName": ""}),
    same("no family name", "RC010", None, {"FamilyName": None}),
    same("no date of birth", "RC010", None, {"DateOfBirth": ""}),
    same("no gender", "RC010", None, {"Gender": None}),
    same("no postcode", "RC010", None, {"LastKnownPostCode": ""}),
    same("nothing at all", "RC010", None, dict.fromkeys(RECORD, "")),
    same("a facet", "RC011", None, {"facet_errors": ("too long",)}),
    same("no real date", "RC011", None, {"DateOfBirth": "2006-02-30"}),
    same("prohibited text", "RC011", None, {"Notes": "bogus"}),
    same("opted out", "RC011", None, {"AbilityToShare": "2"}),
    same("opted out, with a ULN", "RC011", None, {"ULN": BETH, "GivenName": "Beth", "AbilityToShare": "2"}),
    same("a wrong check digit", "RC011", None, {"ULN": "1000000018"}),
    same("a UPN or UCI", "RC012", None, {"identifier_errors": ("no UPN",)}),
    same("too young", "RC013", None, {"DateOfBirth": "2012-03-11"}),
    same("too old, with a ULN", "RC013", None, {"ULN": ANNE, "DateOfBirth": "1914-03-10"}),
    Way("nobody, no VerificationType", {**NEW, "VerificationType": ""}, ("RC006", None), ("RC009", None)),
    Way("nobody, no AbilityToShare", {**NEW, "AbilityToShare": None}, ("RC006", None), ("RC009", None)),
    # WSRC0014, WSRC0021.
    Way("a notice unseen", {"ULN": ANNE, "AbilityToShare": "0"}, ("RC011", None), ("RC005", ANNE)),
    Way("into another learner", {"ULN": BETH}, ("RC009", None), ("RC005", BETH)),
)


def test_every_outcome_that_writes_nothing(populated: Store) -> None:
    before = everything(populated)
    came_to = [
        Way(
            name,
            given,
            *((out.code.value, out.uln) for out in (done(populated, **given), done(populated, full=False, **given))),
        )
        for name, given, _, _ in WAYS
    ]
    assert came_to == list(WAYS)
    assert everything(populated) == before


def test_a_job_that_only_looks_never_writes(populated: Store) -> None:
    before = everything(populated)
    assert done(populated, full=False, **NEW).code.value == "RC009"
    assert done(populated, full=False, ULN=ANNE, Title="Dr", FamilyName="Smith").code.value == "RC005"
    assert everything(populated) == before


def test_possible_matches_are_told_the_likeliest_first_and_a_master_for_a_linked_one(populated: Store) -> None:
    outcome = done(populated, GivenName="Beth", LastKnownPostCode="LU1 1AA")
    assert (outcome.code.value, outcome.possible) == ("RC007", (BETH,))
    with_others = done(populated, GivenName="Shivon", FamilyName="Whitlock", LastKnownPostCode="BS8 1TH")
    assert (with_others.code.value, with_others.possible) == ("RC007", (OTHER,))
    assert done(populated, GivenName="Anna", FamilyName="O'Hara").possible == (ANNE, BETH)


def test_a_relative_and_what_a_batch_alone_can_send_are_possible_matches(populated: Store) -> None:
    stranger = {"FamilyName": "Whitlow", "LastKnownPostCode": "LS2 9JT"}
    uci = {"UniqueCandidateIdentifier": "12345A678901B"}
    with populated.writing() as transaction:
        before = learners.held(transaction, ANNE)
        assert learners.update(transaction, before, before._replace(unique_candidate_identifier="12345A678901B"))
        relative = do(transaction, GivenName="Declan", DateOfBirth="2009-01-02")
        by_uci = do(transaction, **stranger, **uci)
        by_middle_name = do(
            transaction, GivenName="Jo", FamilyName="O'Harra", MiddleOtherName="Anne-Marie", LastKnownPostCode="LS2 9JT"
        )
    for outcome, possible in ((relative, (ANNE, BETH)), (by_uci, (ANNE,)), (by_middle_name, (ANNE,))):
        assert (outcome.code.value, outcome.possible) == ("RC007", possible)


def test_a_new_learner_is_registered_with_all_that_was_sent(populated: Store) -> None:
    pupil = {**NEW, "DateOfBirth": "2010-11-21", "UniquePupilNumber": "A123", "UniqueCandidateIdentifier": "B456"}
    outcome = done(populated, **pupil, Title="Mr", PlaceOfBirth="")
    assert outcome.code.value == "RC001"
    learner = held(populated, outcome.uln)
    assert (learner.given_name, learner.title, learner.place_of_birth) == ("Jolyon", "Mr", None)
    assert (learner.unique_pupil_number, learner.unique_candidate_identifier) == ("A123", "B456")
    assert (learner.version_number, learner.created_date) == (1, "2025-03-10")
    with populated.reading() as transaction:
        (change,) = history.of(transaction, learner.uln)
    assert (change.action, change.moment, change.author) == (Action.REGISTERED, NOW, AUTHOR)


def test_the_same_person_twice_is_registered_once(populated: Store) -> None:
    with populated.writing() as transaction:
        first, second, checked = (do(transaction, **NEW), do(transaction, **NEW), do(transaction, full=False, **NEW))
    assert [first.code.value, second.code.value, checked.code.value] == ["RC001", "RC002", "RC002"]
    assert first.uln is not None
    assert first.uln == second.uln == checked.uln


def test_what_was_sent_with_a_uln_and_differs_is_written_and_what_is_empty_clears_nothing(populated: Store) -> None:
    sent = {"ULN": ANNE, "FamilyName": "Smith", "PreviousFamilyName": "O'Hara", "UniqueCandidateIdentifier": "B456"}
    outcome = done(populated, **sent, Title="", Notes=None, VerificationType="", AbilityToShare="", GivenName="")
    assert (outcome.code.value, outcome.uln) == ("RC003", ANNE)
    assert held(populated) == HELD._replace(
        family_name="Smith",
        previous_family_name="O'Hara",
        unique_candidate_identifier="B456",
        version_number=8,
        last_updated_date="2025-03-10",
        last_updated="2025-03-10T12:30:00Z",
    )
    with populated.reading() as transaction:
        (change,) = history.of(transaction, ANNE)
    assert (change.action, change.author) == (Action.UPDATED, AUTHOR)
    assert change.fields["family_name"] == ("O'Hara", "Smith")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        # One field, as often as the job likes, and back again.
        ([{"FamilyName": "Smith"}, {"FamilyName": "Jones"}, {"FamilyName": "O'Hara"}], ["RC003", "RC003", "RC003"]),
        # Another field after it, whether the record repeats the first change or sends the first field empty.
        ([{"FamilyName": "Smith"}, {"FamilyName": "Smith", "LastKnownPostCode": "LU1 1AA"}], ["RC003", "RC009"]),
        ([{"FamilyName": "Smith"}, {"FamilyName": "", "DateOfBirth": "2006-07-31"}], ["RC003", "RC009"]),
        ([{"LastKnownPostCode": "LU1 1AA"}, {"LastKnownPostCode": "", "Gender": "1"}], ["RC003", "RC009"]),
        ([{"GivenName": "Anne"}, {"GivenName": "", "FamilyName": "Smith"}], ["RC003", "RC009"]),
        # A refused record changes nothing, so it does not count; nor does another spelling.
        (
            [{"FamilyName": "Smith", "Gender": "1"}, {"FamilyName": "Smith"}, {"FamilyName": "", "Title": "Dr"}],
            ["RC009", "RC003", "RC003"],
        ),
        ([{"LastKnownPostCode": "bs81th", "GivenName": "ANNE-MARIE"}, {"FamilyName": "Smith"}], ["RC003", "RC003"]),
        # Optional fields do not count.
        ([{"FamilyName": "Smith"}, {"FamilyName": "", "Notes": "Moved."}], ["RC003", "RC003"]),
        # Nothing is written, so nothing is changed.
        ([{"FamilyName": "Smith", "AbilityToShare": "0"}, {"LastKnownPostCode": "LU1 1AA"}], ["RC011", "RC003"]),
    ],
)
def test_the_records_of_a_job_change_one_mandatory_field_of_a_learner(
    populated: Store, changes: list[dict[str, str]], codes: list[str]
) -> None:
    with populated.writing() as transaction:
        assert [do(transaction, ULN=ANNE, **changed).code.value for changed in changes] == codes


def test_another_job_may_change_another_mandatory_field(populated: Store) -> None:
    records = [{**RECORD, "ULN": ANNE, "FamilyName": "Smith"}, {**RECORD, "ULN": BETH, "GivenName": "Bethany"}]
    assert codes_of(run_job(populated, records, JobType.FUL)) == ["RC003", "RC003"]
    moved = {**RECORD, "ULN": ANNE, "FamilyName": "", "LastKnownPostCode": "LU1 1AA"}
    assert codes_of(run_job(populated, [moved], JobType.FUL)) == ["RC003"]


def test_a_job_that_goes_on_after_its_worker_died_knows_what_it_has_changed(populated: Store) -> None:
    records = [{**RECORD, "ULN": ANNE, "FamilyName": "Smith"}, {"ULN": ANNE, "LastKnownPostCode": "LU1 1AA"}]
    with populated.writing() as transaction:
        job_id = submit_registration_batch(
            unit(transaction), [SubmittedRecord(SentLearner.of(each)) for each in records], job_type=JobType.FUL
        )
    for owner in ("one", "another"):
        with populated.writing() as transaction:
            lease = job_work.take(unit(transaction), owner=owner, is_gone=lambda owner: True)
            assert lease is not None
            (record,) = job_work.next_records(unit(transaction), lease, 1)
            job_work.do_record(unit(transaction), lease, record, goes_on=True)
    with populated.reading() as transaction:
        job = batch_output.any_job(unit(transaction), job_id)
        assert codes_of(batch_output.records_of(unit(transaction), job)) == ["RC003", "RC009"]


def test_a_job_that_only_looks_changes_nothing_so_each_record_may_differ_in_one(populated: Store) -> None:
    records = [{**RECORD, "ULN": ANNE, "FamilyName": "Smith"}, {**RECORD, "ULN": ANNE, "Gender": "1"}]
    assert codes_of(run_job(populated, records, JobType.CHK)) == ["RC005", "RC005"]


UPN = "A000000000000"


@pytest.mark.parametrize(
    ("born", "kept"),
    [
        ("2009-03-11", True),  # 16 tomorrow
        ("2009-03-10", False),
        ("2008-02-29", False),
        ("1990-01-01", False),
    ],
)
def test_a_upn_is_kept_of_a_new_learner_under_16_and_passed_over_of_an_older_one(
    populated: Store, born: str, kept: bool
) -> None:
    outcome = done(populated, **{**NEW, "DateOfBirth": born}, UniquePupilNumber=UPN)
    assert outcome.code.value == "RC001"
    assert held(populated, outcome.uln).unique_pupil_number == (UPN if kept else None)
    told = [] if kept else ["UniquePupilNumber: not kept, because the learner is 16 or older"]
    assert passed_over(outcome.reasons) == told


@pytest.mark.parametrize(
    ("changed", "code", "kept"),
    [
        ({}, "RC005", False),
        ({"Title": "Dr"}, "RC003", False),
        ({"DateOfBirth": "2009-07-30"}, "RC003", True),  # 15, now that the date is right
        ({"DateOfBirth": ""}, "RC005", False),
    ],
)
def test_a_upn_that_is_sent_for_a_learner_counts_by_the_age_that_the_learner_has_then(
    populated: Store, changed: dict[str, str], code: str, kept: bool
) -> None:
    outcome = done(populated, ULN=ANNE, UniquePupilNumber=UPN, **changed)
    assert outcome.code.value == code
    assert held(populated).unique_pupil_number == (UPN if kept else None)
    assert bool(passed_over(outcome.reasons)) is not kept


def test_a_upn_that_is_held_stays_after_the_learner_is_16(populated: Store) -> None:
    with populated.writing() as transaction:
        learners.insert(transaction, HELD._replace(uln=UNHELD, given_name="Cat", unique_pupil_number=UPN))
    outcome = done(populated, ULN=UNHELD, GivenName="Cat", UniquePupilNumber=UPN, Title="Dr")
    assert (outcome.code.value, passed_over(outcome.reasons)) == ("RC003", [])
    assert held(populated, UNHELD).unique_pupil_number == UPN


def test_each_record_sees_what_those_before_it_did(populated: Store) -> None:
    with populated.writing() as transaction:
        codes = [
            do(transaction, ULN=ANNE, **changed).code.value
            for changed in ({"Title": "Dr"}, {"Title": "Dr"}, {"FamilyName": "Smith"}, {"FamilyName": "Smith"})
        ]
    assert codes == ["RC003", "RC005", "RC003", "RC005"]
    assert held(populated).version_number == 9


def test_who_has_opted_out_may_be_shown_the_notice_and_then_it_stays_seen(populated: Store) -> None:
    assert done(populated, ULN=BETH, GivenName="Beth").code.value == "RC003"
    assert held(populated, BETH).ability_to_share == "1"
    assert done(populated, ULN=BETH, GivenName="Beth", AbilityToShare="0").code.value == "RC011"
    assert held(populated, BETH).ability_to_share == "1"


def registered(transaction: Transaction, record: dict[str, str | None]) -> str:
    (learner,) = register(unit(transaction), SentLearner.of(record)).learners
    return learner.uln


def test_whom_a_rival_registers_between_look_and_write_is_found(populated: Store) -> None:
    rivals: list[str] = []
    with populated.writing() as transaction:
        once(lambda: rivals.append(registered(transaction, {**RECORD, **NEW})), transaction)
        outcome = do(transaction, **NEW)
    assert (outcome.code.value, outcome.uln) == ("RC002", rivals[0])


def test_an_update_goes_on_from_a_rivals(populated: Store) -> None:
    with populated.writing() as transaction:
        once(lambda: do(transaction, ULN=ANNE, Title="Dr"), transaction)
        outcome = do(transaction, ULN=ANNE, Notes="Hers.")
    assert outcome.code.value == "RC003"
    learner = held(populated)
    assert (learner.title, learner.notes, learner.version_number) == ("Dr", "Hers.", 9)


@on_postgresql
def test_whoever_is_merged_meanwhile_is_linked(populated: Store, database_url: str) -> None:
    other = Store(database_url)

    def merge() -> None:
        with other.writing() as rival:
            merge_learners(unit(rival, author=OPERATOR), OTHER, ANNE)

    with populated.writing() as transaction:
        once(merge, transaction)
        outcome = do(transaction, ULN=ANNE, Title="Dr")
    other.close()
    assert (outcome.code.value, outcome.uln) == ("RC004", OTHER)
    assert held(populated).title == "Ms"


def verified(store: Store, *, facet_errors: tuple[str, ...] = (), **fields: str | None) -> Verification:
    named = {"MISIdentifier": "A-1", "ULN": ANNE, "GivenName": "Anne-Marie", "FamilyName": "O'Hara"}
    sent = SentLearner.of({**named, **fields})
    with store.reading() as transaction:
        return do_verification(unit(transaction, prohibited=PROHIBITED), sent, facet_errors=facet_errors)


def test_a_record_to_verify_is_verified_as_one_alone(populated: Store) -> None:
    for code, fields in (
        ("WSVRC001", {"DateOfBirth": "2006-07-30", "Gender": "2"}),
        ("WSVRC001", {"DateOfBirth": "", "Gender": None}),
        ("WSVRC002", {"ULN": LINKED, "GivenName": "Shiv", "FamilyName": "Whitlock"}),
        ("WSVRC003", {"GivenName": "Ann-Marie"}),
        ("WSVRC004", {"ULN": LINKED, "GivenName": "Shive", "FamilyName": "Whitlock"}),
        ("WSVRC005", {"GivenName": "Joan"}),
        ("WSVRC006", {"ULN": UNHELD}),
        ("WSVRC006", {"ULN": GONE, "FamilyName": "Iyer"}),
        ("WSVRC006", {"ULN": "1000000018"}),
    ):
        assert verified(populated, **fields).code.value == code, (code, fields)
    (learner,) = verified(populated).learners
    assert learner == HELD


def test_a_record_to_verify_that_would_be_refused_alone_matches_nobody(populated: Store) -> None:
    with populated.writing() as transaction:
        learners.insert(transaction, HELD._replace(uln=UNHELD, given_name="Bogus"))
    dated = verified(populated, DateOfBirth="2006-02-30")
    assert (dated.code.value, dated.learners, dated.flags) == ("WSVRC005", (), (FailureFlag.DATE_OF_BIRTH,))
    assert [reason.rule for reason in dated.reasons][:1] == [Rule.VERIFIABLE]
    # The operator may have loaded what nobody may send.
    prohibited = verified(populated, ULN=UNHELD, GivenName="Bogus")
    assert (prohibited.code.value, prohibited.learners, prohibited.flags) == ("WSVRC005", (), ())
    assert verified(populated, ULN="1000000086", GivenName="Bogus").code.value == "WSVRC006"
    # What the schema has to say of it, where that is asked of each record apart.
    assert verified(populated, facet_errors=("too long",)).code.value == "WSVRC005"
    assert verified(populated, facet_errors=("missing",), GivenName=None, FamilyName=None).code.value == "WSVRC005"
    assert verified(populated, facet_errors=("missing",), ULN=None).code.value == "WSVRC006"


_PEOPLE = st.fixed_dictionaries(
    {
        "ULN": st.sampled_from([None, None, None, ANNE, BETH, LINKED, GONE, UNHELD, "1000000018"]),
        "GivenName": st.sampled_from(["Anne-Marie", "Beth", "Jolyon", "Joly", "Bogus", ""]),
        "FamilyName": st.sampled_from(["O'Hara", "Featherstone", "Fetherstone", "Smith"]),
        "DateOfBirth": st.sampled_from(["2006-07-30", "2006-07-31", "2006-02-30", "2020-01-01", None]),
        "Gender": st.sampled_from(["1", "2"]),
        "LastKnownPostCode": st.sampled_from(["BS8 1TH", "LS2 9JT", ""]),
        "AbilityToShare": st.sampled_from(["0", "1", "2", None]),
        "VerificationType": st.sampled_from(["1", "999", None]),
        "Title": st.sampled_from(["", "Dr", "Mx"]),
    }
)


def run_job(store: Store, records: list[dict[str, Any]], job_type: JobType) -> list[JobRecord]:
    """The output of a job of these records, which is done."""
    with store.writing() as transaction:
        job_id = submit_registration_batch(
            unit(transaction), [SubmittedRecord(SentLearner.of(each)) for each in records], job_type=job_type
        )
        lease = job_work.take(unit(transaction), owner="a worker", is_gone=lambda owner: False)
        assert lease is not None
        for record in job_work.next_records(unit(transaction), lease, len(records)):
            lease = job_work.do_record(unit(transaction, prohibited=PROHIBITED), lease, record, goes_on=True).lease
        job = batch_output.job_of_author(unit(transaction), job_id)
        assert job is not None
        assert sum(astuple(batch_output.counts_of(unit(transaction), job))) == len(records)
        return list(batch_output.records_of(unit(transaction), job))


class BatchesOutcome(NamedTuple):
    """What batches came to. The ULNs that were issued, which no two databases share, are told by their order."""

    outcomes: list[tuple[str, str | None]]
    sent: list[Mapping[str, str]]
    held: list[tuple[Any, ...]]
    exceptions: list[tuple[Mapping[str, str], list[str]]]


def came_to(job_type: JobType, *jobs: list[dict[str, Any]]) -> BatchesOutcome:
    """What one job after the other comes to in a new database."""
    with TemporaryDirectory() as folder, new_database(SQLITE, Path(folder)) as url:
        store = fill(Store.open(url))
        before = {row.uln for row in everything(store)[0]}
        outputs = [record for records in jobs for record in run_job(store, records, job_type)]
        rows = everything(store)[0]
        with store.reading() as transaction:
            left = list(batch_exceptions.each(transaction))
        store.close()
    names = {row.uln: f"new {number}" for number, row in enumerate(rows) if row.uln not in before}
    codes = [each.return_code.value for each in outputs if each.return_code is not None]
    return BatchesOutcome(
        outcomes=list(zip(codes, (names.get(each.uln or "", each.uln) for each in outputs), strict=True)),
        sent=[each.sent.by_contract_name() for each in outputs],
        held=[(names.get(row.uln, row.uln), *row[2:]) for row in rows],
        exceptions=[
            (each.sent.by_contract_name(), sorted(names.get(uln, uln) for uln in each.possible)) for each in left
        ],
    )


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    # A job changes one mandatory field of a learner, and two jobs may change two: each ULN comes once.
    st.lists(_PEOPLE, min_size=1, max_size=8, unique_by=lambda person: person["ULN"] or id(person)),
    st.sampled_from(JobType),
)
def test_a_batch_comes_to_what_its_records_come_to_as_jobs_of_one(
    people: list[dict[str, Any]], job_type: JobType
) -> None:
    records = [{**RECORD, **person, "MISIdentifier": str(number)} for number, person in enumerate(people)]
    together = came_to(job_type, records)
    assert together == came_to(job_type, *([record] for record in records))
    # In the order in which they were sent, and with all that was sent.
    assert together.sent == [{name: value for name, value in each.items() if value is not None} for each in records]
    left = [sent for sent, (code, _) in zip(together.sent, together.outcomes, strict=True) if code >= "RC006"]
    assert [sent for sent, _ in together.exceptions] == (left if job_type is JobType.FUL else [])


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
_VALUES = st.one_of(
    _TEXT, st.sampled_from(["", "2006-07-30", "2006-02-30", "0", "1", "999", ANNE, "BS8 1TH", "O'Hara"])
)
_RECORDS = st.dictionaries(st.sampled_from([*RECORD, "Notes", "DateOfAddressCapture", "UniquePupilNumber"]), _VALUES)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store that is not made anew for each example."""
    return fill(Store.open(f"sqlite:///{tmp_path_factory.mktemp('lasting')}/lrs.db"))


@settings(deadline=None)
@given(_RECORDS, st.booleans())
def test_no_record_raises_anything(lasting: Store, record: dict[str, Any], full: bool) -> None:
    outcome = done(lasting, full=full, **record)
    assert (outcome.uln is not None) is (outcome.code.value <= "RC005")
    assert bool(outcome.possible) is (outcome.code.value == "RC007")
    assert verified(lasting, **record).code.value.startswith("WSVRC00")
