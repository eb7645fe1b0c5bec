"""An upgrade whose process is killed, wherever it is, is gone on with by the next."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

import pytest

from lrs_soap.store import learners
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import DELETED, LINKED, NADIA, ZOE, make_earlier_database

# Ends by a kill before the statement with this number, or in good order if there are fewer.
UPGRADE = """
import os, signal, sys
from sqlalchemy import Engine, event
from lrs_soap.store.store import Store
left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

Store.open(sys.argv[1]).close()
"""
_STEP = 3


@pytest.mark.slow
def test_an_upgrade_that_is_killed_again_and_again_comes_to_its_end(
    database_url: str, start_process: Callable[..., subprocess.Popen[str]]
) -> None:
    make_earlier_database(database_url, "0001")
    statement = 1
    while (status := end_of(start_process(UPGRADE, database_url, str(statement)))) != 0:
        assert status == -signal.SIGKILL
        statement += _STEP
    assert statement > 10 * _STEP

    store = Store.open(database_url)
    assert rekey_briefly(store, seconds=60)
    with store.reading() as transaction:
        held = [learners.by_uln(transaction, uln) for uln in (NADIA, ZOE, LINKED, DELETED)]
    assert [each is not None and each.uln for each in held] == [NADIA, ZOE, LINKED, DELETED]
    store.close()


def end_of(process: subprocess.Popen[str]) -> int:
    """The exit status of a process, once it has ended."""
    process.communicate(timeout=60)
    return process.returncode
