"""`lrs-soap batch`: a file goes in, is done, and comes out with its outcomes; or it is refused as a whole."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from typer.testing import Result

from lrs_soap.batch import job_work
from lrs_soap.batch.file_layout import FILE_FIELDS, LAYOUTS, NEWEST, OLDEST
from lrs_soap.clock import SettableClock
from lrs_soap.loading import prohibited_text
from lrs_soap.operations import batch_output
from lrs_soap.operations.submit_batch import submit_registration_batch, submit_verification_batch
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import JobType
from lrs_soap.rules.values import uln
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store.store import Store
from tests.kit.batch_files import JO, MO, NAMES, content
from tests.kit.printed_tables import fields
from tests.kit.running_server import RunningServer
from tests.kit.work import unit

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.usefixtures("database")

URL = "sqlite:///lrs.db"
CLOCK = SettableClock(datetime(2025, 9, 1, 9))
GRACE = {"ULN": "4170265830", "GivenName": "Grace", "FamilyName": "Okafor"}  # who is in the starting data
WRONG = {
    **JO,
    "DateOfBirth": "17/05/2007",
    "UniquePupilNumber": "B000000000000",
    "OtherVerificationDescription": "o" * 256,
}


@contextmanager
def opened(url: str = URL) -> Iterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


def do_jobs(url: str = URL) -> None:
    """Do every job that waits, as a worker does."""
    with opened(url) as store:
        while True:
            with store.writing() as transaction:
                lease = job_work.take(unit(transaction, now=CLOCK.now()), owner="tester", is_gone=lambda owner: False)
            if lease is None:
                return
            while not lease.is_over:
                with store.writing() as transaction:
                    for record in job_work.next_records(unit(transaction), lease, 100):
                        work = unit(transaction, now=CLOCK.now(), prohibited=prohibited_text.read(None))
                        done = job_work.do_record(work, lease, record, goes_on=True)
                        lease = done.lease


def submit(run: Run, raw: bytes, *flags: str, form: str = "CSV", organisation: str = "TEST0001") -> Result:
    Path(NAMES[form]).write_bytes(raw)
    return run("batch", "submit", NAMES[form], "--organisation", organisation, *flags)


def outcomes(raw: bytes, form: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The file's fields, and of every learner what is filled in, by the headings."""
    if form == "XML":
        root = etree.fromstring(raw)
        of_file = {each.tag: each.text or "" for each in root if each.tag != "Learner"}
        return of_file, [{each.tag: each.text or "" for each in learner} for learner in root.iter("Learner")]
    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    of_file = {heading: rows[0][heading] for heading in FILE_FIELDS}
    return of_file, [
        {heading: value for heading, value in row.items() if value and heading not in FILE_FIELDS} for row in rows
    ]


def status(run: Run, job: str) -> dict[str, str]:
    """How a job is getting on, by `lrs-soap batch status`."""
    return fields(run("batch", "status", job).stdout)


def job_count(url: str = URL) -> int:
    with opened(url) as store, store.reading() as transaction:
        return int(transaction.connection.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one())


# A file in and out


@pytest.mark.parametrize("version", ["3A", "2A"])
@pytest.mark.parametrize("form", ["CSV", "XML"])
def test_a_file_comes_out_as_it_went_in_with_ulns_and_return_codes(run: Run, form: str, version: str) -> None:
    layout = LAYOUTS[version]
    new = {**JO, "MiddleOtherName": "Ann", "Notes": 'line\r\nafter "line", <é>'}
    told = submit(
        run, content(new, GRACE, {**MO, "Gender": "X"}, {"MISIdentifier": "3"}, form=form, layout=layout), form=form
    )
    assert (told.exit_code, told.stdout) == (0, "1\n")
    has, counts, *wrong, written = told.stderr.splitlines()
    assert has == "Job 1 has 4 learners."
    assert counts == "As the register is now, they will get: 1 RC001, 1 RC005, 1 RC010, 1 RC011."
    assert [line.split(": ", 1)[1] for line in wrong] == [
        "RC011 Incorrect format: 'X' where 0, 1, 2 or 9 is expected",
        *["RC010 Null Values: empty"] * 5,
    ]
    assert written == f"Written to {Path('lrs.db').resolve()}"

    do_jobs()
    result = run("batch", "output", "1")

    assert (result.exit_code, result.stderr) == (0, "")
    of_file, found = outcomes(result.stdout_bytes, form)
    assert of_file == {"FileVersion": version, "FileName": NAMES[form], "UKPRN": "TEST0001", "LearnerRecordCount": "4"}
    issued = found[0]["ULN"]
    assert uln.is_valid(issued)
    headings = {column.field: column.heading for column in layout.columns}
    assert found == [
        {**{headings[field]: value for field, value in new.items()}, "ULN": issued, "ReturnCode": "RC001"},
        {**GRACE, "ReturnCode": "RC005"},
        {**{headings[field]: value for field, value in MO.items()}, "Gender": "X", "ReturnCode": "RC011"},
        {"MISIdentifier": "3", "ReturnCode": "RC010"},
    ]


def test_a_3a_file_in_and_out_beside_a_running_server(run: Run, tmp_path: Path, database_url: str) -> None:
    raw = content({**JO, "UniquePupilNumber": "A000000000000"}, {**MO, "UniqueCandidateIdentifier": "1"})
    with RunningServer(tmp_path, database_url=database_url):
        told = submit(run, raw, "--database", database_url, "--wait", "--timeout", "20")
        assert (told.exit_code, told.stdout) == (0, "1\n")
        assert told.stderr.splitlines()[-1] == "Job 1 is Successful."
        assert run("batch", "output", "1", "out", "--database", database_url).exit_code == 0
    _, (jo, mo) = outcomes(Path("out").read_bytes(), "CSV")
    assert (jo["ReturnCode"], uln.is_valid(jo["ULN"]), jo["UniquePupilNumber"]) == ("RC001", True, "A000000000000")
    assert (mo["ReturnCode"], "ULN" in mo) == ("RC012", False)


PEOPLE = [
    JO,
    JO,
    {**JO, "GivenName": "Joe", "Gender": "1"},  # a relative of the first one, and of nobody in the register
    {**MO, "FamilyName": "Nowhere", "DateOfBirth": "2013-09-02"},
    {**MO, "ULN": "4170265831"},
    WRONG,
    {**MO, "UniquePupilNumber": "B000000000000"},
    {**MO, "FamilyName": "Prisoner"},
    {**MO, "GivenName": "."},
    {**MO, "GivenName": "."},
    {**MO, "EmailAddress": "none"},
    {**MO, "FamilyName": "Elsewhere", "UniquePupilNumber": "A000000000000"},
    {**MO, "FamilyName": "Faraway", "VerificationType": ""},
    {**MO, "LastKnownPostCode": "", "Gender": ""},
    {"MISIdentifier": "only"},
    {**GRACE, "Title": "Dr"},
    {**GRACE, "Title": "Dr"},
    {**GRACE, "LastKnownPostCode": "LU1 1AA"},
    {**GRACE, "LastKnownPostCode": "LU1 1AB"},
    {**GRACE, "FamilyName": "Nwosu"},
    {**GRACE, "FamilyName": "Nwosu", "Gender": "1"},
    {**GRACE, "AbilityToShare": "0"},
    {"ULN": "2865174033"},  # linked
    {"ULN": "2719305803"},  # unknown
    {"ULN": "4739516283"},  # deleted
    # Grace, where she was and where she is now.
    {**GRACE, "ULN": "", "DateOfBirth": "2005-03-14", "Gender": "2", "LastKnownPostCode": "LS1 4AP"},
    {**GRACE, "ULN": "", "DateOfBirth": "2005-03-14", "Gender": "2", "LastKnownPostCode": "LU1 1AB"},
    {**JO, "GivenName": "Olivia", "FamilyName": "Hughes", "DateOfBirth": "2000-01-01", "LastKnownPostCode": "LS2 9JT"},
]


@pytest.mark.parametrize("job_type", ["FUL", "CHK"])
def test_check_and_submit_say_what_the_job_says(run: Run, monkeypatch: pytest.MonkeyPatch, job_type: str) -> None:
    monkeypatch.setenv("LRS_CLOCK", "2025-09-01T09:00")
    raw = content(*PEOPLE)
    checked = submit(run, raw, "--check", "--type", job_type)
    foreseen: dict[str, str] = {}
    for line in checked.stdout.splitlines():
        row, code = re.match(r"(row \d+)(?:, column \d+ \(\w+\))?: (RC\d+) ", line).groups()
        assert foreseen.setdefault(row, code) == code
    submitted = submit(run, raw, "--type", job_type)
    do_jobs()
    codes = [each["ReturnCode"] for each in outcomes(run("batch", "output", "1").stdout_bytes, "CSV")[1]]
    assert list(foreseen.values()) == codes
    assert list(foreseen) == [f"row {number}" for number in range(2, len(PEOPLE) + 2)]

    counts = ", ".join(f"{codes.count(code)} {code}" for code in sorted(set(codes)))
    assert checked.stderr.splitlines()[0] == f"As the register is now, they would get: {counts}."
    assert submitted.stderr.splitlines()[1] == f"As the register is now, they will get: {counts}."
    wrong = sum(code == "RC006" or code >= "RC009" for code in codes)
    assert (checked.exit_code, checked.stderr.splitlines()[1:]) == (
        1,
        [f"{wrong} of {len(PEOPLE)} learners would get RC006 or one of RC009 to RC013."],
    )
    # Submit lists the same lines, but for learners whose data are right.
    lines = [line for line in checked.stdout.splitlines() if re.search(r": RC0(06|09|1\d) ", line)]
    assert submitted.stderr.splitlines()[2:-1] == lines


def test_submit_lists_a_hundred_lines_and_counts_the_rest(run: Run) -> None:
    told = submit(run, content(*[{"MISIdentifier": "1"}] * 30)).stderr.splitlines()
    assert len([line for line in told if line.endswith("RC010 Null Values: empty")]) == 100
    assert told[-2] == "And 50 lines more; --check prints all of them."


def test_rows_without_any_value_are_passed_over_and_counted(run: Run) -> None:
    raw = content(JO, MO) + b"," * 31 + b"\r\n" + b"," * 31 + b"\r\n"
    told = "Passed over, because they have no value: 2 rows."
    checked = submit(run, raw, "--check")
    assert (checked.exit_code, checked.stderr.splitlines()[0]) == (0, told)
    assert "2 learners" in checked.stdout
    submitted = submit(run, raw)
    assert (submitted.exit_code, submitted.stdout) == (0, "1\n")
    assert submitted.stderr.splitlines()[:2] == ["Job 1 has 2 learners.", told]
    do_jobs()
    assert len(outcomes(run("batch", "output", "1").stdout_bytes, "CSV")[1]) == 2


def test_waiting_for_a_job_that_nobody_does_ends(run: Run) -> None:
    result = submit(run, content(JO, MO), "--wait", "--timeout", "1")
    assert (result.exit_code, result.stdout) == (1, "1\n")
    assert result.stderr.splitlines()[-1] == (
        "Error: Job 1 is Waiting: 0 of 2 records are done. The command has waited for 1 second. "
        "Jobs are processed while `lrs-soap serve` or `lrs-soap work` runs."
    )


def test_waiting_for_a_job_that_fails_ends(run: Run) -> None:
    def fail() -> None:
        while not job_count():
            time.sleep(0.05)
        with opened() as store, store.writing() as transaction:
            transaction.connection.exec_driver_sql("UPDATE jobs SET state = 'failed', position = 1 WHERE id = 1")

    failing = Thread(target=fail)
    failing.start()
    result = submit(run, content(JO, MO), "--wait", "--timeout", "30")
    failing.join()
    assert (result.exit_code, result.stdout) == (1, "1\n")
    assert result.stderr.splitlines()[-1] == "Error: Job 1 has failed, at record 2 of 2."


def test_the_same_file_twice_is_two_jobs_and_nobody_is_registered_twice(run: Run) -> None:
    raw = content(JO)
    assert [submit(run, raw).stdout for _ in range(2)] == ["1\n", "2\n"]
    do_jobs()
    ((first,), (second,)) = (outcomes(run("batch", "output", job).stdout_bytes, "CSV")[1] for job in "12")
    assert (first["ReturnCode"], second["ReturnCode"]) == ("RC001", "RC002")
    assert first["ULN"] == second["ULN"]


def test_chk_only_looks(run: Run) -> None:
    submit(run, content(JO), "--type", "CHK")
    do_jobs()
    (found,) = outcomes(run("batch", "output", "1").stdout_bytes, "CSV")[1]
    assert found["ReturnCode"] == "RC009"
    assert status(run, "1")["JobType"] == "CHK"


def test_a_setting_shows_return_codes_as_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(run, content(GRACE))
    do_jobs()
    monkeypatch.setenv("LRS_RETURN_CODES", "RC005=RC003")
    (found,) = outcomes(run("batch", "output", "1").stdout_bytes, "CSV")[1]
    assert found["ReturnCode"] == "RC003"


def test_a_job_that_came_by_soap_comes_out_as_csv_with_the_age_told(run: Run) -> None:
    with opened() as store, store.writing() as transaction:
        old = SubmittedRecord(SentLearner.of({**JO, "DateOfBirth": "1900-01-01"}))
        submit_registration_batch(
            unit(transaction, now=CLOCK.now(), author=Author("TEST0001", "soap")), [old], job_type=JobType.FUL
        )
    do_jobs()
    of_file, (found,) = outcomes(run("batch", "output", "1").stdout_bytes, "CSV")
    assert (of_file["FileVersion"], of_file["FileName"]) == ("3A", "LRB_TEST0001_010920250900.CSV")
    assert found["ReturnCode"] == "RC013"


def test_the_output_goes_to_a_file_and_over_none_that_is_there(run: Run, folder: Path) -> None:
    submit(run, content(JO))
    do_jobs()
    result = run("batch", "output", "1", NAMES["CSV"])
    assert result.exit_code == 2
    assert "already exists" in result.stderr
    assert Path(NAMES["CSV"]).read_bytes() == content(JO)

    assert run("batch", "output", "1", "out.csv").exit_code == 0
    shown = run("batch", "output", "1").stdout_bytes
    assert Path("out.csv").read_bytes() == shown
    Path("out.csv").write_text("older")
    assert run("batch", "output", "1", "out.csv", "--force").exit_code == 0
    assert Path("out.csv").read_bytes() == shown
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith("lrs.db")) == [
        NAMES["CSV"],
        "out.csv",
    ]


@pytest.mark.parametrize("form", ["CSV", "XML"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_defused_if_it_is_asked(run: Run, form: str) -> None:
    formulas = {"LastKnownAddressLine1": "=1+1", "LastKnownAddressLine2": "@SUM(1)", "LastKnownAddressTown": "1-1"}
    submit(run, content(JO | formulas, form=form), form=form)
    do_jobs()

    def written(*flags: str) -> dict[str, str]:
        (found,) = outcomes(run("batch", "output", "1", *flags).stdout_bytes, form)[1]
        return {field: found[field] for field in formulas}

    assert written() == formulas
    harmless = {"LastKnownAddressLine1": "'=1+1", "LastKnownAddressLine2": "'@SUM(1)"} if form == "CSV" else {}
    assert written("--defuse") == formulas | harmless


def test_what_no_output_can_be_written_to(run: Run, folder: Path) -> None:
    submit(run, content(JO))
    do_jobs()
    (folder / "out").mkdir()
    os.mkfifo(folder / "pipe")
    for name, told in (
        ("nowhere/out.csv", "'nowhere/out.csv' cannot be written: No such file or directory."),
        ("out", "'out' is not a file."),
        ("pipe", "'pipe' is not a file."),
    ):
        for flags in ((), ("--force",)):
            result = run("batch", "output", "1", name, *flags)
            assert result.exit_code == 2
            assert told in result.stderr
    assert (folder / "out").is_dir()
    assert (folder / "pipe").is_fifo()
    assert not list(folder.glob("*.part"))


def test_a_job_that_has_no_output_yet_or_never(run: Run) -> None:
    submit(run, content(JO, MO))
    with opened() as store, store.writing() as transaction:
        submit_verification_batch(
            unit(transaction, now=CLOCK.now(), author=Author("TEST0001", "soap")),
            [SubmittedRecord(SentLearner.of(GRACE))],
        )
    for job, told in (
        ("1", "Job 1 is Waiting: 0 of 2 records are done."),
        ("2", "Job 2 is a verification and has no output file"),
        ("3", "There is no job 3."),
        ("99999999999999999999", "There is no job 99999999999999999999."),
    ):
        result = run("batch", "output", job, "out.csv")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: {told}")
    with opened() as store, store.writing() as transaction:
        transaction.connection.exec_driver_sql("UPDATE jobs SET state = 'failed', position = 1 WHERE id = 1")
    assert run("batch", "output", "1", "out.csv").stderr == "Error: Job 1 has failed, at record 2 of 2.\n"
    assert not Path("out.csv").exists()


def test_the_status_of_a_job(run: Run) -> None:
    submit(run, content(JO, GRACE), "--user", "Ann Other")
    facts = {
        "JobID": "1",
        "Kind": "registration",
        "JobType": "FUL",
        "UKPRN": "TEST0001",
        "UserName": "Ann Other",
        "FileName": "LRB_TEST0001_010920250900.CSV",
        "FileFormat": "CSV",
        "FileVersion": "3A",
        "JobStatus": "Waiting",
        "RecordCount": "2",
        "RecordsDone": "0",
    }
    waiting = status(run, "1")
    submitted = waiting.pop("Submitted")
    assert waiting == facts

    do_jobs()
    done = facts | {
        "JobStatus": "Successful",
        "RecordsDone": "2",
        "Submitted": submitted,
        "Started": "2025-09-01T09:00:00+01:00",
        "Finished": "2025-09-01T09:00:00+01:00",
        "NewLearnersCount": "1",
        "ExistsUpdatedLearnersCount": "1",
        "PossibleMatchLearnersCount": "0",
        "LearnersNotFoundCount": "0",
        "RejectedLearnersCount": "0",
    }
    assert status(run, "1") == done
    for_programs = json.loads(run("batch", "status", "1", "--json").stdout)
    assert {name: str(value) for name, value in for_programs.items()} == done
    assert for_programs["NewLearnersCount"] == 1
    assert run("batch", "status", "2").stderr == "Error: There is no job 2.\n"


# --check


def test_check_tells_row_column_and_what_was_expected_and_makes_no_job(run: Run) -> None:
    result = submit(run, content(JO, WRONG), "--check")
    assert result.exit_code == 1
    rc011 = "RC011 Incorrect format"
    assert result.stdout.splitlines() == [
        "row 2: RC001 New learner registered, ULN assigned",
        f"row 3, column 21 (DateOfBirth): {rc011}: '17/05/2007' where a day as YYYY-MM-DD is expected: "
        "spreadsheets turn days round when they open or save a file",
        f"row 3, column 31 (OtherVerificationDescription): {rc011}: longer than 255 characters",
        f"row 3, column 27 (UniquePupilNumber): {rc011}: 'B000000000000' is not a UPN: "
        "with these digits its first letter has to be A",
    ]
    assert result.stderr.splitlines() == [
        "As the register is now, they would get: 1 RC001, 1 RC011.",
        "1 of 2 learners would get RC006 or one of RC009 to RC013.",
    ]
    assert job_count() == 0


def test_check_of_xml_tells_line_and_element(run: Run) -> None:
    result = submit(run, content({**JO, "AbilityToShare": "Y"}, form="XML"), "--check", form="XML")
    place = "the Learner of line 7, element PrivacyNoticeSeen"
    assert result.stdout == f"{place}: RC011 Incorrect format: 'Y' where 0 or 1 is expected\n"
    result = submit(run, content(JO, {}, JO, form="XML"), "--check", form="XML")
    _, *empty, again = result.stdout.splitlines()
    assert [line.partition(": ")[2] for line in empty] == ["RC010 Null Values: empty"] * 5
    assert again.endswith(": RC002 Exact match, existing ULN returned: the learner of the Learner of line 7")


def test_check_tells_what_the_rules_will_say(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_CLOCK", "2025-09-01T09:00")
    result = submit(run, content({**JO, "DateOfBirth": "2013-09-02"}, {**MO, "FamilyName": "Bogus"}), "--check")
    assert [line.split(": ", 1)[1] for line in result.stdout.splitlines()] == [
        "RC013 Learner outside of permitted age range: "
        "Value '2013-09-02' of element 'DateOfBirth' is outside the permitted age range.",
        "RC011 Incorrect format: Value 'Bogus' of element 'FamilyName' contains prohibited text.",
    ]


def test_check_says_why(run: Run) -> None:
    """Each line of what a check says of learners whom the register has, and of those that the file would add."""
    moved = {**GRACE, "LastKnownPostCode": "LU1 1AA"}
    nobody = {**MO, "GivenName": "Quill", "FamilyName": "Nowhere"}
    for records, told in (
        ([GRACE], ["row 2: RC005 ULN confirmed, nothing to change: ULN 4170265830"]),
        ([moved], ["row 2: RC003 ULN confirmed, learner updated: ULN 4170265830"]),
        (
            [{**moved, "Gender": "1"}],
            [
                f"row 2, column {column}: RC009 {ReturnCode.NOT_FOUND.text}: "
                "not the learner's: a job changes one mandatory field of a learner"
                for column in ("24 (Gender)", "19 (LastKnownPostCode)")
            ],
        ),
        (
            [moved, {**GRACE, "Gender": "1"}],
            [
                "row 2: RC003 ULN confirmed, learner updated: ULN 4170265830",
                f"row 3, column 24 (Gender): RC009 {ReturnCode.NOT_FOUND.text}: not the learner's, and a record "
                "before it changes LastKnownPostCode: a job changes one mandatory field of a learner",
            ],
        ),
        ([{"ULN": "2719305803"}], [f"row 2, column 5 (ULN): RC009 {ReturnCode.NOT_FOUND.text}: nobody has this ULN"]),
        ([{"ULN": "2865174033"}], ["row 2: RC004 Linked ULN, the master's returned: ULN 9140837261"]),
        (
            [{**GRACE, "AbilityToShare": "0"}],
            ["row 2, column 29 (PrivacyNoticeSeen): RC011 Incorrect format: 1 is held and may not become 0"],
        ),
        (
            [{**nobody, "VerificationType": ""}],
            ["row 2, column 30 (VerificationType): RC006 Insufficient data to create a ULN: empty"],
        ),
        (
            [nobody, {**nobody, "GivenName": "Quilla", "Gender": "9"}],
            [
                "row 2: RC001 New learner registered, ULN assigned",
                "row 3: RC007 Possible matches, no ULN: the learner of row 2",
            ],
        ),
        (
            [{**nobody, "UniquePupilNumber": "A000000000000"}],
            [
                "row 2, column 27 (UniquePupilNumber): RC001 New learner registered, ULN assigned: "
                "not kept, because the learner is 16 or older"
            ],
        ),
    ):
        assert submit(run, content(*records), "--check").stdout.splitlines()[: len(told)] == told
    assert job_count() == 0


def test_check_shows_return_codes_as_the_job_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_RETURN_CODES", "RC005=RC003")
    result = submit(run, content(GRACE), "--check")
    assert result.stdout.splitlines()[0].startswith("row 2: RC003 ULN confirmed, nothing to change")
    assert result.stderr == "As the register is now, they would get: 1 RC003.\n"


def test_check_of_a_file_that_is_right(run: Run) -> None:
    result = submit(run, content(JO, MO, layout=OLDEST), "--check")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            "row 2: RC001 New learner registered, ULN assigned",
            "row 3: RC001 New learner registered, ULN assigned",
            f"{NAMES['CSV']} is correct: 2 learners, version 2A.",
        ],
    )
    assert result.stderr == "As the register is now, they would get: 2 RC001.\n"
    assert job_count() == 0


# What is refused


@pytest.mark.parametrize("flags", [(), ("--check",)], ids=["submit", "check"])
@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (content(JO).replace(b"Title", b"title"), "row 1, column 7: the heading 'title' where 'Title' is expected"),
        (content(JO, ukprn="TEST0002"), "row 2, column 3 (UKPRN): TEST0002 is another organisation"),
        (content(JO, MO, count=3), "row 2, column 4 (LearnerRecordCount): Record count incorrect: it is 3"),
        (content(), "row 1: no learner follows the headings."),
        (content(JO, {**MO, "FamilyName": "Zoë"}).decode().encode("latin-1"), "row 3: the byte 0xeb is no UTF-8"),
        (content(*[JO] * 700) + b"ragged", "row 702: 1 columns where 32 are expected."),
        (content(*[JO] * 700, {"Notes": "\x1e"}), "row 702, column 32: holds the character U+001E"),
        (b"", "row 1: the file is empty."),
    ],
    ids=["heading", "organisation", "count", "no learner", "latin-1", "ragged", "character", "empty"],
)  # fmt: skip
def test_a_file_that_is_wrong_as_a_whole_is_refused_as_a_whole(
    run: Run, raw: bytes, told: str, flags: tuple[str, ...]
) -> None:
    result = submit(run, raw, *flags)
    assert (result.exit_code, result.stdout) == (1, "")
    reason, refused = result.stderr.splitlines()
    assert reason.startswith(told)
    assert refused == f"{NAMES['CSV']} is refused, and nothing of it is taken in."
    assert job_count() == 0


@pytest.mark.parametrize("name", ["LRB_TEST0001_010920250900.csv", "LRB_TEST0001_202509010900.CSV", "learners.csv"])
def test_a_file_by_another_name_is_refused(run: Run, folder: Path, name: str) -> None:
    (folder / name).write_bytes(content(JO))
    result = run("batch", "submit", name, "--organisation", "TEST0001")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"the file is called {name!r}: ")
    assert job_count() == 0


def test_its_folder_is_no_part_of_its_name_and_the_name_inside_may_be_another(run: Run, folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "LRB_test0001_311220251159.CSV").write_bytes(content(JO).replace(b"LRB_TEST", b"Whatever"))
    result = run("batch", "submit", "deep/LRB_test0001_311220251159.CSV", "--organisation", "test0001")
    assert result.stdout == "1\n"
    job = status(run, "1")
    assert (job["FileName"], job["UKPRN"]) == ("Whatever0001_010920250900.CSV", "TEST0001")


def test_what_is_no_file(run: Run, folder: Path) -> None:
    (folder / "LRB_TEST0001_010920250900.CSV").mkdir()
    for name in ("LRB_TEST0001_010920250900.CSV", "LRB_TEST0001_010920250901.CSV", "-"):
        result = run("batch", "submit", name, "--organisation", "TEST0001")
        assert result.exit_code == 2
        assert "There is no file" in result.stderr


@pytest.mark.parametrize("user", ["", " ", "u" * 36, "a\nb"])
def test_a_user_that_nobody_can_be(run: Run, user: str) -> None:
    result = submit(run, content(JO), "--user", user)
    assert result.exit_code == 2
    assert "at most 35 characters" in result.stderr
    assert job_count() == 0


def test_an_organisation_that_there_is_not(run: Run) -> None:
    result = submit(run, content(JO), organisation="NOBODY00")
    assert result.exit_code == 1
    assert "There is no organisation with the UKPRN 'NOBODY00'" in result.stderr


def test_nothing_of_a_file_moves_the_terminals_cursor(run: Run) -> None:
    for raw in (content({**JO, "Gender": "\x9b2J\n\u202e1"}), content(JO).replace(b'"ULN"', b'"\xc2\x9b2J"')):
        for flags in ((), ("--check",)):
            result = submit(run, raw, *flags)
            assert all(line.isprintable() for line in (result.stdout + result.stderr).splitlines())


# Templates and schemas


@pytest.mark.parametrize("version", ["3A", "2A"])
@pytest.mark.parametrize("form", ["csv", "xml"])
def test_a_template_is_a_file_that_can_be_submitted(run: Run, form: str, version: str) -> None:
    raw = run("batch", "template", "--version", version, "--format", form).stdout_bytes
    result = submit(run, raw, "--check", form=form.upper())
    assert (result.exit_code, result.stderr) == (0, "As the register is now, they would get: 1 RC001.\n")
    assert f"1 learner, version {version}." in result.stdout


def test_the_schema_that_is_printed_is_that_of_the_files(run: Run) -> None:
    for flags, raw in (
        ((), content(JO, form="XML")),
        (("--version", "2A"), content(JO, form="XML", layout=OLDEST)),
        (("--outcomes",), content({**JO, "ReturnCode": "RC001"}, form="XML", layout=NEWEST.of_outcomes)),
    ):
        schema = etree.XMLSchema(etree.fromstring(run("batch", "schema", *flags).stdout_bytes))
        schema.assertValid(etree.fromstring(raw))


# Exceptions


def test_open_exceptions_are_exported_without_identifiers(run: Run, folder: Path) -> None:
    similar = {**JO, "GivenName": "Grace", "FamilyName": "Okafer", "DateOfBirth": "2005-03-14"}
    wrong = {**MO, "UniquePupilNumber": "B000000000000"}
    submit(run, content(JO, similar, wrong, {**MO, "VerificationType": ""}))
    do_jobs()

    for form in ("csv", "xml"):
        result = run("exceptions", "export", "--organisation", "TEST0001", "--format", form)
        of_file, found = outcomes(result.stdout_bytes, form.upper())
        assert (of_file["FileVersion"], of_file["UKPRN"], of_file["LearnerRecordCount"]) == ("2A", "TEST0001", "3")
        assert of_file["FileName"].endswith(f".{form.upper()}")
        assert [(each["ReturnCode"], each["FamilyName"]) for each in found] == [
            ("RC007", "Okafer"),
            ("RC012", "Lee"),
            ("RC006", "Lee"),
        ]
        assert b"B000000000000" not in result.stdout_bytes

    assert run("exceptions", "withdraw", "1").exit_code == 0
    assert run("exceptions", "export", "--organisation", "TEST0001", "out.csv").exit_code == 0
    assert len(outcomes((folder / "out.csv").read_bytes(), "CSV")[1]) == 2


def test_an_export_is_defused_if_it_is_asked(run: Run) -> None:
    submit(run, content({**JO, "VerificationType": "", "LastKnownAddressTown": "+44"}))
    do_jobs()
    for flags, town in (((), "+44"), (("--defuse",), "'+44")):
        result = run("exceptions", "export", "--organisation", "TEST0001", *flags)
        assert [each["LastKnownAddressTown"] for each in outcomes(result.stdout_bytes, "CSV")[1]] == [town]


def test_without_open_exceptions_there_is_no_export(run: Run, folder: Path) -> None:
    result = run("exceptions", "export", "--organisation", "TEST0001", "out.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: The organisation with the UKPRN TEST0001 has no open exceptions.\n"
    assert not (folder / "out.csv").exists()


# Large files


def test_the_progress_bar_is_for_terminals_only(folder: Path) -> None:
    (folder / NAMES["CSV"]).write_bytes(content(*[JO] * 1000))
    command = [sys.executable, "-m", "lrs_soap", "batch", "submit", NAMES["CSV"], "--organisation", "TEST0001"]
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"})
        on_terminal = os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == b"1\n"
    assert b"900 learners stored" in on_terminal
    piped = subprocess.run(command, capture_output=True)
    assert (piped.stdout, piped.stderr.splitlines()[0]) == (b"2\n", b"Job 2 has 1000 learners.")


MEASURED = """
import sys
from pathlib import Path
from lrs_soap.cli.app import app
try:
    app(sys.argv[1:])
finally:
    print(Path("/proc/self/status").read_text(), file=sys.stderr)
"""


def kilobytes(*arguments: str) -> int:
    """The memory that a command takes at most."""
    done = subprocess.run([sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this machine does not tell a process's memory")
@pytest.mark.slow
@pytest.mark.parametrize("form", ["CSV", "XML"])
def test_100_000_learners_are_taken_in_and_given_out_in_little_memory(folder: Path, form: str) -> None:
    name = NAMES[form]
    arguments = ("batch", "submit", name, "--organisation", "TEST0001")
    (folder / name).write_bytes(content(JO, form=form))
    few = kilobytes(*arguments)
    (folder / name).write_bytes(content(*({**JO, "MISIdentifier": str(each)} for each in range(100_000)), form=form))
    many = kilobytes(*arguments)
    assert many < few + 10_000
    with opened() as store, store.writing() as transaction:
        job = batch_output.any_job(unit(transaction), 2)
        assert job.record_count == 100_000
        records = batch_output.records_of(unit(transaction), job)
        assert [record.sent.mis_identifier for record in records] == [str(each) for each in range(100_000)]
        transaction.connection.exec_driver_sql("UPDATE jobs SET state = 'successful'")
    assert kilobytes("batch", "output", "2", "out") < few + 10_000
    assert len(outcomes((folder / "out").read_bytes(), form)[1]) == 100_000
