"""Scenarios step in for the service: exactly as often as they say, over two processes, as a client sees it."""

from __future__ import annotations

import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.scenarios.answerable import RESPONSE_CODES
from lrs_soap.scenarios.shipped import SHIPPED
from tests.kit.certificates import Certificates
from tests.kit.control_client import ControlAnswer, control
from tests.kit.databases import new_database, on_sqlite
from tests.kit.every_operation import LEARNER, R9, ask, code_of
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE_R9, RawConnection, envelope, find_by_uln, post, register, send
from tests.kit.waiting import until

FIND = envelope(find_by_uln())
XML = {"Content-Type": "text/xml; charset=utf-8"}


@pytest.fixture(scope="module")
def server(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with two processes."""
    folder = tmp_path_factory.mktemp("scenarios")
    with (
        new_database(database_kind, folder) as url,
        RunningServer(folder, "--processes", "2", "--batch-workers", "0", database_url=url) as running,
    ):
        yield running


@pytest.fixture
def url(server: RunningServer) -> Iterator[str]:
    """Its address, where no scenario steps in yet."""
    yield server.url
    assert control(server.url, "DELETE", "/scenarios").status == 204
    control(server.url, "PATCH", "/policy", {"scenario_header": None})


def add(url: str, name: str, **given: Any) -> dict[str, Any]:
    added = control(url, "POST", "/scenarios", {"name": name, **given})
    assert added.status == 201, added.value
    return dict(added.value)


def counts(url: str, name: str) -> tuple[int, int]:
    (found,) = (each for each in control(url, "GET", "/scenarios").value if each["name"] == name)
    return found["fitted"], found["hit"]


def exchange(url: str, exchange_id: str) -> dict[str, Any]:
    return dict(control(url, "GET", f"/exchanges/{exchange_id}").value)


def test_a_scenario_is_added_listed_and_removed(url: str) -> None:
    added = add(url, "one", when={"operation": "learnerByULN"}, do={"delay": 0.5})
    assert added == {
        "name": "one",
        "when": {"operation": "learnerByULN"},
        "after": 0,
        "times": 1,
        "share": 1.0,
        "seed": 0,
        "do": {"delay": 0.5},
        "fitted": 0,
        "hit": 0,
    }
    add(url, "out-of-hours", times=None, after=3)
    assert [each["name"] for each in control(url, "GET", "/scenarios").value] == ["one", "out-of-hours"]
    again = control(url, "POST", "/scenarios", {"name": "one", "do": {"http": 500}})
    assert (again.status, again.message) == (409, "There is a scenario 'one' already.")
    assert control(url, "DELETE", "/scenarios/one").status == 204
    assert control(url, "DELETE", "/scenarios/one").status == 404
    assert control(url, "DELETE", "/scenarios").status == 204
    assert control(url, "GET", "/scenarios").value == []


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        ({"name": "One", "do": {"delay": 1}}, 400, "name: has to be 1 to 40 small letters"),
        ({"name": "start", "do": {"delay": 1}}, 409, "No scenario can be called 'start'"),
        ({"name": "one"}, 400, "do: has to be given, unless the name is one of slow"),
        ({"do": {"delay": 1}}, 400, "name: Field required"),
        ({"name": "one", "do": {"delay": 1}, "count": 1}, 400, "count: Extra inputs"),
        ({"name": "one", "do": {"delay": 1, "error": 1}}, 400, "do.error: Extra inputs"),
        ({"name": "one", "do": {"delay": 1}, "when": {"name": "x"}}, 400, "when.name: Extra inputs"),
        ({"name": "one", "do": {"delay": True}}, 400, "do.delay"),
        ({"name": "one", "do": {"delay": -1}}, 400, "do.delay"),
        ({"name": "one", "do": {"delay": "1"}}, 400, "do.delay"),
        ({"name": "one", "do": {"delay": [1]}}, 400, "do.delay"),
        ({"name": "one", "do": {"delay": [2, 1]}}, 400, "do.delay: the first of the two"),
        ({"name": "one", "do": {"http": True}}, 400, "do.http"),
        ({"name": "one", "do": {"http": 99}}, 400, "do.http"),
        ({"name": "one", "do": {"http": 500, "content_type": "a\nb"}}, 400, "do.content_type"),
        ({"name": "one", "do": {"maintenance": False}}, 400, "do.maintenance"),
        ({"name": "one", "do": {"delay": 1}, "times": 0}, 400, "times"),
        ({"name": "one", "do": {"delay": 1}, "times": True}, 400, "times"),
        ({"name": "one", "do": {"delay": 1}, "after": -1}, 400, "after"),
        ({"name": "one", "do": {"delay": 1}, "share": 0}, 400, "share"),
        ({"name": "one", "do": {"delay": 1}, "share": 1.5}, 400, "share"),
        ({"name": "one", "do": {"fault": "WSEC0005", "http": 500}}, 400, "do: cannot be fault and http at once"),
        ({"name": "one", "do": {"response_code": "WSRC0001"}}, 400, "do.response_code: when has to name"),
        ([], 400, ""),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_and_says_why(url: str, given: Any, status: int, message: str) -> None:
    refused = control(url, "POST", "/scenarios", given)
    assert (refused.status, refused.message[: len(message)]) == (status, message)
    assert control(url, "GET", "/scenarios").value == []


def test_requests_are_counted_exactly_over_all_processes(url: str) -> None:
    add(url, "closed", when={"operation": "learnerByULN"}, after=5, times=7, do={"fault": "WSEC0004"})
    with ThreadPoolExecutor(8) as threads:
        codes = Counter(threads.map(lambda _: code_of(post(url, FIND)), range(60)))
    assert codes == {"WSEC0004": 7, "WSRC0004": 53}
    assert counts(url, "closed") == (60, 7)


def test_of_several_the_first_that_hits_does_it_and_those_behind_do_not_count(url: str) -> None:
    add(url, "first", do={"fault": "WSEC0003"})
    add(url, "second", do={"fault": "WSEC0005"})
    assert [code_of(post(url, FIND)) for _ in range(3)] == ["WSEC0003", "WSEC0005", "WSRC0004"]
    assert (counts(url, "first"), counts(url, "second")) == ((3, 1), (2, 1))


def test_a_share_is_hit_the_same_each_time(url: str) -> None:
    seen = []
    for _ in range(2):
        add(url, "half", share=0.5, seed=7, times=None, do={"http": 503})
        seen.append([post(url, FIND).status for _ in range(20)])
        control(url, "DELETE", "/scenarios")
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 503}


def test_only_what_fits_is_counted_and_hit(url: str) -> None:
    add(
        url,
        "okafors",
        times=None,
        when={"organisation": "test0001", "user": "a tester", "uln": "4170265830", "family_name": "OKAFOR"},
        do={"http": 500},
    )
    assert post(url, FIND).status == 500
    assert post(url, envelope(find_by_uln(UserName="Another"))).status == 200
    assert post(url, envelope(find_by_uln(ULN="5629103473"))).status == 200
    assert ask(url, "retrieveULNs").status == 200
    assert ask(url, "LearnerByUln").status == 200
    assert counts(url, "okafors") == (1, 1)


def test_what_cannot_be_parsed_fits_an_empty_when_alone(url: str) -> None:
    add(url, "okafors", times=None, when={"family_name": "Okafor"}, do={"http": 500})
    add(url, "everything", times=None, do={"http": 503})
    broken = FIND[:-5].encode()
    assert send(url, "POST", "/LearnerService.svc", broken, XML).status == 503
    assert send(url, "POST", "/LearnerService.svc", FIND.encode(), {"Content-Type": "text/plain"}).status == 503
    assert counts(url, "okafors") == (0, 0)


def test_a_scenario_that_hits_everything_can_be_taken_back(url: str) -> None:
    add(url, "everything", times=None, do={"http": 503})
    assert post(url, FIND).status == post(url, FIND, path=LEARNER_SERVICE_R9).status == 503
    assert send(url, "GET", "/LearnerService.svc?wsdl").status == 200
    assert send(url, "GET", "/health/ready").status == 200
    assert control(url, "DELETE", "/scenarios/everything").status == 204
    assert post(url, FIND).status == 200


@pytest.mark.parametrize("code", FaultCode)
def test_every_fault_has_the_shape_that_each_port_gives_it(url: str, code: FaultCode) -> None:
    add(url, "faulty", times=2, do={"fault": code.value})
    fault = ask(url, "registerSingleLearner")
    assert (fault.status, fault.text("ErrorCode"), fault.text("Description")) == (500, code.value, code.text)
    of_r9 = ask(url, "UpdateLearnerSubsetFields")
    assert of_r9.status == 500
    if code is FaultCode.UNKNOWN_REQUEST:
        assert code_of(of_r9) == "a:ActionNotSupported"
    elif code is FaultCode.UNKNOWN_EXCEPTION:
        assert code_of(of_r9) == "a:InternalServiceFault"
        assert fault.headers["lrs-exchange"] == fault.text("FurtherDetails")
    else:
        assert (of_r9.text("ErrorCode"), of_r9.text("ErrorDetail")) == (
            code.value,
            b64encode(code.text.encode()).decode(),
        )


def test_a_fault_is_answered_whatever_the_request(url: str) -> None:
    add(url, "faulty", times=None, do={"fault": "WSEC0006"})
    for body in (b"", b"<a/>", FIND[:-5].encode(), envelope("<nothing/>").encode()):
        answer = send(url, "POST", "/LearnerService.svc", body, XML)
        assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0006")


def test_view_audit_has_faults_of_its_own(url: str) -> None:
    add(url, "faulty", when={"operation": "viewaudit"}, do={"fault": "WSEC0208"})
    assert ask(url, "GetOrganisation").status == 200
    assert code_of(ask(url, "ViewAudit")) == "WSEC0208"


@pytest.mark.parametrize("operation", [each for each in (*LEARNER, *R9) if RESPONSE_CODES[each]])
def test_each_code_is_answered_without_learners_and_nothing_is_written(url: str, operation: str) -> None:
    for code in RESPONSE_CODES[operation]:
        add(url, code.value.lower(), when={"operation": operation}, do={"response_code": code.value})
        answer = ask(url, operation)
        assert answer.status == 200
        found = answer.text("ResponseCode") or answer.text("UpdateLearnerSubsetFieldsResult")
        assert found == code.value
        assert answer.text("GivenName") in (None, "Grace")
        assert not answer.texts("DateOfBirth") or operation == "learnerByDemographics"
        assert not answer.text("LearningEvent")
        assert answer.text("JobID") in (None, "0")
        shown = exchange(url, answer.headers["lrs-exchange"])
        assert (shown["code"], shown["scenario"], shown["organisation"]) == (code.value, code.value.lower(), None)


def test_a_registration_that_is_answered_by_a_code_is_not_written(url: str) -> None:
    learner = envelope(register(GivenName="Perpetua", FamilyName="Unwritten"))
    add(url, "held-already", when={"operation": "registerSingleLearner"}, do={"response_code": "WSRC0021"})
    assert post(url, learner).text("ResponseCode") == "WSRC0021"
    assert control(url, "GET", "/learners?family_name=Unwritten").value == []
    assert post(url, learner).text("ResponseCode") == "WSRC0005"


def test_a_code_is_for_a_valid_request(url: str) -> None:
    add(url, "nobody", when={"operation": "learnerByULN"}, do={"response_code": "WSRC0001"})
    assert code_of(post(url, envelope(find_by_uln(ULN="1")))) == "WSEC0001"


def test_an_error_page_is_no_soap(url: str) -> None:
    add(url, "bad-gateway")
    add(url, "own", do={"http": 418, "body": "«tea»", "content_type": "text/plain; charset=utf-8"})
    page, own = post(url, FIND), post(url, FIND)
    assert (page.status, page.headers["content-type"]) == (502, "text/html")
    assert b"502 Bad Gateway" in page.body
    assert (own.status, own.headers["content-type"]) == (418, "text/plain; charset=utf-8")
    assert own.body == "«tea»".encode()
    shown = exchange(url, own.headers["lrs-exchange"])
    assert (shown["status"], shown["code"], shown["operation"]) == (418, None, "learnerByULN")


def test_maintenance_is_the_live_front_s_page(url: str) -> None:
    add(url, "maintenance", times=2)
    for path in ("/LearnerService.svc", LEARNER_SERVICE_R9):
        page = post(url, FIND, path=path)
        assert (page.status, page.headers["allow"]) == (405, "GET, HEAD")
        assert b"UnsupportedHttpVerb" in page.body


def test_a_delay_holds_no_thread_and_nobody_else(url: str) -> None:
    add(url, "slow", times=None, when={"user": "patient"}, do={"delay": [60, 90]})
    request = envelope(find_by_uln(UserName="patient")).encode()
    with ExitStack() as opened:
        # More than the threads that two processes have.
        waiting = [opened.enter_context(RawConnection(url)) for _ in range(20)]
        for each in waiting:
            each.head("POST /LearnerService.svc HTTP/1.1", "Content-Type: text/xml", f"Content-Length: {len(request)}")
            each.send(request)
        until(lambda: counts(url, "slow") == (20, 20))
        assert post(url, FIND).text("ResponseCode") == "WSRC0004"
        assert not any(each.has_something(0) for each in waiting)


def test_a_delay_goes_with_one_of_the_rest(url: str) -> None:
    add(url, "both", do={"delay": 0.5, "http": 504})
    began = time.monotonic()
    assert post(url, FIND).status == 504
    assert time.monotonic() - began >= 0.5


def test_the_journal_and_the_log_say_which_stepped_in(url: str, server: RunningServer) -> None:
    add(url, "step", do={"delay": 0.01})
    answer = post(url, FIND)
    shown = exchange(url, answer.headers["lrs-exchange"])
    assert (shown["scenario"], shown["code"]) == ("step", "WSRC0004")
    assert [each["said"] for each in shown["reasons"]] == [
        "scenario: step stepped in",
        "names: given EQUAL, family EQUAL",
    ]
    line = next(each for each in server.logged_until("scenario=step").splitlines() if "scenario=step" in each)
    assert f"exchange={answer.headers['lrs-exchange']}" in line
    assert "scenario: step stepped in" in line
    assert exchange(url, post(url, FIND).headers["lrs-exchange"])["scenario"] is None


def named(url: str, name: str, body: str = FIND) -> Any:
    return post(url, body, headers={"LRS-Scenario": name})


def test_a_request_names_its_scenario_where_that_is_allowed(url: str) -> None:
    assert named(url, "out-of-hours").status == 200
    assert control(url, "PATCH", "/policy", {"scenario_header": True}).status == 200
    add(url, "mine", when={"user": "nobody"}, do={"http": 503})
    assert code_of(named(url, "out-of-hours")) == "WSEC0004"
    assert named(url, "mine").status == 503
    # It is not counted, and whoever names none is not hit.
    assert counts(url, "mine") == (0, 0)
    assert post(url, FIND).status == 200


def test_a_name_that_is_none_or_cannot_answer_is_refused(url: str) -> None:
    control(url, "PATCH", "/policy", {"scenario_header": True})
    unknown = named(url, "no-such")
    assert unknown.status == 400
    assert unknown.body.startswith(b"LRS-Scenario names no scenario. Those are bad-gateway, ")
    wrong = named(url, "too-many-matches")
    assert (wrong.status, wrong.body) == (400, b"The scenario too-many-matches cannot answer this request.\n")
    assert exchange(url, wrong.headers["lrs-exchange"])["status"] == 400


def test_a_reset_takes_scenarios_away_and_a_snapshot_keeps_them(url: str) -> None:
    add(url, "kept", after=1, times=None, do={"http": 503})
    assert post(url, FIND).status == 200
    assert control(url, "PUT", "/snapshots/with-one").status == 204
    assert control(url, "POST", "/reset").status == 204
    assert control(url, "GET", "/scenarios").value == []
    assert {post(url, FIND).status for _ in range(6)} == {200}
    assert control(url, "POST", "/snapshots/with-one/restore").status == 204
    assert counts(url, "kept") == (1, 0)
    assert {post(url, FIND).status for _ in range(6)} == {503}
    assert control(url, "DELETE", "/snapshots/with-one").status == 204


def test_worlds_have_scenarios_of_their_own(url: str) -> None:
    def in_world(method: str, path: str, value: Any = None) -> ControlAnswer:
        return control(url, method, f"/worlds/apart{path}", value)

    assert control(url, "POST", "/worlds", {"name": "apart"}).status == 201
    try:
        assert in_world("POST", "/scenarios", {"name": "bad-gateway", "times": None}).status == 201
        assert post(url, FIND, path="/w/apart/LearnerService.svc").status == 502
        assert post(url, FIND).status == 200
        assert in_world("GET", "/scenarios").value[0]["hit"] == 1
    finally:
        assert control(url, "DELETE", "/worlds/apart").status == 204


@pytest.mark.slow
@on_sqlite
def test_over_https(tmp_path: Path, certificates: Certificates, database_kind: str) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0", *certificates.flags) as server:
        add(server.url, "wrong-password")
        add(server.url, "bad-gateway")
        add(server.url, "short", do={"delay": 0.3})
        assert code_of(post(server.url, FIND)) == "WSEC0005"
        assert post(server.url, FIND).status == 502
        began = time.monotonic()
        assert post(server.url, FIND).status == 200
        assert time.monotonic() - began >= 0.3


def test_every_shipped_one_can_be_added(url: str) -> None:
    for name in SHIPPED:
        add(url, name)
