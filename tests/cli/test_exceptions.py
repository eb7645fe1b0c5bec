"""`lrs-soap exceptions`: what it lists and shows, and what it says of each decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap.batch import job_work
from lrs_soap.operations.submit_batch import submit_registration_batch
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store.store import Store
from tests.kit.printed_tables import fields, rows
from tests.kit.work import unit

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.usefixtures("database")

# A learner that every new database has, with another postcode.
GRACE_ULN = "4170265830"
GRACE = {
    "MISIdentifier": "A-1",
    "GivenName": "Grace",
    "FamilyName": "Okafor",
    "DateOfBirth": "2005-03-14",
    "Gender": "2",
    "LastKnownPostCode": "LU1 1AA",
    "VerificationType": "1",
    "AbilityToShare": "1",
    "Title": "",
}
NEW = {"GivenName": "Jolyon", "FamilyName": "Featherstone", "DateOfBirth": "2007-11-21", "MISIdentifier": "A-2"}
NO_POSTCODE = {"LastKnownPostCode": ""}
TURNED_ROUND = "DateOfBirth: '14/03/2005' where a day as YYYY-MM-DD is expected"


@pytest.fixture
def commands(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `lrs-soap` at noon on 10 March 2025."""
    monkeypatch.setenv("LRS_CLOCK", "2025-03-10T12:00:00")
    return run


def batch(*records: Mapping[str, str], facet_errors: tuple[str, ...] = ()) -> None:
    """A job of these records, which is done, in the database of the current folder."""
    store = Store("sqlite:///lrs.db")
    with store.writing() as transaction:
        submit_registration_batch(
            unit(transaction, author=Author("TEST0001", "A Tester")),
            [SubmittedRecord(SentLearner.of({**GRACE, **each}), facet_errors) for each in records],
            job_type=JobType.FUL,
        )
        lease = job_work.take(unit(transaction), owner="a worker", is_gone=lambda owner: False)
        assert lease is not None
        for record in job_work.next_records(unit(transaction), lease, 100):
            lease = job_work.do_record(unit(transaction), lease, record, goes_on=True).lease
    store.close()


def told(run: Run, *arguments: str, status: int = 0) -> str:
    """What `lrs-soap exceptions` says: on standard output or, where it fails as expected, on standard error."""
    done = run("exceptions", *arguments)
    assert done.exit_code == status, done.output
    return done.stderr if status else done.stdout


def listed(run: Run, *arguments: str) -> list[list[str]]:
    """The rows of `lrs-soap exceptions list`."""
    headings, *found = rows(told(run, "list", *arguments))
    assert headings == ["ID", "JobID", "Record", "ReturnCode", "State", "LastDay", "MISIdentifier", "Name"]
    return found


def test_those_that_are_open_are_listed_and_with_all_the_others_too(commands: Run) -> None:
    assert listed(commands) == []
    batch({}, {"LastKnownPostCode": "LS1 4AP"}, NEW, NO_POSTCODE, {**NEW, "VerificationType": ""})
    batch({**NO_POSTCODE, "MISIdentifier": "", "FamilyName": "O\x9bdd"})
    first = [
        ["1", "1", "1", "RC007", "open", "2025-04-24", "A-1", "Grace Okafor"],
        ["2", "1", "4", "RC010", "open", "2025-04-24", "A-1", "Grace Okafor"],
    ]
    last = ["3", "2", "1", "RC010", "open", "2025-04-24", "Grace O\\x9bdd"]
    assert listed(commands) == [*first, last]
    assert listed(commands, "--job", "2") == [last]
    assert listed(commands, "--organisation", "TEST0002") == []
    assert "99" in told(commands, "list", "--job", "99", status=1)
    assert "NOBODY00" in told(commands, "list", "--organisation", "NOBODY00", status=1)

    told(commands, "withdraw", "1")
    assert listed(commands, "--organisation", "TEST0001") == [first[1], last]
    first[0][4] = "withdrawn"
    assert listed(commands, "--all") == [*first, last]


def test_programs_get_json(commands: Run) -> None:
    batch({"MiddleOtherName": "Zoë"})
    summary = {
        "ID": 1,
        "JobID": 1,
        "Record": 1,
        "UKPRN": "TEST0001",
        "ReturnCode": "RC007",
        "State": "open",
        "LastDay": "2025-04-24",
        "MISIdentifier": "A-1",
        "Name": "Grace Okafor",
    }
    assert json.loads(told(commands, "list", "--json")) == [summary]
    shown = json.loads(told(commands, "show", "1", "--json"))
    assert {name: shown[name] for name in summary} == summary
    assert shown["Wrong"] == []
    assert shown["Sent"]["MiddleOtherName"] == "Zoë"
    assert "Title" not in shown["Sent"]
    (possible,) = shown["Possible"]
    assert (possible["ULN"], possible["LastKnownPostCode"]) == (GRACE_ULN, "LS1 4AP")
    # Of a learner who was loaded the days are known.
    assert (possible["Created"], possible["LastUpdated"]) == ("2024-09-02T00:00:00+01:00", "2024-09-02T00:00:00+01:00")
    told(commands, "withdraw", "1")
    shown = json.loads(told(commands, "show", "1", "--json"))
    assert (shown["Closed"][:10], shown["ClosedBy"]) == ("2025-03-10", "operator")


def test_one_that_is_valid_is_shown_filled_in_with_whom_it_may_mean(commands: Run) -> None:
    batch({"Notes": "two\nlines"})
    shown = told(commands, "show", "1")
    exception, sent, may_be, possible = shown.split("\n\n")
    assert fields(exception) == {
        "ID": "1",
        "JobID": "1",
        "Record": "1",
        "UKPRN": "TEST0001",
        "ReturnCode": "RC007 Possible matches, no ULN",
        "State": "open",
        "LastDay": "2025-04-24",
        "MISIdentifier": "A-1",
        "Name": "Grace Okafor",
        "Decide": "as it was sent",
    }
    assert rows(sent)[0] == ["Field", "Sent"]
    assert ["LastKnownPostCode", "LU1 1AA"] in rows(sent)
    assert ["Notes", "two lines"] in rows(sent)
    assert "Title" not in sent
    assert may_be == "It may be 1 learner, the likeliest first:"
    assert rows(possible)[0] == ["Field", "Held", "Sent, if different"]
    assert ["ULN", GRACE_ULN] in rows(possible)
    assert ["GivenName", "Grace"] in rows(possible)
    assert ["LastKnownPostCode", "LS1 4AP", "LU1 1AA"] in rows(possible)
    assert [row[0] for row in rows(possible)][-2:] == ["Created", "LastUpdated"]


def test_when_a_learner_was_registered_and_updated_is_shown_to_the_second(commands: Run) -> None:
    batch({**NEW, "LastKnownPostCode": "LS1 4AP"}, {**NEW, "LastKnownPostCode": "LU1 1AA"})
    (possible,) = json.loads(told(commands, "show", "1", "--json"))["Possible"]
    assert (possible["Created"], possible["LastUpdated"]) == ("2025-03-10T12:30:00+00:00", "2025-03-10T12:30:00+00:00")


def test_one_with_an_error_is_shown_empty_and_with_what_is_wrong(commands: Run) -> None:
    batch({"DateOfBirth": "14/03/2005"}, facet_errors=(TURNED_ROUND,))
    exception, sent = told(commands, "show", "1").split("\n\n")
    assert fields(exception)["ReturnCode"] == "RC011 Incorrect format"
    assert fields(exception)["Wrong"] == TURNED_ROUND
    assert fields(exception)["Decide"] == "after a search: its data are wrong"
    assert ["DateOfBirth", "14/03/2005"] in rows(sent)


def test_a_learner_is_chosen(commands: Run) -> None:
    batch({"AbilityToShare": "0"})
    done = commands("exceptions", "resolve", "1", "--uln", GRACE_ULN)
    assert done.stdout == f"Exception 1 is resolved: RC002, ULN {GRACE_ULN}.\n"
    assert done.stderr.splitlines() == [
        f"Written to {Path('lrs.db').resolve()}",
        "Not written: AbilityToShare: 1 is held and may not become 0",
    ]
    shown = fields(told(commands, "show", "1").split("\n\n")[0])
    assert (shown["State"], shown["Closed"], shown["ClosedBy"]) == ("resolved", "2025-03-10T12:00:00+00:00", "operator")
    assert "Decide" not in shown
    assert "already" in told(commands, "resolve", "1", "--register", status=1)
    assert "already" in told(commands, "withdraw", "1", status=1)


def test_a_corrected_record_is_registered(commands: Run) -> None:
    batch(NO_POSTCODE)
    assert "LastKnownPostCode: missing" in told(commands, "resolve", "1", "--register", status=1)
    assert GRACE_ULN in told(commands, "resolve", "1", "--register", "LastKnownPostCode=LS1 4AP", status=1)
    assert "MIAPPostCode" in told(commands, "resolve", "1", "--register", "LastKnownPostCode=nowhere", status=1)
    done = told(commands, "resolve", "1", "--register", "LastKnownPostCode=BS8 1TH", "FamilyName=a=b", "Notes=")
    assert done.startswith("Exception 1 is resolved: RC001, ULN ")


def test_one_is_withdrawn(commands: Run) -> None:
    batch({})
    assert told(commands, "withdraw", "1") == "Exception 1 is withdrawn: its record keeps RC007.\n"
    assert "There is no exception 2." in told(commands, "withdraw", "2", status=1)
    assert "There is no exception 99999999999999999999." in told(commands, "show", "9" * 20, status=1)


def test_after_45_days_it_is_too_late(commands: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    batch({})
    monkeypatch.setenv("LRS_CLOCK", "2025-04-24T23:59:59")
    assert [each[4] for each in listed(commands)] == ["open"]
    monkeypatch.setenv("LRS_CLOCK", "2025-04-25T00:00:00")
    assert listed(commands) == []
    assert [each[4] for each in listed(commands, "--all")] == ["expired"]
    assert "has expired" in told(commands, "resolve", "1", "--uln", GRACE_ULN, status=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "either --uln or --register"),
        (("--uln", GRACE_ULN, "--register"), "either --uln or --register"),
        (("--uln", GRACE_ULN, "Notes="), "Corrections need --register"),
        (("--register", "Notes"), "'Notes' is not of the form FIELD=VALUE"),
        (("--register", "Notes=a", "Notes=b"), "'Notes' is given more than once"),
    ],
)
def test_a_command_that_says_too_little_or_too_much(run: Run, arguments: tuple[str, ...], said: str) -> None:
    assert said in told(run, "resolve", "1", *arguments, status=2)
