"""The control interface as a whole: who is let in, errors, its document, and the worlds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from lrs_soap import __version__, settings
from lrs_soap.errors import InvalidSetting
from lrs_soap.server.admission import admission_of
from lrs_soap.server.application import Application
from lrs_soap.server.wsgi import create
from tests.kit.control_client import control
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import send
from tests.kit.wsgi_client import ask_wsgi

TOKEN = "pc9f-Xw2Q-77aLm"


def created(folder: Path, **values: Any) -> Application:
    return create(settings.resolve({"database_url": f"sqlite:///{folder}/lrs.db", **values}).settings)


def token_file(folder: Path, text: str = f"{TOKEN}\n") -> Path:
    path = folder / "token.txt"
    path.write_text(text)
    return path


def test_it_says_what_answers(steered: ServerHere) -> None:
    expected = {"version": __version__, "api": 1, "server": "lrs-soap"}
    for path in ("", "/"):
        answer = control(steered.url, "GET", path, headers={"Accept": "application/json"})
        assert (answer.status, answer.value) == (200, expected)


def test_it_lists_the_worlds_with_their_addresses(steered: ServerHere) -> None:
    main = {
        "name": "main",
        "learner_service": f"{steered.url}/LearnerService.svc",
        "learner_service_r9": f"{steered.url}/LearnerServiceR9.svc",
        "portal": f"{steered.url}/portal/",
    }
    answer = control(steered.url, "GET", "/worlds")

    assert (answer.status, answer.value) == (200, [main])
    assert send(steered.url, "GET", f"{main['learner_service']}?wsdl").status == 200


@pytest.mark.parametrize("path", ["/learners?limit=2", "/learners/4170265830", "/organisations", "/jobs"])
def test_main_by_its_name_is_main(steered: ServerHere, path: str) -> None:
    answer = control(steered.url, "GET", f"/worlds/main{path}")

    assert answer.status == 200
    assert answer.value == control(steered.url, "GET", path).value


def test_its_document_is_openapi_3_1_and_has_every_world(steered: ServerHere) -> None:
    document = control(steered.url, "GET", "/openapi.json").value

    validate(document)
    assert document["openapi"].startswith("3.1")
    paths = set(document["paths"])
    assert {"/_lrs/", "/_lrs/worlds", "/_lrs/learners/{uln}", "/_lrs/worlds/{world}/learners/{uln}/merge"} <= paths
    ids = [each["operationId"] for operations in document["paths"].values() for each in operations.values()]
    assert len(ids) == len(set(ids))


# Method, path, what is sent, the status, and the beginning of the message.
WRONG: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/nothing", None, 404, "There is nothing here"),
    ("GET", "/worlds/main/worlds", None, 404, "There is nothing here"),
    ("GET", "/worlds/main/openapi.json", None, 404, "There is nothing here"),
    ("GET", "/worlds/main/", None, 404, "There is nothing here"),
    ("GET", "/worlds/nowhere/jobs", None, 404, "There is no world 'nowhere'"),
    ("GET", "/challenges/nothing", None, 404, "There is no enquiry 'nothing'"),
    ("GET", "/challenges?status=gone", None, 400, "status: "),
    ("GET", "/scenarios/slow", None, 405, ""),
    ("DELETE", "/scenarios/slow", None, 404, "There is no scenario 'slow'"),
    ("GET", "/jobs/one", None, 404, "There is nothing here"),
    ("GET", "/jobs/123456", None, 404, "There is no job 123456"),
    ("GET", "/jobs/99999999999999999999999", None, 400, "job_id: "),
    ("GET", "/learners/1000000000", None, 404, "There is no learner"),
    ("GET", "/learners/%00", None, 400, "uln: "),
    ("POST", "/", {}, 405, ""),
    ("DELETE", "/learners", None, 405, ""),
    ("OPTIONS", "/learners", None, 405, ""),
    ("GET", "/learners?limit=true", None, 400, "limit: "),
    ("GET", "/learners?limit=0", None, 400, "limit: "),
    ("GET", "/learners?limit=1001", None, 400, "limit: "),
    ("GET", "/learners?surname=Okafor", None, 400, "surname: Extra inputs are not permitted"),
    ("GET", "/learners?family_name=%00", None, 400, "family_name: "),
    ("GET", "/organisations?limit=1", None, 400, "limit: "),
    ("POST", "/learners/4170265830/unmerge", {"really": True}, 400, "Nothing is taken in the body"),
    ("POST", "/learners/4170265830/merge", {"master": 9140837261}, 400, "master: "),
    ("POST", "/learners/4170265830/merge", {"master": "9140837261", "why": ""}, 400, "why: "),
    ("POST", "/learners/4170265830/merge", [], 400, "request: "),
    ("POST", "/learners/4170265830/merge", '{"master": "9140837261"}', 400, "The request is a text"),
    ("POST", "/learners/4170265830/merge", {}, 400, "master: Field required"),
    ("PUT", "/organisations/TEST0001", {"suspended": 1}, 400, "suspended: "),
    ("PUT", "/organisations/TEST0001", {"roles": "online"}, 400, "roles: "),
]


@pytest.mark.parametrize(("method", "path", "value", "status", "message"), WRONG)
def test_what_is_wrong_is_said(
    steered: ServerHere, method: str, path: str, value: Any, status: int, message: str
) -> None:
    answer = control(steered.url, method, path, value)

    assert answer.status == status
    assert answer.message.startswith(message)
    assert set(answer.value) == {"error"}
    assert set(answer.value["error"]) == {"code", "message"}


def test_each_status_has_its_code(steered: ServerHere) -> None:
    asked = {
        (status, control(steered.url, method, path, value).value["error"]["code"])
        for method, path, value, status, _ in WRONG
    }

    assert asked == {(400, "bad_request"), (404, "not_found"), (405, "method_not_allowed")}
    assert set(control(steered.url, "POST", "/", {}).headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "bad_request"),
        (b"\xff", {}, 400, "bad_request"),
        (b"[" * 100_000, {}, 400, "bad_request"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b"{}", {"Content-Encoding": "br"}, 415, "unsupported_media_type"),
        (b"{}", {"Origin": "http://evil.example"}, 403, "forbidden"),
        (b"{}", {"Host": "evil.example"}, 403, "forbidden"),
        (b"{}", {"Sec-Fetch-Site": "same-site"}, 403, "forbidden"),
        (b"{}", {"X-Forwarded-For": "127.0.0.1"}, 403, "forbidden"),
        (b"{}", {"Forwarded": "for=127.0.0.1"}, 403, "forbidden"),
        (b"{}", {"Via": "1.1 proxy"}, 403, "forbidden"),
        (b" " * ((8 << 20) + 1), {}, 413, "too_large"),
    ],
)
def test_a_request_that_cannot_be_taken_is_refused_in_json(
    steered: ServerHere, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = control(steered.url, "POST", "/learners", body=body, headers=headers)

    assert (answer.status, answer.value["error"]["code"]) == (status, code)


def test_a_body_in_chunks_is_read(steered: ServerHere) -> None:
    chunks = b"2\r\n{}\r\n0\r\n\r\n"
    answer = control(steered.url, "POST", "/jobs/123456/run", body=chunks, headers={"Transfer-Encoding": "chunked"})

    assert (answer.status, answer.message) == (404, "There is no job 123456.")


def test_with_a_token_nobody_else_is_let_in(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--control", "token", "--control-token-file", str(token_file(tmp_path))) as server:
        without = control(server.url, "GET", "/worlds")
        wrong = control(server.url, "GET", "/worlds", headers={"Authorization": "Bearer nonsense"})
        right = control(
            server.url,
            "GET",
            "/worlds",
            headers={"Authorization": f"Bearer {TOKEN}", "Host": "lrs.example", "Via": "1.1 a"},
        )

    assert (without.status, without.value["error"]["code"]) == (401, "unauthorized")
    assert without.headers["www-authenticate"] == "Bearer"
    assert wrong.status == 401
    assert right.status == 200


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"control": "token"}, "control_token_file"),
        ({"control": "token", "control_token_file": "nothing.txt"}, "nothing.txt cannot be read"),
        ({"control": "token", "control_token_file": "empty.txt"}, "has to have one line"),
        ({"control": "token", "control_token_file": "two.txt"}, "has to have one line"),
    ],
)
def test_a_token_that_cannot_be_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("\n")
    Path("two.txt").write_text("one\ntwo\n")

    with pytest.raises(InvalidSetting, match=said):
        admission_of(settings.resolve(values).settings)


@on_sqlite
def test_serve_does_not_start_without_its_token(tmp_path: Path, database_kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lrs_soap", "serve", "--port", "0", "--control", "token"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    assert "control_token_file" in done.stderr


def test_off_there_is_nothing(tmp_path: Path) -> None:
    answer = ask_wsgi(created(tmp_path, control="off"), "GET", "/_lrs/", HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1")

    assert answer.status == 404
    assert b"/_lrs" not in answer.body


@pytest.mark.parametrize(
    ("values", "environ", "status"),
    [
        ({}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}, 200),
        ({}, {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "localhost"}, 403),
        ({}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "lrs.example"}, 403),
        # A server of a unix socket knows no address.
        ({}, {"HTTP_HOST": "localhost"}, 403),
        ({"trusted_proxies": "127.0.0.1"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}, 403),
        ({"trusted_proxies": "10.0.0.1"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}, 403),
    ],
)
def test_another_server_of_the_application_keeps_to_it_too(
    tmp_path: Path, values: dict[str, str], environ: dict[str, str], status: int
) -> None:
    answer = ask_wsgi(created(tmp_path, **values), "GET", "/_lrs/worlds", SCRIPT_NAME="/lrs", **environ)

    assert answer.status == status
    json.loads(answer.body)


def test_a_failure_is_said_in_json_and_its_trace_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("something secret")

    with ServerHere(tmp_path) as server:
        control(server.url, "GET", "/worlds")
        monkeypatch.setattr("lrs_soap.operations.organisations.everyone", fail)
        answer = control(server.url, "GET", "/organisations")

        assert answer.status == 500
        assert "secret" not in answer.message
        reference = answer.message.rstrip(".").split()[-1]
        assert "RuntimeError" in server.logged_until(reference)


def test_a_failure_of_the_database_is_503(tmp_path: Path) -> None:
    with ServerHere(tmp_path) as server:
        control(server.url, "GET", "/worlds")
        (tmp_path / "lrs.db").rename(tmp_path / "gone.db")
        answer = control(server.url, "PUT", "/organisations/TEST0001", {"suspended": True})

    assert (answer.status, answer.value["error"]["code"]) == (503, "service_unavailable")
    assert "is not there any more" in answer.message


@on_sqlite
def test_flask_is_imported_when_somebody_asks(tmp_path: Path, database_kind: str) -> None:
    script = (
        "import sys; from lrs_soap.server import serving, wsgi; "
        "print('flask' in sys.modules, 'werkzeug' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=tmp_path)

    assert done.stdout.split() == ["False", "False"], done.stderr


@pytest.mark.slow
@on_sqlite
def test_every_process_answers(tmp_path: Path, database_kind: str) -> None:
    with RunningServer(tmp_path, "--processes", "2", "--batch-workers", "0") as server:
        for child in server.children():
            with server.answering_alone(child):
                assert control(server.url, "GET", "/learners?limit=1").status == 200
