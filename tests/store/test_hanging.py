"""A database server that stands still, or whose answers do not arrive: nobody waits for it without end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from sqlalchemy import make_url, text

from lrs_soap.errors import StoreUnavailable
from lrs_soap.store import hanging
from lrs_soap.store.hanging import Watch
from lrs_soap.store.store import Store
from tests.kit.databases import on_postgresql
from tests.kit.waiting import PATIENCE, until


class Relay:
    """Stands between a client and a server, and can stop to hand on what the server says."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.goes_on = threading.Event()
        self.goes_on.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.goes_on.set()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                server = socket.create_connection(self._address)
                for each in ((caller, server), (server, caller)):
                    threading.Thread(target=self._hand_on, args=each, daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                self.goes_on.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def relay(database_url: str) -> Iterator[Relay]:
    """A relay to the PostgreSQL server."""
    url = make_url(database_url)
    relay = Relay(url.host or "127.0.0.1", url.port or 5432)
    yield relay
    relay.close()


@pytest.fixture
def store(database_url: str, relay: Relay) -> Iterator[Store]:
    """A store whose server is reached through the relay."""
    Store.open(database_url).close()
    url = make_url(database_url).set(host="127.0.0.1", port=relay.port).render_as_string(hide_password=False)
    with closing(Store(url, busy_timeout=1, statement_timeout=1)) as store:
        yield store


def ask(store: Store) -> int:
    with store.reading() as transaction:
        return int(transaction.execute(text("SELECT 1")).scalar_one())


@on_postgresql
def test_a_server_that_stands_still_is_not_waited_for_and_used_again_later(store: Store, relay: Relay) -> None:
    assert ask(store) == 1
    relay.goes_on.clear()
    began = time.monotonic()

    with pytest.raises(StoreUnavailable, match="cannot be used"):
        ask(store)

    assert time.monotonic() - began < PATIENCE
    relay.goes_on.set()
    assert ask(store) == 1


@on_postgresql
def test_a_server_that_stands_still_in_a_transaction_is_not_waited_for(store: Store, relay: Relay) -> None:
    def ask_while_it_stops() -> None:
        with store.reading() as transaction:
            relay.goes_on.clear()
            transaction.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailable, match="cannot be used"):
        ask_while_it_stops()

    relay.goes_on.set()
    assert ask(store) == 1


@on_postgresql
def test_a_statement_that_takes_too_long_is_ended_by_the_server(store: Store) -> None:
    sentence = "has worked on a statement for longer than 1 seconds"
    with pytest.raises(StoreUnavailable, match=sentence), store.reading() as transaction:
        transaction.execute(text("SELECT pg_sleep(60)"))
    assert ask(store) == 1


def watching() -> bool:
    return any(each.name == "database watch" for each in threading.enumerate())


def test_what_has_ended_is_not_cut_and_what_lasts_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hanging, "_LOOK_SECONDS", 0.02)
    watch = Watch(0.2)
    ended, other = socket.socketpair()
    lasting, peer = socket.socketpair()
    with ended, other, lasting, peer:
        watch.begin(ended)
        watch.begin(lasting)
        watch.end(ended)

        # The end of what is sent, which comes when it is cut.
        peer.settimeout(PATIENCE)
        assert peer.recv(1) == b""
        ended.sendall(b"x")
        assert other.recv(1) == b"x"
        # Nobody looks when there is nothing to look at, and somebody does when there is again.
        until(lambda: not watching())
        watch.begin(ended)
        other.settimeout(PATIENCE)
        assert other.recv(1) == b""
    until(lambda: not watching())
