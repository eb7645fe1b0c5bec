"""docs/codes.md, "Return codes": what gets each of them, by SOAP and in files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from lrs_soap.cli import exceptions
from lrs_soap.cli.app import app
from lrs_soap.rules.values.codes import Known, LeftToDecide, ReturnCode
from tests.kit.batch_files import NAMES, content
from tests.kit.batch_requests import output_when_done, submitted
from tests.kit.documented_requests import CODES, SENT, fields, server_flags
from tests.kit.running_server import RunningServer

ROOT = Path(__file__).parents[2]
WAYS = ("by SOAP", "in a file")
TRIED = [("by SOAP", ""), ("by SOAP", "--batch-validation record"), ("in a file", "")]
"""Each way, and what the server is started with."""


class Change(NamedTuple):
    """A way to a return code: by SOAP, in a file, or by both, with what the server is started with."""

    code: str
    ways: tuple[str, ...]
    flags: str
    fields: Mapping[str, str]

    @classmethod
    def of(cls, code: str, text: str) -> Change:
        ways = tuple(way for way in WAYS if way in text) or WAYS
        return cls(code, ways, server_flags(text), fields(text))

    @property
    def learner(self) -> dict[str, str]:
        """Its record, without what says nothing of the learner, and the fields that are left out."""
        values = {**SENT["SubmitBatch"], **self.fields, "JobType": "", "LearnerRecordCount": ""}
        return {name: value for name, value in values.items() if value}


ROWS = CODES.rows("Return codes", "code", "meaning", "counted in", "exception", "known", "changed")
# Whoever is registered is held from then on, so that comes last.
CHANGES = [Change.of(code, text) for code, *_, changed in reversed(ROWS) for text in changed.split("; or ")]
COUNTED_IN = {code: counted_in for code, _, counted_in, *_ in ROWS}
EXCEPTIONAL = {code for code, _, _, exception, *_ in ROWS if exception == "yes"}


def test_the_table_has_every_return_code() -> None:
    assert [tuple(row[:-1]) for row in ROWS] == [
        (
            code.value,
            code.text,
            code.counted_in.value,
            "" if code.left_to_decide is LeftToDecide.NOTHING else "yes",
            code.known.value,
        )
        for code in ReturnCode
    ]


def _range_of(codes: Iterable[ReturnCode]) -> str:
    values = [code.value for code in codes]
    return f"{values[0]} to {values[-1]}"


def test_every_range_of_codes_that_people_read_is_one_of_the_table_s() -> None:
    valid = [code for code in ReturnCode if code.left_to_decide is LeftToDecide.VALID_RECORD]
    errors = [code for code in ReturnCode if code.left_to_decide is LeftToDecide.DATA_ERROR]
    first, *published = [code for code in ReturnCode if code.known is Known.PUBLISHED]
    told = [
        (path.name, said)
        for path in (*ROOT.glob("docs/*.md"), ROOT / "README.md", *ROOT.glob("lrs_soap/cli/*.py"))
        for said in re.findall(r"RC\d{3} to\s+RC\d{3}", path.read_text("utf-8"))
    ]
    assert {" ".join(said.split()) for _, said in told} == {
        _range_of(valid),
        _range_of(errors),
        _range_of(valid + errors),
        _range_of(published),
    }
    assert f"{first.value} and {_range_of(published)} are published" in (ROOT / "docs/codes.md").read_text("utf-8")
    help_of_show = " ".join((exceptions.show.__doc__ or "").split())
    assert f"With {_range_of(valid)} the record is valid" in help_of_show
    assert f"With {_range_of(errors)} its data have an error" in help_of_show


def _jobs(way: str, flags: str) -> list[tuple[str, list[Change]]]:
    """The changes that are tried this way with such a server, by the type of their job."""
    here = [each for each in CHANGES if way in each.ways and each.flags == flags]
    by_type = [(kind, [each for each in here if each.fields.get("JobType", "FUL") == kind]) for kind in ("CHK", "FUL")]
    return [(kind, changes) for kind, changes in by_type if changes]


def _lrs_soap(server: RunningServer, *command: str) -> str:
    done = CliRunner().invoke(app, [*command, "--database", server.database_url])
    assert done.exit_code == 0, done.output
    return done.stdout


def _submit_file(server: RunningServer, folder: Path, job_type: str, changes: list[Change]) -> int:
    file = folder / NAMES["CSV"]
    file.write_bytes(content(*(each.learner for each in changes)))
    return int(_lrs_soap(server, "batch", "submit", str(file), "--organisation", "TEST0001", "--type", job_type))


def _codes_in_file(server: RunningServer, job: int) -> list[str]:
    rows = csv.DictReader(_lrs_soap(server, "batch", "output", str(job)).splitlines())
    return [row["ReturnCode"] for row in rows]


def _codes_of_exceptions(server: RunningServer, job: int) -> list[str]:
    return re.findall("RC[0-9]{3}", _lrs_soap(server, "exceptions", "list", "--job", str(job)))


@pytest.mark.parametrize(("way", "flags"), TRIED)
def test_every_return_code_is_got_as_the_table_says(way: str, flags: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path, *flags.split()) as server:
        for job_type, changes in _jobs(way, flags):
            expected = [each.code for each in changes]
            if way == "by SOAP":
                job = submitted(server.url, [each.learner for each in changes], job_type=job_type)
                output = output_when_done(server.url, job)
                assert output.texts("ReturnCode") == expected
                # The age has a code of its own in files.
                too_young = [each.learner["DateOfBirth"] == "2020-09-03" for each in changes]
                expected = ["RC013" if young else code for young, code in zip(too_young, expected, strict=True)]
            else:
                job = _submit_file(server, tmp_path, job_type, changes)
                output = output_when_done(server.url, job)
            assert _codes_in_file(server, job) == expected
            left = [code for code in expected if code in EXCEPTIONAL and job_type == "FUL"]
            assert _codes_of_exceptions(server, job) == left
            for name in set(COUNTED_IN.values()):
                assert output.text(name) == str(sum(COUNTED_IN[code] == name for code in expected)), name


def test_every_change_is_tried() -> None:
    assert {(way, each.flags) for each in CHANGES for way in each.ways} == set(TRIED)


@pytest.mark.slow
def test_the_command_that_shows_other_codes_is_one(tmp_path: Path) -> None:
    (flags,) = {server_flags(line) for line in CODES.section("Return codes").splitlines() if "--return-codes" in line}
    with RunningServer(tmp_path, *flags.split()) as server:
        (change,) = [each for each in CHANGES if each.code == "RC005"]
        job = submitted(server.url, [change.learner])
        assert output_when_done(server.url, job).texts("ReturnCode") == ["RC003"]
