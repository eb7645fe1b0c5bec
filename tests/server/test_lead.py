"""One thread leads: another may take over from a busy leader, and the two never lead at the same time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from argon2.exceptions import VerifyMismatchError

from lrs_soap.server.lead import PATIENCE_SECONDS, Lead
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post
from tests.kit.waiting import PATIENCE


def take_over(lead: Lead, *, within: float = PATIENCE) -> bool:
    """Wait in another thread for a turn to lead; whether it came."""
    taken: list[bool] = []
    thread = threading.Thread(target=lambda: taken.append(lead.await_turn()), daemon=True)
    thread.start()
    thread.join(within)
    return taken == [True]


def test_a_quick_leader_goes_on_leading() -> None:
    lead = Lead()
    for _ in range(100):
        assert lead.end(lead.begin())


def test_a_leader_that_is_busy_for_too_long_learns_that_another_leads() -> None:
    lead = Lead()
    shown = lead.begin()

    assert take_over(lead)
    assert not lead.end(shown)
    assert lead.end(lead.begin())


def test_a_request_keeps_the_leader_no_longer_than_its_patience_whenever_it_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead = Lead()

    class Time:
        """Stands still but for the wait; the leader begins with another request in the middle of the first one."""

        now = 0.0

        def monotonic(self) -> float:
            return self.now

        def wait(self, seconds: float) -> None:
            if not self.now:
                self.now = seconds / 2
                lead.begin()
                self.now = seconds
            else:
                self.now += seconds

    time = Time()
    monkeypatch.setattr("lrs_soap.server.lead.time", time)
    monkeypatch.setattr(lead._steps_aside, "wait", time.wait)
    monkeypatch.setattr("lrs_soap.server.lead.PATIENCE_SECONDS", 1.0)
    lead.end(lead.begin())
    assert lead.await_turn()
    assert time.now == 1.5


def test_a_leader_that_is_not_busy_is_left_alone() -> None:
    lead = Lead()
    lead.end(lead.begin())
    time.sleep(2 * PATIENCE_SECONDS)

    assert not take_over(lead, within=0.5)
    lead.finish()


@pytest.fixture
def no_end_of_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrs_soap.server.lead.PATIENCE_SECONDS", 3600.0)


@pytest.mark.usefixtures("no_end_of_patience")
def test_a_leader_that_steps_aside_learns_that_another_leads() -> None:
    lead = Lead()
    shown = lead.begin()
    lead.step_aside()

    assert take_over(lead)
    assert not lead.end(shown)
    assert lead.end(lead.begin())


@pytest.mark.usefixtures("no_end_of_patience")
def test_a_leader_that_steps_aside_while_it_is_watched_is_not_watched_for_longer() -> None:
    lead = Lead()
    taken: list[bool] = []
    watcher = threading.Thread(target=lambda: taken.append(lead.await_turn()), daemon=True)
    watcher.start()
    lead.begin()
    time.sleep(0.1)
    lead.step_aside()

    watcher.join(PATIENCE)
    assert taken == [True]


@pytest.mark.usefixtures("no_end_of_patience")
def test_only_a_busy_leader_steps_aside() -> None:
    lead = Lead()
    lead.step_aside()
    shown = lead.begin()
    other = threading.Thread(target=lead.step_aside)
    other.start()
    other.join()

    assert not take_over(lead, within=0.5)
    assert lead.end(shown)
    lead.finish()


class HeldHasher:
    """Finds every password wrong, but not before it may go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def verify(self, hash: str, password: bytes) -> bool:
        self.begun.set()
        self.go_on.wait(PATIENCE)
        raise VerifyMismatchError


@pytest.mark.usefixtures("no_end_of_patience")
def test_while_a_password_is_checked_another_thread_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = envelope(find_by_uln()), envelope(find_by_uln(OrgPassword="CompatSitePass02"))
    with ServerHere(tmp_path) as server:
        first = post(server.url, right)
        hasher = HeldHasher()
        monkeypatch.setattr(server.world.passwords, "_hasher", hasher)
        refused: list[Answer] = []
        checked = threading.Thread(target=lambda: refused.append(post(server.url, wrong)))
        checked.start()
        assert hasher.begun.wait(PATIENCE)
        second = post(server.url, right)
        hasher.go_on.set()
        checked.join()
    assert first.status == second.status == 200
    assert refused[0].text("ErrorCode") == "WSEC0005"


def test_a_leader_that_is_held_up_while_it_begins_does_not_lead_beside_another(monkeypatch: pytest.MonkeyPatch) -> None:
    lead = Lead()
    begun = threading.Event()

    class HeldUp(threading.Event):
        """Has another thread take over in the middle of `begin`."""

        def is_set(self) -> bool:
            if not begun.is_set():
                begun.set()
                self.set()
                assert take_over(lead)
            return super().is_set()

    monkeypatch.setattr(lead, "_begun", HeldUp())
    assert not lead.end(lead.begin())


def test_after_the_end_nobody_takes_over_from_a_busy_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    lead = Lead()

    def end_meanwhile(seconds: float) -> None:
        time.sleep(seconds)
        lead.finish()

    monkeypatch.setattr(lead._steps_aside, "wait", end_meanwhile)
    lead.begin()
    assert not take_over(lead)


def test_at_the_end_every_thread_is_released() -> None:
    lead = Lead()
    threads = [threading.Thread(target=lead.await_turn) for _ in range(3)]
    for thread in threads:
        thread.start()
    lead.finish()
    lead.await_end()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
