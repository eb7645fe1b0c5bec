"""The learners of the bench keep the rules for learners and events, and its requests get the answers it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import demographics, learners, records, requests
from bench.asking import ask
from bench.learners import SOMEONE
from tests.kit.server_here import ServerHere

UPDATED = learners.others(3)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server with the learners of every suite."""
    folder = tmp_path_factory.mktemp("bench")
    database = f"sqlite:///{folder / 'lrs.db'}"
    learners.fill(database, 10)
    learners.add(database, [*UPDATED, *records.with_events()])
    with ServerHere(folder) as server:
        yield server


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        pytest.param(requests.find_by_uln(SOMEONE), "WSRC0004", id="find by ULN"),
        pytest.param(requests.find_by_uln(SOMEONE, password="CompatSitePass02"), "WSEC0005", id="wrong password"),
        *(
            pytest.param(requests.find_by_demographics(asked), code, id=kind)
            for kind, (asked, code) in demographics.KINDS.items()
        ),
        pytest.param(requests.register(requests.new_name()), "WSRC0005", id="register"),
        pytest.param(requests.register_learner(requests.new_learner(requests.new_name(), 7)), "WSRC0005", id="new"),
        pytest.param(requests.verify(SOMEONE), "WSVRC001", id="verify"),
        pytest.param(
            requests.update(UPDATED[2]).replace(requests.VERSION, "1").replace(requests.TITLE, "Title 0"),
            "WSRC0006",
            id="update",
        ),
        pytest.param(requests.submit_batch([requests.new_learner("abcdefghijkl", 7)]), "WSRC0007", id="batch"),
    ],
)
def test_the_learner_service_answers_as_the_bench_expects(server: ServerHere, request_: str, code: str) -> None:
    ask(f"{server.url}/LearnerService.svc", request_, code)


@pytest.mark.parametrize("get_type", ["FULL", "BRIEF"])
@pytest.mark.parametrize("count", records.LEARNERS)
def test_a_record_has_as_many_events_as_the_bench_says(server: ServerHere, count: int, get_type: str) -> None:
    request = requests.learning_events(records.LEARNERS[count], get_type)

    answer = ask(f"{server.url}/LearnerServiceR9.svc", request, "WSRC0004", requests.LEARNING_EVENTS_ACTION)

    assert answer.count(b"</a:LearningEvent>") == count


@pytest.mark.slow
def test_as_many_as_the_bench_updates_can_be_loaded_beside_all_others(tmp_path: Path) -> None:
    """Two learners with the same ULN among a hundred thousand and six thousand would be no surprise."""
    database = f"sqlite:///{tmp_path / 'lrs.db'}"
    learners.fill(database, 100_000)
    learners.add(database, learners.others(6_000))
