from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import dropwhile, islice

import pytest

from lrs_soap.rules.values import uln as rules
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, properties, ulns
from lrs_soap.store.store import Store
from tests.kit.databases import on_postgresql, on_sqlite

ISSUE = """
import sys
from lrs_soap.store import ulns
from lrs_soap.store.store import Store
store = Store(sys.argv[1], busy_timeout=30)
for _ in range(50):
    with store.writing() as transaction:
        uln = ulns.issue(transaction)
    print(uln)
store.close()
"""


def ulns_to_come(store: Store, count: int) -> list[str]:
    """What will be issued next: the series goes on after the ULN that is issued to find out where it is."""
    with store.writing() as transaction:
        latest = ulns.issue(transaction)
        key = bytes.fromhex(str(properties.get(transaction, "uln_key")))
    series = (uln for number in range(1000) if (uln := rules.issue(number, key)) is not None)
    return list(islice(dropwhile(lambda uln: uln != latest, series), 1, count + 1))


def test_an_issued_uln_is_valid(store: Store) -> None:
    with store.writing() as transaction:
        issued = ulns.issue_many(transaction, 500)
    assert len(set(issued)) == 500
    assert all(map(rules.is_valid, issued))
    assert "9999999999" not in issued


def test_none_asked_none_taken(store: Store) -> None:
    with store.writing() as transaction:
        assert ulns.issue_many(transaction, 0) == []


@pytest.mark.slow
def test_threads_and_processes_never_get_the_same(
    store: Store, database_url: str, start_process: Callable[..., subprocess.Popen[str]]
) -> None:
    processes = [start_process(ISSUE, database_url) for _ in range(2)]
    issued: list[str] = []

    def issue() -> None:
        for _ in range(25):
            with store.writing() as transaction:
                uln = ulns.issue(transaction)
            issued.append(uln)

    threads = [threading.Thread(target=issue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        output, _ = process.communicate(timeout=60)
        issued += output.split()
    assert len(issued) == len(set(issued)) == 8 * 25 + 2 * 50


def test_a_restart_goes_on_where_it_was(store: Store, database_url: str) -> None:
    with store.writing() as transaction:
        before = ulns.issue_many(transaction, 100)
    store.close()
    again = Store.open(database_url)
    with again.writing() as transaction:
        after = ulns.issue_many(transaction, 100)
    again.close()
    assert set(before).isdisjoint(after)


def issue_and_undo(store: Store) -> str:
    undone = ""
    with suppress(KeyError), store.writing() as transaction:
        undone = ulns.issue(transaction)
        raise KeyError
    return undone


@on_sqlite
def test_what_was_undone_is_issued_again_on_sqlite(store: Store) -> None:
    undone = issue_and_undo(store)
    with store.writing() as transaction:
        assert ulns.issue(transaction) == undone


@on_postgresql
def test_what_was_undone_is_lost_on_postgresql(store: Store) -> None:
    (next_one, one_after) = ulns_to_come(store, 2)
    assert issue_and_undo(store) == next_one
    with store.writing() as transaction:
        assert ulns.issue(transaction) == one_after


@on_postgresql
def test_issuing_waits_for_nobody_on_postgresql(store: Store, database_url: str) -> None:
    other = Store(database_url, busy_timeout=0.2)
    with store.writing() as one, other.writing() as another:
        assert ulns.issue(one) != ulns.issue(another)
    other.close()


def test_ulns_that_were_loaded_are_walked_past(store: Store, learner: Callable[..., Learner]) -> None:
    next_ones = ulns_to_come(store, 5)
    with store.writing() as transaction:
        for uln in (next_ones[0], next_ones[1], next_ones[3]):
            learners.insert(transaction, learner(uln, family_name=uln))
        assert ulns.issue(transaction) == next_ones[2]
        assert ulns.issue(transaction) == next_ones[4]
