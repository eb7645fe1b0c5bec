"""A world is put back while it serves: everybody is answered, as if the world were put back before or after."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from lrs_soap.operations.organisations import set_suspended
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.sample import synthetic
from lrs_soap.server.wsgi import application_of
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.settings import Settings
from lrs_soap.store import learners, learning_events, postgresql_images
from lrs_soap.world import World
from lrs_soap.world.images import back_up, reset, restore, restore_backup, take_snapshot
from tests.kit.batch_requests import new_learner, output_when_done, submit_batch, submitted
from tests.kit.databases import SQLITE
from tests.kit.every_operation import DECLARED
from tests.kit.r9_messages import content_of
from tests.kit.running_server import PATIENT, RunningServer
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
_MANY_CALLERS = 16
_A_SECOND = 450
_TIMES = 12
# How many answers come at least between one time and the next.
_ANSWERS = 40

_numbers = itertools.count(1)


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[RunningServer]:
    with RunningServer(tmp_path, "--processes", "2", *PATIENT, database_url=database_url) as running:
        yield running


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with World.open(Settings(database_url=server.database_url), prepare=False) as opened:
        yield opened


class Callers:
    """Callers that ask all kinds of things, each one after the other on a connection of its own."""

    def __init__(self, url: str, count: int = _CALLERS, *, pause: float = 0.0) -> None:
        """Each of `count` callers waits for `pause` seconds from the beginning of one request to that of the next."""
        self.answers: Counter[str | None] = Counter()
        self.failures: list[str] = []
        self._url = url
        self._pause = pause
        self._over = Event()
        self._threads = [Thread(target=self._ask) for _ in range(count)]

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
                for body, right in itertools.cycle(REQUESTS):
                    if self._over.is_set():
                        return
                    began = monotonic()
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
                    if answer.status != 200 or code not in right:
                        self.failures.append(answer.body.decode())
                    self._over.wait(max(0.0, self._pause - (monotonic() - began)))
        except Exception as error:
            self.failures.append(repr(error))


def _new() -> dict[str, str]:
    """The names of somebody whom nobody registers twice."""
    learner = new_learner(next(_numbers))
    return {name: str(value) for name, value in learner.items() if name != "MISIdentifier"}


# Each request with the codes that it may get. The version of an update is that of the starting data.
REQUESTS: list[tuple[Callable[[], str], set[str]]] = [
    (lambda: envelope(find_by_uln()), {"WSRC0004"}),
    (lambda: envelope(register(**_new())), {"WSRC0005"}),
    (lambda: envelope(find_by_demographics()), {"WSRC0004"}),
    (lambda: envelope(update(Title="Dr")), {"WSRC0006", "WSRC0013"}),
    (lambda: envelope(verify()), {"WSVRC001"}),
    (lambda: submit_batch([new_learner(next(_numbers))]), {"WSRC0007"}),
]


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, database_kind: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """How large the world counts as: in a large one, PostgreSQL puts other tables in the place of its own."""
    if request.param == "large":
        if database_kind == SQLITE:
            pytest.skip("on SQLite a large world is put back as a small one is")
        monkeypatch.setattr(postgresql_images, "_MANY_LEARNERS", 0)
    return str(request.param)


def put_back(world: World, callers: Callers, times: int) -> None:
    """Reset the world and restore it in turn, from a snapshot and a backup, while callers are answered."""
    take_snapshot(world, "kept")
    ways: list[Callable[[], object]] = [lambda: reset(world), lambda: restore(world, "kept")]
    if world.store.writers_take_turns:
        backup = Path(world.store.location).with_name("kept.backup")
        back_up(world, backup)
        ways.append(lambda: restore_backup(world, backup.open("rb"), backup.name))
    with callers:
        for put_back in itertools.islice(itertools.cycle(ways), times):
            callers.wait_for_more()
            put_back()
        callers.wait_for_more()
    assert not callers.failures
    assert callers.answers["WSRC0004"] > 0
    assert callers.answers["WSRC0005"] > 0


@pytest.mark.slow
@pytest.mark.usefixtures("size")
def test_everybody_is_answered_while_the_world_is_reset_and_restored(server: RunningServer, world: World) -> None:
    put_back(world, Callers(server.url), _TIMES)
    # Workers go on, too.
    answer = output_when_done(server.url, submitted(server.url, [new_learner(99999)]))
    assert answer.text("ResponseCode") == "WSRC0009"
    assert "level=error" not in server.logged()


@pytest.mark.slow
@pytest.mark.usefixtures("size")
def test_nobody_gets_a_wrong_answer_from_three_busy_processes(tmp_path: Path, database_url: str) -> None:
    """As many as this machine can, up to 450 a second."""
    with (
        RunningServer(tmp_path, "--processes", "3", *PATIENT, database_url=database_url) as server,
        World.open(Settings(database_url=database_url), prepare=False) as world,
    ):
        put_back(world, Callers(server.url, _MANY_CALLERS, pause=_MANY_CALLERS / _A_SECOND), 5 * _TIMES)
        assert "level=error" not in server.logged()


@pytest.mark.slow
def test_a_hundred_thousand_learners_come_back_while_everybody_is_answered(tmp_path: Path, database_url: str) -> None:
    """As many as this machine can, up to 200 requests a second."""
    with World.open(Settings(database_url=database_url)) as world:
        synthetic.load(world.store, 100_000)
        take_snapshot(world, "large")
        with (
            RunningServer(tmp_path, "--processes", "2", *PATIENT, database_url=database_url) as server,
            Callers(server.url, pause=_CALLERS / 200) as callers,
        ):
            for name in ("start", "large", "large"):
                callers.wait_for_more()
                restore(world, name)
            callers.wait_for_more()
        assert not callers.failures
        assert callers.answers["WSRC0005"] > 0
        with world.reading(OPERATOR) as work:
            assert learners.count(work.transaction) > 100_000
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
