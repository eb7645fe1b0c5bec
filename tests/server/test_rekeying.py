"""`serve` on a database with older keys: it rekeys a small one before it answers, a large one while it answers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from lrs_soap.store import key_version
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import end_the_lease, let_another_rekey, make_keys_old
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_demographics, post, send
from tests.kit.waiting import until

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")


def is_found(server: RunningServer) -> bool:
    return post(server.url, envelope(find_by_demographics())).text("ResponseCode") == "WSRC0004"


@pytest.fixture
def old(filled: Store) -> Iterator[Store]:
    """A store with the starting data, and keys that older rules have made."""
    with filled.writing() as transaction:
        make_keys_old(transaction)
    return filled


def is_current(store: Store) -> bool:
    with store.reading() as transaction:
        return key_version.is_current(transaction)


def test_a_small_database_is_rekeyed_before_it_is_served(filled: Store, database_url: str, tmp_path: Path) -> None:
    with filled.writing() as transaction:
        make_keys_old(transaction, given_name="Grace")
    with RunningServer(tmp_path, database_url=database_url) as server:
        assert is_found(server)
        assert "event=rekeying" not in server.logged()


@pytest.mark.slow
@pytest.mark.parametrize(("flags", "left"), [((), 2), (("--batch-workers", "0"), 1), (("--processes", "2"), 3)])
def test_what_another_is_rekeying_is_served_meanwhile_and_done_when_that_one_dies(
    old: Store, database_url: str, tmp_path: Path, flags: tuple[str, ...], left: int
) -> None:
    let_another_rekey(old)
    with RunningServer(tmp_path, *flags, database_url=database_url) as server:
        assert not is_found(server)
        assert b"being brought up to date" in send(server.url, "GET", "/health/ready").body
        end_the_lease(old)
        until(lambda: is_current(old))
        assert is_found(server)
        assert send(server.url, "GET", "/health/ready").status == 200
        assert "kept=0" in server.logged_until("state=done")
        # The process that did it is gone, and not replaced.
        until(lambda: len(server.children()) == left)
        assert "event=process" not in server.logged()


def test_a_killed_process_is_replaced_until_it_is_done(old: Store, database_url: str, tmp_path: Path) -> None:
    let_another_rekey(old)
    with RunningServer(tmp_path, database_url=database_url) as server:
        answering, working, rekeying = server.children()
        os.kill(rekeying, signal.SIGKILL)
        server.logged_until("post=rekeying")
        end_the_lease(old)
        server.logged_until("state=done")
        until(lambda: server.children() == [answering, working])
        assert is_found(server)
