"""learning_events, in two languages; tests/interop/ asks the one in C#."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from lrs_soap.rules.values.codes import FaultCode
from tests.client_examples.programs import EXAMPLES, LANGUAGES, command, run
from tests.kit.contract_documents import document
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer

# Programs are told nothing of the database.
pytestmark = on_sqlite

OKAFOR = ("4170265830", "Okafor", "Grace")
ROURKE = ("6602379142", "Rourke", "Declan")


@pytest.fixture(scope="module", params=LANGUAGES)
def reader(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs it."""
    return command("learning_events", request.param)


def test_a_record_is_a_table(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *reader, "--user-type", "LNR", *ROURKE)
    assert (done.stdout.splitlines(), done.returncode) == (
        [
            "WSRC0004: this is the learner's record",
            "ULN 6602379142, 3 learning events",
            "Awarded     Source  Type            Subject                          Code        Level    Grade  Credits"
            "  Awarded by",
            "2017-07-07  ILR     Certificate     Certificate in Plumbing Studies  50079116             Pass   0      "
            "  UNKNOWN",
            "2015-08-20  NPD     GCSE (A* to G)  Geography                        60001616             C      0      "
            "  AQA",
            "2017-07-07  AO      Certificate     Certificate in Plumbing Studies  500/7911/6  Level 2  Pass   40     "
            "  City & Guilds",
        ],
        0,
    )


def test_what_a_brief_record_has_not_has_no_column(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *reader, "--get-type", "BRIEF", "2865174033", "Iyer", "Priya")
    code, master, heading, first, *_ = done.stdout.splitlines()
    assert code == (
        "WSRC0022: the ULN is linked to a master, whose ULN is the one to use; this is the record of all its ULNs"
    )
    assert master == "ULN 9140837261, 6 learning events"
    assert heading.split() == ["Awarded", "Source", "Subject", "Code", "Level", "Grade", "Credits"]
    assert first.split()[:2] == ["2020-03-20", "ILR"]


def test_a_record_in_welsh_whose_grades_are_missing(
    reader: tuple[str, ...], own: RunningServer, tmp_path: Path
) -> None:
    event = {
        "ULN": "7053182648",
        "Source": "ILR",
        "QualificationType": "GCSE",
        "QualificationTypeWelsh": "TGAU",
        "Subject": "Welsh",
        "SubjectWelsh": "Cymraeg – llên ŵyl",
        "SubjectCode": "60142923",
        "AchievementProviderUkprn": "10990001",
    }
    (tmp_path / "events.json").write_text(json.dumps(event), "utf-8")
    flags = ("--events", "--database", own.database_url)
    load = run(own.url, sys.executable, "-m", "lrs_soap", "load", str(tmp_path / "events.json"), *flags)
    assert load.returncode == 0, load.stderr
    done = run(own.url, *reader, "--language", "CYM", "7053182648", "MacPherson", "Callum")
    _, _, heading, *events = done.stdout.splitlines()
    assert heading == "Source  Type  Subject             Code      Credits  Awarded by"
    assert set(events) == {"ILR     TGAU  Cymraeg – llên ŵyl  60142923  0        UNKNOWN"}


@pytest.mark.parametrize(
    ("who", "said", "status"),
    [
        (("6382750203", "Núñez-O’Hara", "Zoë-Marie"), "WSRC0004: this is the learner's record", 0),
        (("4170265831", "Okafor", "Grace"), "WSEC0136: this is not a ULN: a ULN has ten digits", 1),
        (("4170265830", "Okafer", "Grace"), "WSEC0208: no learner has this ULN and exactly these names", 1),
        (ROURKE, "WSEC0206: the learner has not opted to share the record", 1),
    ],
)
def test_the_answer_is_told_in_words(
    reader: tuple[str, ...], server: RunningServer, who: tuple[str, ...], said: str, status: int
) -> None:
    done = run(server.url, *reader, *who)
    answer, *events = done.stdout.splitlines()
    assert answer.startswith(said)
    assert events == (["ULN 6382750203, 0 learning events"] if status == 0 else [])
    assert done.returncode == status


def test_an_option_that_comes_last_is_not_passed_over(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *reader, *ROURKE, "--user-type", "LNR")
    assert done.stdout.startswith("WSRC0004") or done.stderr.endswith("after the options.\n")


def test_a_domain_fault_is_told_in_words(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *reader, "--get-type", "SHORT", *OKAFOR)
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr == f"WSEC0001: {FaultCode.INVALID_REQUEST.text}\n"


def test_a_fault_of_wcf_is_told_in_words(reader: tuple[str, ...], own: RunningServer) -> None:
    with closing(sqlite3.connect(own.database_url.removeprefix("sqlite:///"))) as database:
        database.execute("ALTER TABLE learning_events RENAME TO lost")
        done = run(own.url, *reader, *OKAFOR)
        database.execute("ALTER TABLE lost RENAME TO learning_events")
    assert (done.stdout, done.returncode) == ("", 1)
    assert re.match("a:InternalServiceFault: .*[0-9a-f]{8}", done.stderr)


def test_zeep_reads_a_record_by_the_live_service_s_wsdl(server: RunningServer) -> None:
    program = (server.url, sys.executable, str(EXAMPLES / "learning_events.py"), *OKAFOR)
    by_the_live_one = run(*program, "--wsdl", str(document("contract", "LearnerServiceR9.wsdl")))
    assert by_the_live_one.returncode == 0
    assert by_the_live_one.stdout == run(*program).stdout
