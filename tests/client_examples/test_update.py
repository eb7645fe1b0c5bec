"""update.py."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.client_examples.programs import EXAMPLES, run
from tests.client_examples.relay import Forward, Interference, Reply, losing_answers, losing_requests, relaying
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register, update

# Programs are told nothing of the database.
pytestmark = on_sqlite


def change(address: str, *what: str) -> subprocess.CompletedProcess[str]:
    return run(address, sys.executable, str(EXAMPLES / "update.py"), *what)


def test_zeep_updates_a_learner(own: RunningServer) -> None:
    done = change(own.url, "4170265830", "Okafor", "Grace", "Title", "Dr")
    assert (done.returncode, done.stdout) == (0, "WSRC0006\n")
    done = change(own.url, "4170265830", "Okafor", "Grace", "Title", "Dr")
    assert (done.returncode, done.stdout) == (1, "WSRC0020\n")
    assert done.stderr == "The learner has not been updated: WSRC0020.\n"


def test_zeep_clears_a_field_of_a_learner_who_has_every_other(own: RunningServer) -> None:
    assert change(own.url, "5629103473", "Thackeray", "Rowan", "EmailAddress", "").stdout == "WSRC0006\n"
    answer = post(own.url, envelope(find_by_uln(ULN="5629103473", FamilyName="Thackeray", GivenName="Rowan")))
    assert answer.text("EmailAddress") is None
    assert answer.text("OtherVerificationDescription") == "Armed forces identity card"


def overtaking(server: RunningServer, who: dict[str, str], changes: list[dict[str, str]]) -> Interference:
    """Somebody else updates the learner just before each of the first updates."""
    left = list(changes)

    def interference(operation: str, forward: Forward) -> Reply:
        if operation == "UpdateLearner" and left:
            version = held(server, who).text("VersionNumber")
            rival = update(
                **who, LastKnownPostCode="TR1 2PQ", DateOfBirth="2006-05-04", VersionNumber=version, **left.pop(0)
            )
            assert post(server.url, envelope(rival)).text("ResponseCode") == "WSRC0006"
        return forward()

    return interference


def registered(server: RunningServer, family_name: str) -> dict[str, str]:
    """A new learner: ULN and names."""
    uln = post(server.url, envelope(register(FamilyName=family_name))).text("ULN")
    assert uln is not None
    return {"ULN": uln, "FamilyName": family_name, "GivenName": "Astrid"}


def held(server: RunningServer, who: dict[str, str]) -> Answer:
    return post(server.url, envelope(find_by_uln(**who)))


@pytest.mark.parametrize(
    ("changes", "outcome", "shown", "title"),
    [
        (
            [{"EmailAddress": "ada@example.org"}, {"Notes": "A note", "EmailAddress": ""}],
            "WSRC0006",
            [
                "WSRC0013",
                "EmailAddress: None -> ada@example.org",
                "VersionNumber: 1 -> 2",
                "WSRC0013",
                "EmailAddress: ada@example.org -> None",
                "Notes: None -> A note",
                "VersionNumber: 2 -> 3",
                "WSRC0006",
            ],
            "Dr",
        ),
        (
            [{"Title": "Ms"}],
            "someone else has changed Title",
            ["WSRC0013", "Title: None -> Ms", "VersionNumber: 1 -> 2"],
            "Ms",
        ),
        (
            [{"Notes": f"Note {number}"} for number in range(4)],
            "WSRC0013",
            ["WSRC0013", "Notes: None -> Note 0", "VersionNumber: 1 -> 2"],
            None,
        ),
    ],
    ids=["other fields", "the same field", "too often"],
)
def test_zeep_updates_again_where_somebody_else_was_first(
    own: RunningServer, changes: list[dict[str, str]], outcome: str, shown: list[str], title: str | None
) -> None:
    who = registered(own, f"Overtaken{len(changes)}")
    with relaying(own.url, overtaking(own, who, changes)) as relay:
        done = change(relay.address, *who.values(), "Title", "Dr")
    assert done.stdout.splitlines()[: len(shown)] == shown
    expected = ("", 0) if outcome == "WSRC0006" else (f"The learner has not been updated: {outcome}.\n", 1)
    assert (done.stderr, done.returncode) == expected
    assert held(own, who).text("Title") == title


def test_an_update_whose_answer_is_lost_is_looked_for(own: RunningServer) -> None:
    who = registered(own, "Lostanswer")
    with relaying(own.url, losing_answers("UpdateLearner")) as relay:
        done = change(relay.address, *who.values(), "Title", "Dr")
    assert done.stdout.splitlines()[1:] == ["Title: None -> Dr", "VersionNumber: 1 -> 2"]
    assert (done.stderr, done.returncode) == ("", 0)
    assert relay.count("UpdateLearner") == 1
    assert held(own, who).text("VersionNumber") == "2"


def test_an_update_that_the_service_never_got_is_sent_again(own: RunningServer) -> None:
    who = registered(own, "Lostrequest")
    with relaying(own.url, losing_requests("UpdateLearner")) as relay:
        done = change(relay.address, *who.values(), "Title", "Dr")
    assert (done.stdout.splitlines()[-1], done.returncode) == ("WSRC0006", 0)
    assert held(own, who).text("VersionNumber") == "2"


def test_a_field_that_the_contract_does_not_have_is_told(server: RunningServer) -> None:
    done = change(server.url, "4170265830", "Okafor", "Grace", "Forename", "Grace")
    assert (done.stderr, done.returncode) == ("The contract's LearnerToUpdate has no field Forename.\n", 1)
