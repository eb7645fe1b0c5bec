"""`lrs-soap load --synthetic`: what it tells, what it refuses, and what stands after it has been killed."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from lrs_soap.clock import midnight
from lrs_soap.errors import StoreUnavailable
from lrs_soap.sample.starting_data import starting_learners
from lrs_soap.sample.starting_events import starting_events
from lrs_soap.store import learners, learning_events
from lrs_soap.store.store import Store
from lrs_soap.store.tables import NOT_DELETED, name_keys
from lrs_soap.store.tables import learners as learners_table
from tests.kit.databases import SQLITE, new_database
from tests.kit.waiting import until

if TYPE_CHECKING:
    from conftest import Run

STARTING = sum(1 for _ in starting_learners(midnight(date(2025, 3, 10))))
STARTING_EVENTS = sum(1 for _ in starting_events(datetime(2025, 3, 10)))
# No round number, so that the process that makes these many is known among others.
MANY = 60_011
COMMAND = (sys.executable, "-m", "lrs_soap", "load", "--synthetic")


def count(url: str = "sqlite:///lrs.db") -> int:
    """How many learners are held, 0 where there is no database yet."""
    store = Store(url)
    try:
        with store.reading() as transaction:
            return learners.count(transaction)
    except StoreUnavailable:
        return 0
    finally:
        store.close()


def test_so_many_learners_are_loaded_beside_the_starting_data(run: Run, database: Path) -> None:
    result = run("load", "--synthetic", "120")
    assert (result.exit_code, result.stdout) == (0, "120 learners loaded.\n")
    assert result.stderr == f"Written to {database}\n"
    assert count() == 120 + STARTING


@pytest.mark.usefixtures("database")
def test_they_have_learning_events_where_those_are_wanted(run: Run) -> None:
    result = run("load", "--synthetic", "40", "--events")
    assert (result.exit_code, result.stdout) == (0, "40 learners loaded, with learning events.\n")
    assert count() == 40 + STARTING
    store = Store("sqlite:///lrs.db")
    with store.reading() as transaction:
        assert learning_events.count(transaction) > STARTING_EVENTS + 40
    store.close()


@pytest.mark.usefixtures("database")
def test_who_is_held_already_is_counted(run: Run) -> None:
    run("load", "--synthetic", "1", "--seed", "5")
    result = run("load", "--synthetic", "3", "--seed", "5")
    assert result.exit_code == 0
    assert result.stdout == "2 learners loaded.\n1 learner left out: their ULN or their details are held already.\n"


@pytest.mark.usefixtures("database")
def test_the_seed_is_1_where_none_is_given(run: Run) -> None:
    run("load", "--synthetic", "50")
    assert run("load", "--synthetic", "50", "--seed", "1").stdout.startswith("0 learners loaded.\n50 learners left out")
    assert run("load", "--synthetic", "50", "--seed", "0").stdout == "50 learners loaded.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--synthetic 0", "--synthetic: 0 is not a number from 1 to 50000000."),
        ("--synthetic -1", "--synthetic: -1 is not a number from 1 to 50000000."),
        ("--synthetic 50000001", "--synthetic: 50000001 is not a number from 1 to 50000000."),
        ("--synthetic many", "'--synthetic'"),
        ("--synthetic 1.5", "'--synthetic'"),
        ("--synthetic", "'--synthetic' requires an argument"),
        ("--synthetic 5 --seed -1", "--seed: -1 is not a number from 0 to 9223372036854775807."),
        ("--synthetic 5 --seed 9223372036854775808", "--seed: 9223372036854775808 is not a number from 0 to"),
        ("--synthetic 5 --seed one", "'--seed'"),
        ("--synthetic 5 learners.csv", "--synthetic: cannot be combined with FILE, --strict or --json."),
        ("--synthetic 5 -", "--synthetic: cannot be combined with FILE, --strict or --json."),
        ("--synthetic 5 --strict", "--synthetic: cannot be combined with FILE, --strict or --json."),
        ("--synthetic 5 --events events.csv", "--synthetic: cannot be combined with FILE, --strict or --json."),
        ("--seed 5 learners.csv", "--seed: needs --synthetic."),
        ("--seed 5", "--seed: needs --synthetic."),
        ("", "FILE: Give a file to load, - for standard input, or --synthetic."),
    ],
)
def test_wrong_use_is_told_and_makes_no_database(run: Run, folder: Path, arguments: str, told: str) -> None:
    (folder / "learners.csv").touch()
    result = run("load", *arguments.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in " ".join(result.stderr.split())
    assert not (folder / "lrs.db").exists()


@pytest.mark.usefixtures("database")
def test_there_is_a_progress_bar_on_a_terminal(folder: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*COMMAND, "30"], stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"}
        )
        on_terminal = os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == b"30 learners loaded.\n"
    assert b"30 loaded, 0 left out" in on_terminal


@pytest.mark.slow
@pytest.mark.usefixtures("database")
def test_another_writer_gets_its_turn_meanwhile(run: Run) -> None:
    run("load", "--synthetic", "1")
    loading = subprocess.Popen([*COMMAND, str(MANY)], stdout=subprocess.DEVNULL)
    # With more patience than a server has, since other tests may keep the disk.
    store = Store("sqlite:///lrs.db", busy_timeout=30)
    held = set()
    while loading.poll() is None:
        with store.writing() as transaction:
            held.add(learners.count(transaction))
        time.sleep(0.01)
    store.close()
    assert loading.returncode == 0
    assert held > {1 + STARTING, 25_000 + STARTING, 50_000 + STARTING}


@pytest.mark.slow
def test_a_load_that_is_killed_leaves_whole_learners_and_can_be_finished(
    database_kind: str, folder: Path, tmp_path: Path
) -> None:
    with new_database(database_kind, tmp_path) as url:
        loading = subprocess.Popen([*COMMAND, str(MANY), "--create", "--database", url], start_new_session=True)
        while count(url) <= STARTING:
            time.sleep(0.05)
            assert loading.poll() is None
        loading.kill()
        loading.wait()
        held = count(url) - STARTING
        assert 0 < held < MANY
        assert held % 25_000 == 0
        _check_consistency(url, database_kind)
        done = subprocess.run([*COMMAND, str(MANY), "--database", url], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[0] == f"{MANY - held} learners loaded."
        assert count(url) == MANY + STARTING
        _check_consistency(url, database_kind)
    until(lambda: not _makers())


def _check_consistency(url: str, kind: str) -> None:
    """Every learner has its keys, and the indexes agree with the tables."""
    store = Store(url)
    with store.reading() as transaction:
        without_keys = select(func.count()).where(NOT_DELETED, learners_table.c.uln.not_in(select(name_keys.c.uln)))
        assert transaction.execute(without_keys).scalar_one() == 0
        if kind == SQLITE:
            assert transaction.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
    store.close()


def _makers() -> list[str]:
    """The processes that make MANY learners, where the machine tells which there are."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        # It may end at this moment.
        with suppress(OSError):
            found.append(command.read_text().replace("\0", " "))
    return [command for command in found if f"synthetic_rows 1 {MANY}" in command]
