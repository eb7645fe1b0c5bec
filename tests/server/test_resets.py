"""A world is put back while it serves: everybody is answered, as if the world were put back before or after."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from lrs_soap.operations.organisations import set_suspended
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.server.wsgi import application_of
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.settings import Settings
from lrs_soap.store import learning_events
from lrs_soap.world import World
from lrs_soap.world.images import reset, restore, take_snapshot
from tests.kit.batch_requests import new_learner, output_when_done, submit_batch, submitted
from tests.kit.every_operation import DECLARED
from tests.kit.r9_messages import content_of
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import (
    LEARNER_SERVICE,
    RawConnection,
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    register,
    update,
    verify,
)
from tests.kit.waiting import until
from tests.kit.wsgi_client import ask_wsgi

_CALLERS = 6
_TIMES = 12
# How many answers come at least between one time and the next.
_ANSWERS = 40

_numbers = itertools.count(1)


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[RunningServer]:
    with RunningServer(tmp_path, "--processes", "2", database_url=database_url) as running:
        yield running


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with World.open(Settings(database_url=server.database_url), prepare=False) as opened:
        yield opened


class Callers:
    """Callers that ask all kinds of things, each one after the other on a connection of its own."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[str | None] = Counter()
        self.failures: list[str] = []
        self._url = url
        self._over = Event()
        self._threads = [Thread(target=self._ask) for _ in range(_CALLERS)]

    def __enter__(self) -> Callers:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join()

    def wait_for_more(self) -> None:
        least = self.answers.total() + _ANSWERS
        until(lambda: self.answers.total() >= least or self.failures)

    def _ask(self) -> None:
        try:
            with RawConnection(self._url) as connection:
                for body in itertools.cycle(REQUESTS):
                    if self._over.is_set():
                        return
                    message = body().encode()
                    connection.head(
                        "POST /LearnerService.svc HTTP/1.1",
                        "Content-Type: text/xml; charset=utf-8",
                        f"Content-Length: {len(message)}",
                    )
                    connection.send(message)
                    answer = connection.answer()
                    code = answer.text("ErrorCode") or answer.text("ResponseCode")
                    self.answers[code] += 1
                    if answer.status != 200:
                        self.failures.append(answer.body.decode())
        except Exception as error:
            self.failures.append(repr(error))


def _new() -> str:
    return f"TR{next(_numbers) % 90 + 1} {next(_numbers) % 9}AA"


REQUESTS: list[Callable[[], str]] = [
    lambda: envelope(find_by_uln()),
    lambda: envelope(register(LastKnownPostCode=_new(), GivenName=str(new_learner(next(_numbers))["GivenName"]))),
    lambda: envelope(find_by_demographics()),
    lambda: envelope(update()),
    lambda: envelope(verify()),
    lambda: submit_batch([new_learner(next(_numbers))]),
]


def test_everybody_is_answered_while_the_world_is_reset_and_restored(server: RunningServer, world: World) -> None:
    take_snapshot(world, "kept")
    with Callers(server.url) as callers:
        for time in range(_TIMES):
            callers.wait_for_more()
            if time % 2:
                restore(world, "kept")
            else:
                reset(world)
        callers.wait_for_more()
    assert not callers.failures
    assert callers.answers["WSRC0004"] > 0
    assert callers.answers["WSRC0005"] > 0
    assert None not in callers.answers
    # Workers go on, too.
    answer = output_when_done(server.url, submitted(server.url, [new_learner(99999)]))
    assert answer.text("ResponseCode") == "WSRC0009"
    assert "level=error" not in server.logged()


def test_every_process_answers_from_the_world_as_it_is_now(server: RunningServer, world: World) -> None:
    for _ in range(5):
        registration = envelope(register())
        codes = [post(server.url, registration).text("ResponseCode") for _ in range(8)]
        assert codes == ["WSRC0005"] + ["WSRC0021"] * 7
        reset(world)


@pytest.mark.parametrize(("snapshot", "code"), [("open", "WSRC0005"), ("suspended", "WSEC0003")])
def test_who_was_let_in_before_a_restore_is_judged_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch, snapshot: str, code: str
) -> None:
    """What is written belongs to the world as it is now, and so does the organisation that writes it."""
    settings = Settings(database_url=database_url)
    with World.open(settings) as world:
        take_snapshot(world, "open")
        with world.writing(OPERATOR) as work:
            set_suspended(work, "TEST0001", True)
        take_snapshot(world, "suspended")
        restore(world, "open")
        deadline = world.store.writers.deadline

        def restored_first() -> float:
            # The organisation has been let in, and nothing is written yet.
            restore(world, snapshot)
            return deadline()

        monkeypatch.setattr(world.store.writers, "deadline", restored_first)
        body = envelope(register()).encode()
        answer = ask_wsgi(application_of(settings, world), "POST", LEARNER_SERVICE, body)
        assert (answer.text("ErrorCode") or answer.text("ResponseCode")) == code


def test_a_record_that_was_judged_before_a_restore_is_judged_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=database_url)
    with World.open(settings) as world:
        take_snapshot(world, "held")
        deadline = world.store.writers.deadline

        def restored_first() -> float:
            restore(world, "held")
            return deadline()

        monkeypatch.setattr(world.store.writers, "deadline", restored_first)
        answer = ask_wsgi(application_of(settings, world), "POST", LEARNER_SERVICE_R9.path, *_record_asked())
        assert answer.text("ResponseCode") == "WSRC0004"


def test_after_a_restore_no_event_is_one_that_had_its_number_before(database_url: str) -> None:
    settings = Settings(database_url=database_url)
    with World.open(settings) as world:
        application = application_of(settings, world)
        take_snapshot(world, "held")
        for subject, other in (("Sums", "Words"), ("Words", "Sums")):
            event = LearningEvent(
                source="AO", subject=subject, subject_code="1", date_loaded="2015-01-20 06:12:44", uln="4170265830"
            )
            with world.store.writing() as transaction:
                learning_events.add_many(transaction, [event])
            for _ in range(2):
                answer = ask_wsgi(application, "POST", LEARNER_SERVICE_R9.path, *_record_asked())
                assert answer.text("ResponseCode") == "WSRC0004"
                assert {*answer.texts("Subject")} & {subject, other} == {subject}
            restore(world, "held")


def _record_asked() -> tuple[bytes, dict[str, str]]:
    name = "GetLearnerLearningEvents"
    body = envelope(f'<{name} xmlns="http://tempuri.org/">{content_of(name)}</{name}>').encode()
    return body, {"SOAPAction": DECLARED[name].soap_action}
