"""What scenarios do to a connection and to a job, as clients see it: over HTTP and HTTPS, on each kind of database."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import zeep

from tests.kit.batch_requests import get_output, get_verify_output, new_learner, output_when_done, submit_batch
from tests.kit.batch_requests import submit_verify_batch as submit_to_verify
from tests.kit.certificates import Certificates
from tests.kit.control_client import control
from tests.kit.databases import KINDS_HERE, SQLITE, new_database
from tests.kit.running_server import PASSWORD, UKPRN, RunningServer
from tests.kit.soap_messages import Answer, RawConnection, envelope, find_by_uln, post, register
from tests.kit.waiting import until

FIND = envelope(find_by_uln())
WHO = {"UKPRN": UKPRN, "OrgPassword": PASSWORD, "UserName": "zeep"}


@pytest.fixture(scope="module", params=[*((kind, "http") for kind in KINDS_HERE), (SQLITE, "https")], ids="-".join)
def server(
    request: pytest.FixtureRequest, certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server with two processes and a worker, of each kind."""
    kind, scheme = request.param
    folder = tmp_path_factory.mktemp(scheme)
    flags = certificates.flags if scheme == "https" else ()
    with (
        new_database(kind, folder) as url,
        RunningServer(folder, "--processes", "2", *flags, database_url=url) as running,
    ):
        yield running


@pytest.fixture
def url(server: RunningServer) -> Iterator[str]:
    """Its address, where no scenario steps in yet."""
    yield server.url
    assert control(server.url, "DELETE", "/scenarios").status == 204


@pytest.fixture(scope="module")
def client(server: RunningServer, certificates: Certificates) -> Any:
    """zeep's client of it."""
    session = requests.Session()
    # The machine may name a bundle of its own, which requests prefers.
    session.trust_env = False
    session.verify = str(certificates.ca)
    return zeep.Client(f"{server.url}/LearnerService.svc?singleWsdl", transport=zeep.Transport(session=session))


@pytest.fixture
def find(client: Any) -> Callable[[], Any]:
    """Finds Grace Okafor by zeep."""
    return lambda: client.service.learnerByULN(
        FindType="FUL", **WHO, ULN="4170265830", FamilyName="Okafor", GivenName="Grace"
    )


def add(url: str, **given: Any) -> None:
    added = control(url, "POST", "/scenarios", {"name": "one", **given})
    assert added.status == 201, added.value


def held(url: str, family_name: str) -> list[dict[str, Any]]:
    return list(control(url, "GET", f"/learners?family_name={family_name}").value)


def newest(url: str, operation: str, **about: str) -> dict[str, Any]:
    """The last exchange about something. Those of two processes are in no order among themselves."""
    (found,) = control(url, "GET", f"/exchanges?limit=1&{urlencode({'operation': operation, **about})}").value
    return dict(found)


def test_zeep_sees_faults_codes_pages_and_delays(url: str, find: Callable[[], Any]) -> None:
    add(url, do={"fault": "WSEC0005"})
    with pytest.raises(zeep.exceptions.Fault) as fault:
        find()
    assert fault.value.detail.find(".//ErrorCode").text == "WSEC0005"
    add(url, name="nobody", when={"operation": "learnerByULN"}, do={"response_code": "WSRC0001"})
    found = find()
    assert (found.ResponseCode, found.Learner) == ("WSRC0001", [])
    for name in ("bad-gateway", "maintenance"):
        add(url, name=name)
        # It takes a page that is XML by chance for a fault.
        with pytest.raises((zeep.exceptions.TransportError, zeep.exceptions.Fault)):
            find()
    add(url, name="slow", do={"delay": 0.4})
    began = time.monotonic()
    assert find().ResponseCode == "WSRC0004"
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize(
    ("drop", "how", "seen"),
    [
        ("before", "close", "RemoteDisconnected"),
        ("before", "reset", "ConnectionResetError"),
        ("after", "close", "RemoteDisconnected"),
        ("after", "reset", "ConnectionResetError"),
        ("midway", "close", "IncompleteRead"),
        ("midway", "reset", "ConnectionResetError"),
    ],
)
def test_zeep_sees_a_connection_that_drops(url: str, find: Callable[[], Any], drop: str, how: str, seen: str) -> None:
    add(url, times=None, do={"drop": drop, "how": how})
    with pytest.raises(requests.exceptions.RequestException) as dropped:
        find()
    if url.startswith("https:"):
        # Python takes a reset under TLS for an end.
        seen = {"before": "RemoteDisconnected", "after": "RemoteDisconnected", "midway": "IncompleteRead"}[drop]
    assert seen in repr(dropped.value)
    kind = requests.exceptions.ChunkedEncodingError if drop == "midway" else requests.exceptions.ConnectionError
    assert isinstance(dropped.value, kind)
    # It does not send the request again by itself.
    (shown,) = control(url, "GET", "/scenarios").value
    assert shown["hit"] == 1


def test_a_cut_answer_has_half_its_bytes_under_a_full_length(url: str) -> None:
    whole = post(url, FIND)
    add(url, name="cut-answer")
    with RawConnection(url) as connection:
        asked(connection)
        received = connection.receive(10**6)
    head, _, body = received.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(whole.body)}".encode() in head
    assert body == whole.body[: len(whole.body) // 2]


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_dropped_answer_has_no_byte(url: str, drop: str) -> None:
    add(url, do={"drop": drop})
    with RawConnection(url) as connection:
        asked(connection)
        assert connection.receive(10**6) == b""


@pytest.mark.parametrize("drop", ["before", "after", "midway"])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_connection_is_closed_or_reset(url: str, drop: str, how: str) -> None:
    add(url, do={"drop": drop, "how": how})
    with RawConnection(url) as connection:
        asked(connection)
        assert connection.is_reset() is (how == "reset")


def asked(connection: RawConnection) -> None:
    body = FIND.encode()
    connection.head("POST /LearnerService.svc HTTP/1.1", "Content-Type: text/xml", f"Content-Length: {len(body)}")
    connection.send(body)


@pytest.mark.parametrize(("drop", "is_written"), [("before", False), ("after", True), ("midway", True)])
def test_what_was_dropped_afterwards_was_written(url: str, drop: str, is_written: bool) -> None:
    family_name = f"Lost{drop}"
    add(url, when={"family_name": family_name}, do={"drop": drop})
    call = envelope(register(who={"UserName": drop}, FamilyName=family_name, LastKnownPostCode="TR4 2PQ"))
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        post(url, call)
    shown = newest(url, "registerSingleLearner", user=drop)
    assert shown["scenario"] == "one"
    assert (shown["status"], shown["code"]) == ((200, "WSRC0005") if is_written else (0, None))
    assert len(held(url, family_name)) == is_written
    again = post(url, call)
    assert again.text("ResponseCode") == ("WSRC0021" if is_written else "WSRC0005")


def test_an_answer_that_drips_comes_slowly_and_whole(url: str) -> None:
    whole = post(url, FIND)
    add(url, do={"drip": 2000})
    began = time.monotonic()
    dripped = post(url, FIND)
    assert dripped.body == whole.body
    assert time.monotonic() - began >= len(whole.body) / 2000 - 0.1
    # Whoever asks meanwhile is answered meanwhile.
    add(url, name="slower", when={"user": "patient"}, do={"drip": 10})
    with RawConnection(url) as connection:
        body = envelope(find_by_uln(UserName="patient")).encode()
        connection.head("POST /LearnerService.svc HTTP/1.1", "Content-Type: text/xml", f"Content-Length: {len(body)}")
        connection.send(body)
        assert connection.receive(4) == b"HTTP"
        assert post(url, FIND).text("ResponseCode") == "WSRC0004"


def test_a_connection_goes_on_after_an_answer_that_came_late_or_slowly(url: str) -> None:
    add(url, do={"drip": 5000})
    add(url, name="late", do={"delay": 0.2})
    with RawConnection(url) as connection:
        for _ in range(3):
            asked(connection)
            assert connection.answer().text("ResponseCode") == "WSRC0004"


def job_of(answer: Answer) -> int:
    return int(str(answer.text("JobID")))


def outcome(url: str, job: int) -> tuple[str | None, str | None]:
    answer = post(url, get_output(job))
    return answer.text("ResponseCode"), answer.text("JobStatus")


def is_done(url: str, job: int) -> bool:
    return bool(control(url, "GET", f"/jobs/{job}").value["status"] == "Successful")


def test_a_job_hangs_until_somebody_runs_it(url: str) -> None:
    add(url, name="job-hangs")
    hanging = job_of(post(url, submit_batch([new_learner(301)])))
    # The next one is done, and it waits on.
    output_when_done(url, job_of(post(url, submit_batch([new_learner(302)]))))
    assert outcome(url, hanging) == ("WSRC0008", "Waiting")
    assert control(url, "POST", f"/jobs/{hanging}/run").status == 200
    assert output_when_done(url, hanging).text("ResponseCode") == "WSRC0009"


def test_a_job_fails(url: str) -> None:
    add(url, name="job-fails", times=2)
    assert outcome(url, job_of(post(url, submit_batch([new_learner(303)])))) == ("WSRC0010", "Failed")
    record = {"ULN": "4170265830", "FamilyName": "Okafor", "GivenName": "Grace"}
    verifying = job_of(post(url, submit_to_verify([record])))
    assert post(url, get_verify_output(verifying)).text("ResponseCode") == "WSRC0029"


def test_a_job_is_incomplete_for_so_many_outputs(url: str) -> None:
    add(url, times=2, do={"job": {"polls": 2}})
    job = job_of(post(url, submit_batch([new_learner(304)])))
    record = {"ULN": "4170265830", "FamilyName": "Okafor", "GivenName": "Grace"}
    verifying = job_of(post(url, submit_to_verify([record])))
    until(lambda: is_done(url, job) and is_done(url, verifying))
    incomplete = ("WSRC0008", "InProgress")
    assert [outcome(url, job) for _ in range(3)] == [incomplete, incomplete, ("WSRC0009", "Successful")]
    codes = [post(url, get_verify_output(verifying)).text("ResponseCode") for _ in range(3)]
    assert codes == ["WSRC0027", "WSRC0027", "WSRC0028"]


def test_a_scenario_for_jobs_fits_what_submits_one(url: str) -> None:
    add(url, do={"job": "fail"})
    assert post(url, FIND).status == 200
    (shown,) = control(url, "GET", "/scenarios").value
    assert (shown["fitted"], shown["hit"], shown["do"]) == (0, 0, {"job": "fail"})
    job = job_of(post(url, submit_batch([new_learner(305)], who={**WHO, "UserName": "for jobs"})))
    assert newest(url, "submitBatchRegistration", user="for jobs")["scenario"] == "one"
    assert outcome(url, job)[0] == "WSRC0010"


@pytest.mark.slow
def test_the_file_of_the_settings_is_what_a_reset_brings_back(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.toml"
    file.write_text('[[scenario]]\nname = "bad-gateway"\ntimes = 2\n\n[[scenario]]\nname = "slow"\nafter = 1000\n')
    flags = ("--batch-workers", "0", "--scenarios", str(file))

    def counts(url: str) -> list[tuple[str, int]]:
        return [(each["name"], each["hit"]) for each in control(url, "GET", "/scenarios").value]

    with RunningServer(tmp_path, *flags) as server:
        assert post(server.url, FIND).status == 502
        assert control(server.url, "POST", "/scenarios", {"name": "out-of-hours", "after": 1000}).status == 201
    # A server that is started again goes on, with what the file has then.
    file.write_text(file.read_text().replace('"slow"', '"maintenance"'))
    with RunningServer(tmp_path, *flags) as server:
        assert counts(server.url) == [("bad-gateway", 1), ("out-of-hours", 0), ("maintenance", 0)]
        assert control(server.url, "POST", "/reset").status == 204
        assert counts(server.url) == [("bad-gateway", 0), ("maintenance", 0)]
        assert [post(server.url, FIND).status for _ in range(3)] == [502, 502, 200]
        assert control(server.url, "POST", "/worlds", {"name": "apart"}).status == 201
        assert post(server.url, FIND, path="/w/apart/LearnerService.svc").status == 502
