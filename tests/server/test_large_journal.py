"""A journal of 100,000 exchanges: listed and looked into without all of it in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrs_soap.control.client import ControlClient
from lrs_soap.store.exchanges import Bounds, Exchanges
from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post
from tests.server.process_memory import resident_bytes

_KEPT, _AT_ONCE = 100_000, 1000
_DAY = 24 * 60 * 60 * 1000
_GIBIBYTE = 1 << 30
# The bytes of all of them are more than twice as many.
_MOST_MORE = 96 << 20


@pytest.mark.slow
def test_a_hundred_thousand_are_listed_without_all_in_memory(database_kind: str, tmp_path: Path) -> None:
    flags = ("--journal-exchanges", str(_KEPT), "--journal-size", "4096", "--batch-workers", "0")
    with (
        new_database(database_kind, tmp_path) as database,
        RunningServer(tmp_path, *flags, database_url=database) as server,
        ControlClient(server.url) as client,
    ):
        world = client.world()
        first = post(server.url, envelope(find_by_uln(UserName="tester 000000"))).headers["lrs-exchange"]
        assert world.exchange(first)["code"] == "WSRC0004"
        _fill(database, first)

        (newest,) = world.exchanges(limit=1)
        before = resident_bytes(server)
        assert newest["sequence"] == _KEPT
        assert len(world.exchanges(limit=1000)) == 1000
        assert [each["id"] for each in world.exchanges(uln="5000000007")] == [f"{7:016x}"]
        assert world.exchanges(uln="5999999999") == []
        assert [each["id"] for each in world.exchanges(user="tester 000000")] == [first]
        assert world.exchanges(code="WSRC0001") == []
        assert "5000000012" in world.exchange(f"{12:016x}")["request"]["body"]
        last = world.exchanges(after=_KEPT - 1)
        assert [each["id"] for each in last] == [f"{_KEPT - 1:016x}"]
        assert resident_bytes(server) - before < _MOST_MORE

        # One more, and the oldest goes.
        post(server.url, envelope(find_by_uln()))
        assert world.exchanges(limit=1)[0]["sequence"] == _KEPT + 1
        assert world.exchanges(user="tester 000000") == []
        world.delete_exchanges()
        assert world.exchanges() == []


def _fill(database: str, first: str) -> None:
    """Put so many more like the first into the journal, each with a ULN of its own in the request."""
    exchanges = Exchanges(database, Bounds(_KEPT, _DAY, 4 * _GIBIBYTE))
    found = exchanges.by_id(first)
    assert found is not None
    kept = found.kept._replace(user_name="A Tester")
    padding = b"<!-- %s -->" % (b"x" * 1500)
    for begin in range(1, _KEPT, _AT_ONCE):
        numbers = range(begin, min(begin + _AT_ONCE, _KEPT))
        exchanges.write(
            [
                kept._replace(
                    id=f"{number:016x}",
                    request=kept.request.replace(b"4170265830", b"%d" % (5 * 10**9 + number)) + padding,
                )
                for number in numbers
            ]
        )
    exchanges.close()
