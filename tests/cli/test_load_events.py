"""`lrs-soap load --events`: learning events by ULN, and those in a learner's line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap.store import learning_events
from lrs_soap.store.store import Store
from tests.kit.running_server import RunningServer

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.usefixtures("database")

HEADING = "ULN,Source,Subject,SubjectCode,AchievementProviderUkprn"
NOBODYS_EVENTS = "7053182648"
ROW = f"{NOBODYS_EVENTS},ILR,Mathematics,600/1166/X,10000001"


def subjects(url: str = "sqlite:///lrs.db", uln: str = NOBODYS_EVENTS) -> list[str]:
    store = Store(url)
    try:
        with store.reading() as transaction:
            return [event.subject for event in learning_events.of(transaction, [uln])]
    finally:
        store.close()


def test_events_are_loaded_for_learners_who_are_held(run: Run, folder: Path) -> None:
    (folder / "events.csv").write_text(f"{HEADING}\n{ROW}\n")
    result = run("load", "--events", "events.csv")
    assert (result.exit_code, result.stdout) == (0, "1 learning event loaded.\n")
    assert result.stderr == f"Written to {folder / 'lrs.db'}\n"
    assert subjects() == ["Mathematics"]


def test_a_wrong_line_is_told_with_its_number_and_the_others_are_loaded(run: Run) -> None:
    lines = f"{HEADING}\n{ROW}\n{ROW.replace('ILR', 'XXX')}\n{ROW.replace(NOBODYS_EVENTS, '4739516283')}\n{ROW}\n"
    result = run("load", "-", "--events", given=lines.encode())
    assert (result.exit_code, result.stdout) == (1, "2 learning events loaded.\n")
    assert result.stderr.splitlines()[:-1] == [
        "line 3: Value 'XXX' of element 'Source' is not ILR, NPD, AO or QCFU.",
        "line 4: ULN: the learner with the ULN 4739516283 is deleted",
        "2 lines could not be loaded.",
    ]


def test_an_award_in_the_future_is_loaded_with_a_warning(run: Run, folder: Path) -> None:
    (folder / "events.csv").write_text(f"{HEADING},AchievementAwardDate\n{ROW},2058-06-30\n")
    told = "Value '2058-06-30' of element 'AchievementAwardDate' is in the future."
    result = run("load", "--events", "events.csv")
    assert (result.exit_code, result.stdout) == (0, "1 learning event loaded.\n")
    assert result.stderr.splitlines()[0] == f"line 2: warning: {told}"
    as_json = json.loads(run("load", "--events", "events.csv", "--json").stdout)
    assert as_json == {"Loaded": 1, "Issued": [], "Rejected": [], "Warned": [{"Line": 2, "Warning": told}]}


def test_a_person_s_details_in_a_line_have_to_be_the_learner_s(run: Run) -> None:
    rows = (f"{ROW},{given},{family}" for given, family in (("Callum", "MacPherson"), ("Calum", "MacPherson")))
    lines = "\n".join((f"{HEADING},GivenName,FamilyName", *rows, ""))
    result = run("load", "-", "--events", given=lines.encode())
    assert (result.exit_code, result.stdout) == (1, "1 learning event loaded.\n")
    assert result.stderr.splitlines()[0] == (
        f"line 3: Value 'Calum' of element 'GivenName' is not that of the learner with the ULN {NOBODYS_EVENTS}."
    )


def test_with_strict_one_wrong_line_keeps_all_out(run: Run) -> None:
    result = run("load", "--events", "--strict", "-", given=f"{HEADING}\n{ROW}\nx\n".encode())
    assert (result.exit_code, result.stdout) == (1, "0 learning events loaded.\n")
    assert subjects() == []


def test_a_learner_comes_with_events(run: Run) -> None:
    event = dict(zip(HEADING.split(",")[1:], ROW.split(",")[1:], strict=True))
    learner = {
        "ULN": "1000000019",
        "GivenName": "Jo",
        "FamilyName": "Lee",
        "DateOfBirth": "2001-05-17",
        "Gender": "2",
        "LastKnownPostCode": "ZZ99 9ZZ",
        "LearningEvents": [event, event],
    }
    result = run("load", "-", given=json.dumps(learner).encode())
    assert (result.exit_code, result.stdout) == (0, "1 learner loaded.\n")
    assert subjects(uln="1000000019") == ["Mathematics"] * 2


def test_an_event_is_loaded_while_the_server_runs(run: Run, tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        lines = f"{HEADING}\n{ROW}\n".encode()
        result = run("load", "--events", "-", "--database", server.database_url, given=lines)
        assert (result.exit_code, result.stderr) == (0, f"Written to {tmp_path / 'lrs.db'}\n")
        assert subjects(server.database_url) == ["Mathematics"]
