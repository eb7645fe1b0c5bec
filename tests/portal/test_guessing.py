"""Guessing passwords at the login is slowed, also of users who are not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.portal_client import PASSWORDS, PortalClient
from tests.kit.server_here import ServerHere


@pytest.mark.slow
def test_whoever_tries_too_many_passwords_waits_for_each_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    monkeypatch.setattr("lrs_soap.server.connection.Connection._hold_back", lambda self, seconds: held.append(seconds))
    with ServerHere(tmp_path, "--trusted-proxies", "127.0.0.1", "--password-misses", "3") as server:
        person = PortalClient(server.url)

        def log_in(address: str, user_name: str, password: str) -> list[float]:
            held.clear()
            person.session.headers["X-Forwarded-For"] = address
            person.open("login").send("Login", user_name=user_name, password=password)
            return list(held)

        for user_name in ("nobody.one", "nobody.two", "nobody.three"):
            assert log_in("192.0.2.1", user_name, "Wrong-Password1") == []
        assert log_in("192.0.2.1", "oliver.hart", "Wrong-Password1") == [1.0]
        assert log_in("192.0.2.2", "oliver.hart", "Wrong-Password1") == []
        # The right one is held too, and ends it.
        assert log_in("192.0.2.1", "oliver.hart", PASSWORDS["oliver.hart"]) == [2.0]
        assert log_in("192.0.2.1", "nobody.one", "Wrong-Password1") == []
