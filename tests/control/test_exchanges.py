"""The journal by the control interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.kit.control_client import control
from tests.kit.databases import new_database, on_sqlite
from tests.kit.running_server import PASSWORD, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import (
    LEARNER_SERVICE_R9,
    Answer,
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    send,
)

WRONG_PASSWORD = "NotTheRightOne77"


@pytest.fixture(scope="module")
def two_processes(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with two processes."""
    folder = tmp_path_factory.mktemp("journal")
    with (
        new_database(database_kind, folder) as database,
        RunningServer(folder, "--processes", "2", "--batch-workers", "0", database_url=database) as server,
    ):
        yield server.url


def listed(url: str, query: str = "") -> list[dict[str, Any]]:
    answer = control(url, "GET", f"/exchanges{query}")
    assert answer.status == 200
    return list(answer.value)


def known(url: str, answer: Answer) -> dict[str, Any]:
    found = control(url, "GET", f"/exchanges/{answer.headers['lrs-exchange']}")
    assert found.status == 200
    return dict(found.value)


@pytest.mark.slow
def test_whatever_was_answered_is_in_the_next_listing(two_processes: str) -> None:
    for number in range(30):
        answer = post(two_processes, envelope(find_by_uln(UserName=f"tester {number}")))
        (newest,) = listed(two_processes, "?limit=1")
        assert newest["id"] == answer.headers["lrs-exchange"]
        assert newest["user"] == f"tester {number}"


def test_a_find_that_finds_nobody_shows_who_was_nearest(steered: ServerHere) -> None:
    missed = known(steered.url, post(steered.url, envelope(find_by_uln(FamilyName="Smith", UserName=PASSWORD))))
    assert missed["nearest"] == [
        {
            "uln": "4170265830",
            "score": 30,
            "parts": {"given": 30},
            "fields": ["family_name"],
            "sent": ["Smith"],
            "held": ["Okafor"],
        }
    ]
    call = find_by_demographics(FamilyName=PASSWORD.lower(), GivenName="Grace", LastKnownPostCode="B1 1AA")
    near = known(steered.url, post(steered.url, envelope(call)))["nearest"]
    assert {"family_name", "last_known_post_code"} <= set(near[0]["fields"])
    assert near[0]["sent"][0] == PASSWORD.lower()
    assert near[0]["parts"]["given"] == 30
    assert [each["score"] for each in near] == sorted((each["score"] for each in near), reverse=True)
    assert len(near) <= 3
    # The password is struck out here, too.
    call = find_by_demographics(FamilyName=PASSWORD, GivenName="Grace", LastKnownPostCode="B1 1AA")
    assert known(steered.url, post(steered.url, envelope(call)))["nearest"][0]["sent"][0] == "***"
    assert known(steered.url, post(steered.url, envelope(find_by_uln(ULN="9999999999"))))["nearest"] == []
    assert known(steered.url, post(steered.url, envelope(find_by_uln())))["nearest"] is None
    assert known(steered.url, post(steered.url, envelope(find_by_demographics())))["nearest"] is None


def test_an_exchange_is_shown_with_request_answer_and_reasons(steered: ServerHere) -> None:
    call = envelope(find_by_uln())
    answer = post(steered.url, call, headers={"Authorization": "Basic c2VjcmV0"})
    shown = known(steered.url, answer)

    assert (shown["operation"], shown["code"], shown["status"]) == ("learnerByULN", "WSRC0004", 200)
    assert (shown["organisation"], shown["claimed_organisation"], shown["user"]) == ("TEST0001", None, "A Tester")
    assert (shown["caller"], shown["certificate"], shown["scenario"]) == ("127.0.0.1", None, None)
    assert list(shown["stages"]) == ["received", "read", "authorised", "decided", "written"]
    assert [reason["said"] for reason in shown["reasons"]] == ["names: given EQUAL, family EQUAL"]
    assert shown["request"]["body"] == call.replace(PASSWORD, "***")
    assert shown["request"]["headers"]["Content-Type"] == "text/xml; charset=utf-8"
    assert shown["request"]["headers"]["Authorization"] == "***"
    assert shown["answer"]["body"].encode() == answer.body
    assert shown["answer"]["headers"]["LRS-Exchange"] == shown["id"]
    listed_one = next(each for each in listed(steered.url) if each["id"] == shown["id"])
    assert listed_one == {name: value for name, value in shown.items() if name not in ("request", "answer")}


def test_each_candidate_is_shown_with_its_rule_parts_and_score(steered: ServerHere) -> None:
    answer = post(steered.url, envelope(find_by_demographics(GivenName="Grace", FamilyName="Okafer")))
    reasons = known(steered.url, answer)["reasons"]

    assert reasons
    for each in reasons:
        assert each["score"] == sum(each["parts"].values())
        assert each["uln"]


def test_every_answer_to_a_request_has_the_id_of_its_exchange(steered: ServerHere) -> None:
    xml = {"Content-Type": "text/xml; charset=utf-8"}
    asked = [
        post(steered.url, envelope(find_by_uln(OrgPassword=WRONG_PASSWORD))),
        send(steered.url, "POST", "/LearnerService.svc", b"<no", xml),
        send(steered.url, "POST", LEARNER_SERVICE_R9, b"<no", xml),
        send(steered.url, "POST", "/LearnerService.svc", b"<a/>", {"Content-Type": "text/plain"}),
        send(steered.url, "POST", "/LearnerService.svc", b"<a/>", {"Content-Type": "text/xml; charset=klingon"}),
    ]

    for answer in asked:
        shown = known(steered.url, answer)
        assert shown["status"] == answer.status
        assert shown["answer"]["body"].encode() == answer.body
        assert WRONG_PASSWORD not in str(shown)
    assert "lrs-exchange" not in send(steered.url, "GET", "/LearnerService.svc?wsdl").headers


def test_what_cannot_be_parsed_is_kept_as_length_and_first_line(steered: ServerHere) -> None:
    body = envelope(find_by_uln(OrgPassword=WRONG_PASSWORD))[:-9].encode()
    shown = known(steered.url, send(steered.url, "POST", "/LearnerService.svc", body, {"Content-Type": "text/xml"}))

    assert shown["request"]["length"] == len(body)
    assert body.startswith(shown["request"]["body"].encode())
    assert len(shown["request"]["body"]) <= 200
    assert shown["request"]["cut"]
    assert WRONG_PASSWORD not in str(shown)


def test_exchanges_are_found_by_what_they_are_about(steered: ServerHere) -> None:
    url = steered.url
    first = post(url, envelope(find_by_uln(UserName="Filter One"))).headers["lrs-exchange"]
    wrong = post(url, envelope(find_by_uln(UserName="Filter Two", OrgPassword=WRONG_PASSWORD))).headers["lrs-exchange"]
    other = post(
        url, envelope(find_by_uln(UserName="Filter One", ULN="5629103473", FamilyName="Thackeray", GivenName="Rowan"))
    ).headers["lrs-exchange"]

    def found(query: str) -> list[str]:
        return [each["id"] for each in listed(url, query) if each["user"].startswith("Filter")]

    assert found("?user=Filter%20One") == [other, first]
    assert found("?user=Filter%20Two&code=wsec0005") == [wrong]
    assert found("?operation=LEARNERBYULN") == [other, wrong, first]
    assert found("?operation=registerLearner") == []
    assert found("?uln=5629103473") == [other]
    assert found("?organisation=test0001&user=Filter%20Two") == [wrong]
    assert found("?organisation=test0009") == []
    sequence = next(each["sequence"] for each in listed(url) if each["id"] == wrong)
    assert found(f"?after={sequence}") == [other]
    assert found("?user=Filter%20One&limit=1") == [other]
    assert control(url, "GET", "/exchanges?uln=x").status == 400
    assert control(url, "GET", "/exchanges?after=true").status == 400


def test_they_are_forgotten_when_somebody_asks_for_that(two_processes: str) -> None:
    answer = post(two_processes, envelope(find_by_uln()))
    assert control(two_processes, "DELETE", "/exchanges").status == 204
    assert listed(two_processes) == []
    assert control(two_processes, "GET", f"/exchanges/{answer.headers['lrs-exchange']}").status == 404


@on_sqlite
def test_there_may_be_no_journal(tmp_path: Path, database_kind: str) -> None:
    with ServerHere(tmp_path, "--journal-exchanges", "0") as server:
        assert "lrs-exchange" in post(server.url, envelope(find_by_uln())).headers
        answer = control(server.url, "GET", "/exchanges")

    assert (answer.status, answer.message) == (404, "This server keeps no journal: journal_exchanges is 0.")
    assert not list(tmp_path.glob("*exchanges*"))


@pytest.mark.slow
@on_sqlite
def test_it_is_written_when_the_server_stops(tmp_path: Path, database_kind: str) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0") as server:
        answer = post(server.url, envelope(find_by_uln()))
    with RunningServer(tmp_path, "--batch-workers", "0") as server:
        assert known(server.url, answer)["code"] == "WSRC0004"


def test_a_learner_with_markup_for_a_name_is_text_wherever_it_is_listed(steered: ServerHere) -> None:
    name = "<script>alert(1)</script>"
    learner = {"GivenName": name, "FamilyName": name, "DateOfBirth": "2001-05-17", "Gender": "2"}
    uln = control(steered.url, "POST", "/learners", learner | {"LastKnownPostCode": "ZZ99 9ZZ"}).value["ulns"][0]
    call = envelope(find_by_uln(ULN=uln, GivenName=escape(name), FamilyName=escape(name)))
    found, missed = post(steered.url, call), post(steered.url, envelope(find_by_uln(ULN=uln)))
    assert (found.text("ResponseCode"), found.text("GivenName")) == ("WSRC0004", name)

    assert control(steered.url, "GET", f"/learners?uln={uln}").value[0]["GivenName"] == name
    assert known(steered.url, missed)["nearest"][0]["held"] == [name, name]
    assert escape(name) in known(steered.url, found)["answer"]["body"]
    for path in (
        f"/_lrs/learners/{uln}",
        "/_lrs/exchanges?limit=5",
        f"/_lrs/exchanges/{found.headers['lrs-exchange']}",
    ):
        # A browser that is led here shows it as text.
        assert send(steered.url, "GET", path).headers["content-type"] == "application/json"
    assert name not in steered.logged()
