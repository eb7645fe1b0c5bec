"""The pages of the data challenges, on which the operator does what the control interface does."""

from __future__ import annotations

from typing import Any

import pytest

from lrs_soap.operations.raise_challenge import raise_challenge
from lrs_soap.rules.challenges.challenge import ChallengeSent
from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.values.change import Author
from tests.kit.person import Person
from tests.kit.portal_client import PortalWorld
from tests.kit.server_here import ServerHere

GRACE, PRIYA, DANIEL, CALLUM = "4170265830", "9140837261", "5629103473", "7053182648"
AUTHOR = Author("TEST0001", "ada.north")
HOSTILE = "<script>alert(1)</script> \"'&amp; Ŵŷn نوعم " + "x" * 300
CONTACT: dict[str, Any] = {
    "contact_name": "<b>Ada</b> North",
    "contact_email": "ada@example.org",
    "contact_telephone": "01234 567890",
}


class Raiser:
    """An organisation that raises challenges in the test's own world."""

    def __init__(self, server: ServerHere, world: PortalWorld) -> None:
        self._world = server.worlds[world.name]
        self._callum = world.steer("GET", f"/learners/{CALLUM}")
        self.awarded = next(
            each["ID"]
            for each in world.steer("GET", f"/learners/{GRACE}")["LearningEvents"]
            if each["Source"] == "AO" and each["Grade"] == "Pass"
        )

    def raised(self, problem: Problem, uln: str = GRACE, **sent: Any) -> str:
        """Raise a challenge; its reference."""
        with self._world.writing(AUTHOR) as work:
            return str(raise_challenge(work, uln, ChallengeSent(problem, **{**CONTACT, **sent})).reference)

    def graded(self) -> str:
        """A challenge on the grade of an event."""
        return self.raised(Problem.GRADE, event_ids=(self.awarded,), proposed={"grade": "Merit"})

    def transferred(self) -> str:
        """A challenge on an event that is another learner's."""
        names = {"other_given_name": self._callum["GivenName"], "other_family_name": self._callum["FamilyName"]}
        return self.raised(Problem.SHARED_BEFORE, event_ids=(self.awarded,), other_uln=CALLUM, **names)


@pytest.fixture
def raiser(watched: ServerHere, own_world: PortalWorld) -> Raiser:
    return Raiser(watched, own_world)


def test_challenges_are_listed_by_uln_and_status(own_world: PortalWorld, own: Person, raiser: Raiser) -> None:
    own.open("challenges")
    assert "There is no such challenge." in own.text
    one, other = raiser.raised(Problem.OTHER, comments="Look."), raiser.raised(Problem.OTHER, CALLUM, comments="Look.")
    own_world.steer("POST", f"/challenges/{one}/reject", {"text": HOSTILE})
    for fields, query in (({}, ""), ({"ULN": GRACE}, f"?uln={GRACE}"), ({"Status": "open"}, "?status=open")):
        own.open("challenges")
        own.press("List", fields)
        listed = own_world.steer("GET", f"/challenges{query}")
        assert [[row[0], row[1], row[3], row[6]] for row in own.rows("Data challenges")] == [
            [each["reference"], each["uln"], each["status"], " ".join(each["outcome"].split())] for each in listed
        ]
    assert [row[0] for row in own.rows("Data challenges")] == [other]
    assert "<script>alert" not in own.answer_text


def test_a_challenge_is_shown_with_all_that_was_said(own_world: PortalWorld, own: Person, raiser: Raiser) -> None:
    reference = raiser.raised(Problem.OTHER, comments=HOSTILE)
    own.open(f"challenges/{reference}")
    facts, known = own.facts(), own_world.steer("GET", f"/challenges/{reference}")
    assert facts["Comments"] == " ".join(known["comments"].split())
    assert (facts["Learner"], facts["Status"], facts["Contact"]) == (GRACE, "open", known["contact_name"])
    assert facts["Raised"].endswith("by ada.north of TEST0001")
    assert "<script>alert" not in own.answer_text


@pytest.mark.parametrize(
    ("what", "fields", "resolution", "said"),
    [
        ("graded", {}, {}, "corrected"),
        (
            "graded",
            {"Grade": "Fail", "Outcome, which people read": "Seen."},
            {"values": {"Grade": "Fail"}},
            "corrected",
        ),
        ("transferred", {}, {}, "moved"),
        ("transferred", {"ULN of the learner to whom the event goes": DANIEL}, {"to": DANIEL}, "moved"),
        ("transferred", {"Remove the event, so that it goes to nobody": "yes"}, {"remove": True}, "removed"),
    ],
)
def test_a_challenge_is_resolved_and_undone(
    own_world: PortalWorld,
    own: Person,
    raiser: Raiser,
    what: str,
    fields: dict[str, str],
    resolution: dict[str, Any],
    said: str,
) -> None:
    reference = getattr(raiser, what)()
    if text := fields.get("Outcome, which people read"):
        resolution = {**resolution, "text": text}
    before = events_of(own_world)
    own_world.steer("POST", f"/challenges/{reference}/resolve", resolution)
    expected = events_of(own_world), own_world.steer("GET", f"/challenges/{reference}")
    own_world.steer("POST", f"/challenges/{reference}/undo")

    own.open(f"challenges/{reference}")
    own.press("Resolve", fields)
    assert own.status == 200, own.text
    assert f"{reference} is resolved: {said}." in own.text
    here = events_of(own_world), own_world.steer("GET", f"/challenges/{reference}")
    assert here == (expected[0], {**expected[1], "closed": here[1]["closed"]})
    assert own.facts()["Effect"] == said
    own.press("Undo")
    assert f"{reference} is open again." in own.text
    assert events_of(own_world) == before


def events_of(world: PortalWorld) -> dict[str, list[Any]]:
    return {uln: world.steer("GET", f"/learners/{uln}")["LearningEvents"] for uln in (GRACE, CALLUM, DANIEL)}


def test_duplicates_are_merged_into_the_master_that_is_chosen(
    own_world: PortalWorld, own: Person, raiser: Raiser
) -> None:
    reference = raiser.raised(
        Problem.DUPLICATE, GRACE, other_uln=DANIEL, master_uln=GRACE, comments="They are one person."
    )
    own.open(f"challenges/{reference}")
    assert own.field("Master, whose ULN the person keeps") == GRACE
    own.press("Resolve", {"Master, whose ULN the person keeps": DANIEL})
    assert own_world.steer("GET", f"/learners/{DANIEL}")["LinkedULNs"] == [GRACE]


def test_a_fictitious_learner_is_deleted_or_the_challenge_closed(
    own_world: PortalWorld, own: Person, raiser: Raiser
) -> None:
    master, learner = (raiser.raised(Problem.FICTITIOUS, uln, comments="Nobody.") for uln in (PRIYA, GRACE))
    own.open(f"challenges/{learner}")
    own.press("Resolve", {"Delete the learner": "yes"})
    assert own_world.steer("GET", f"/learners/{GRACE}")["LearnerStatus"] == "2"
    own.open(f"challenges/{master}")
    own.press("Resolve", {"Delete the learner": "yes"})
    assert own.status == 409
    assert own_world.refusal("POST", f"/challenges/{master}/resolve", {"delete": True}) in own.text
    own.press("Resolve", {"Delete the learner": "no", "Outcome, which people read": "Left."})
    assert own.facts()["Outcome"] == "Left."


def test_a_challenge_is_rejected_with_a_reason(own_world: PortalWorld, own: Person, raiser: Raiser) -> None:
    reference = raiser.raised(Problem.OTHER, comments="Look.")
    own.open(f"challenges/{reference}")
    own.press("Reject")
    assert own.status == 400
    assert own_world.refusal("POST", f"/challenges/{reference}/reject", {"text": ""}) in own.text
    own.press("Reject", {"Reason, which people read": HOSTILE})
    assert f"{reference} is rejected." in own.text
    known = own_world.steer("GET", f"/challenges/{reference}")
    assert (known["status"], known["outcome"]) == ("rejected", HOSTILE)
    assert "Resolve" not in own.buttons


def test_one_that_was_closed_meanwhile_is_a_conflict(own_world: PortalWorld, own: Person, raiser: Raiser) -> None:
    reference = raiser.raised(Problem.OTHER, comments="Look.")
    own.open(f"challenges/{reference}")
    own_world.steer("POST", f"/challenges/{reference}/resolve", {"text": "Seen to."})
    own.press("Resolve", {"Outcome, which people read": "Twice."})
    assert own.status == 409
    assert own_world.refusal("POST", f"/challenges/{reference}/resolve", {"text": "Twice."}) in own.text
    assert own.facts()["Outcome"] == "Seen to."


@pytest.mark.parametrize("reference", [f"{GRACE}-9", "nothing"])
def test_an_unknown_reference_is_not_found(own_world: PortalWorld, own: Person, reference: str) -> None:
    own.open(f"challenges/{reference}")
    assert (own.status, own.heading) == (404, "Not found")
    assert own_world.refusal("GET", f"/challenges/{reference}") in own.text
