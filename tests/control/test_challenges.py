"""Data challenges by the control interface: listed, shown, resolved, rejected and undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from lrs_soap.control.application import ControlApplication
from lrs_soap.control.errors import JSON
from lrs_soap.operations.close_challenge import withdraw_challenge
from lrs_soap.operations.raise_challenge import raise_challenge
from lrs_soap.rules.challenges.challenge import ChallengeSent
from lrs_soap.rules.challenges.objections import ChallengeRefused
from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.values.change import Author
from lrs_soap.store import learning_events
from lrs_soap.store.store import Store
from lrs_soap.world import World
from tests.kit.work import world_over
from tests.kit.wsgi_client import ask_wsgi

GRACE, CALLUM = "4170265830", "7053182648"
AT_SCHOOL = "2021-08-19"
AUTHOR = Author("TEST0001", "ada.north")
CONTACT: dict[str, Any] = {
    "contact_name": "Ada North",
    "contact_email": "ada@example.org",
    "contact_telephone": "01234 567890",
}
OTHER = ChallengeSent(Problem.OTHER, comments="Look at this.", **CONTACT)

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def world(filled: Store) -> World:
    return world_over(filled)


@pytest.fixture
def ask(world: World) -> Ask:
    """Asks the control interface, without a server before it: the status and the value of the answer."""
    application = ControlApplication(None, lambda *_: ())  # type: ignore[arg-type]
    site = partial(application.answer, world=world, base="")

    def answer(method: str, path: str, value: Any = None) -> tuple[int, Any]:
        body = None if value is None else json.dumps(value).encode()
        told = ask_wsgi(site, method, f"/_lrs{path}", body, CONTENT_TYPE=JSON)
        return told.status, json.loads(told.body)

    return answer


def raised(world: World, sent: ChallengeSent = OTHER, uln: str = GRACE) -> str:
    with world.writing(AUTHOR) as work:
        return str(raise_challenge(work, uln, sent).reference)


def graded(world: World) -> tuple[str, int]:
    """The reference of a challenge on the grade of an event of Grace's, and the event's ID."""
    with world.reading(AUTHOR) as work:
        event_id = next(each.id for each in learning_events.of(work.transaction, [GRACE]) if each.source == "AO")
    return raised(
        world, ChallengeSent(Problem.GRADE, event_ids=(event_id,), proposed={"grade": "Merit"}, **CONTACT)
    ), event_id


def grade(ask: Ask, event_id: int) -> str | None:
    _, learner = ask("GET", f"/learners/{GRACE}")
    return next(event["Grade"] for event in learner["LearningEvents"] if event["ID"] == event_id)


def test_challenges_are_listed_by_uln_and_status_the_last_first(ask: Ask, world: World) -> None:
    first, second = raised(world), raised(world, uln=CALLUM)
    with world.writing(AUTHOR) as work:
        withdraw_challenge(work, first)
    status, every = ask("GET", "/challenges")
    assert status == 200
    assert [each["reference"] for each in every] == [second, first]
    assert set(every[0]) == {
        *("reference", "uln", "kind", "problem", "status", "organisation", "raised", "comments", "outcome"),
    }
    assert [each["status"] for each in ask("GET", f"/challenges?uln={GRACE}")[1]] == ["withdrawn"]
    assert [each["uln"] for each in ask("GET", "/challenges?status=open")[1]] == [CALLUM]
    assert len(ask("GET", "/challenges?limit=1")[1]) == 1


def test_a_challenge_is_resolved_and_undone(ask: Ask, world: World) -> None:
    reference, event_id = graded(world)
    before = grade(ask, event_id)
    status, shown = ask("GET", f"/challenges/{reference}")
    assert (status, shown["kind"], shown["problem"], shown["status"]) == (200, "event", "grade", "open")
    assert (shown["events"], shown["proposed"]) == ([event_id], {"Grade": "Merit"})

    status, resolved = ask("POST", f"/challenges/{reference}/resolve", {"text": "Seen.", "values": {"Grade": "Fail"}})
    assert (status, resolved["status"], resolved["outcome"]) == (200, "resolved", "Seen.")
    assert (resolved["effect"], grade(ask, event_id)) == ("corrected", "Fail")
    assert ask("GET", f"/learners/{GRACE}")[1]["History"][-1]["action"] == "challenge resolved"

    status, undone = ask("POST", f"/challenges/{reference}/undo")
    assert (status, undone["status"], grade(ask, event_id)) == (200, "open", before)


def test_a_date_at_which_a_pupil_was_too_young_is_neither_proposed_nor_given(ask: Ask, world: World) -> None:
    with world.reading(AUTHOR) as work:
        event_id = next(each.id for each in learning_events.of(work.transaction, [GRACE]) if each.source == "NPD")
    sent = ChallengeSent(Problem.DATE, event_ids=(event_id,), proposed={"achievement_award_date": AT_SCHOOL}, **CONTACT)
    with pytest.raises(ChallengeRefused, match="before the learner was 14"):
        raised(world, replace(sent, proposed={"achievement_award_date": "2010-08-20"}))
    reference = raised(world, sent)
    values = {"AchievementAwardDate": "2010-08-20"}
    status, error = ask("POST", f"/challenges/{reference}/resolve", {"values": values})
    assert status == 400
    assert "before the learner was 14" in error["error"]["message"]
    assert ask("POST", f"/challenges/{reference}/resolve", {})[0] == 200


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"grade": "Fail"}, "values.grade: no such field"),
        ({"Nothing": "Fail"}, "values.Nothing: no such field"),
        ({"Subject": "Fail"}, "Subject is not asked for here."),
        ({"Grade": "x" * 101}, "Grade has 101 characters, and may have 100."),
        ({"Grade": "a\u0001b"}, "Grade holds the character U+0001, which XML cannot carry."),
        ({"Grade": "a\uffffb"}, "Grade holds the character U+FFFF, which XML cannot carry."),
    ],
)
def test_values_that_an_event_cannot_have_are_refused(
    ask: Ask, world: World, values: dict[str, str], sentence: str
) -> None:
    reference, event_id = graded(world)
    before = grade(ask, event_id)
    status, error = ask("POST", f"/challenges/{reference}/resolve", {"values": values})
    assert status == 400
    assert sentence in error["error"]["message"]
    assert grade(ask, event_id) == before


def test_a_challenge_is_rejected_with_a_text(ask: Ask, world: World) -> None:
    reference = raised(world)
    status, rejected = ask("POST", f"/challenges/{reference}/reject", {"text": "It is right."})
    assert (status, rejected["status"], rejected["outcome"]) == (200, "rejected", "It is right.")


REFUSED = [
    ("GET", "", None, 404),
    ("POST", "/resolve", {"text": "x"}, 404),
    ("POST", "/reject", {"text": "x"}, 404),
    ("POST", "/undo", None, 404),
]


@pytest.mark.parametrize(("method", "path", "value", "status"), REFUSED)
@pytest.mark.parametrize("reference", [f"{GRACE}-9", "nothing"])
def test_an_unknown_reference_is_not_found(
    ask: Ask, reference: str, method: str, path: str, value: Any, status: int
) -> None:
    told, error = ask(method, f"/challenges/{reference}{path}", value)
    assert (told, error["error"]["message"]) == (status, f"There is no enquiry {reference!r}.")


@pytest.mark.parametrize(
    ("path", "value", "status", "sentence"),
    [
        ("resolve", {}, 400, "text is needed."),
        ("resolve", {"text": "x" * 100_000}, 400, "text has 100,000 characters, and may have 4,000."),
        ("resolve", {"text": "x", "delete": True}, 400, "delete is not used to resolve an enquiry of this kind."),
        ("resolve", {"text": "x", "delete": 1}, 400, "delete: "),
        ("resolve", {"words": "x"}, 400, "words: "),
        ("reject", {}, 400, "text: "),
        ("reject", {"text": " "}, 400, "text is needed."),
        ("undo", None, 409, "is open, and cannot be undone."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    ask: Ask, world: World, path: str, value: Any, status: int, sentence: str
) -> None:
    reference = raised(world)
    told, error = ask("POST", f"/challenges/{reference}/{path}", value)
    assert told == status
    assert sentence in error["error"]["message"]
    assert ask("GET", f"/challenges/{reference}")[1]["status"] == "open"


def test_what_cannot_be_done_as_things_are_is_a_conflict(ask: Ask, world: World) -> None:
    reference = raised(world, ChallengeSent(Problem.FICTITIOUS, comments="Nobody.", **CONTACT), "9140837261")
    # The learner is the master of others.
    assert ask("POST", f"/challenges/{reference}/resolve", {"delete": True})[0] == 409
    assert ask("POST", f"/challenges/{reference}/resolve", {"text": "Left."})[0] == 200
    assert ask("POST", f"/challenges/{reference}/resolve", {"text": "Left."})[0] == 409
