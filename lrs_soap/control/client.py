"""A client of the control interface: one connection that is kept open, JSON there and back, one kind of error.

It needs the standard library alone, so that a command or a test that steers a server starts at once.
"""

from __future__ import annotations

import json
import select
import ssl
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Lock
from types import TracebackType
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from lrs_soap.errors import InvalidSetting, LrsError

# Has pytest leave this module out of the traces of failed tests, which end where a test has asked then.
__tracebackhide__ = True

DEFAULT_SERVER = "http://127.0.0.1:8080"
MAIN = "main"
API_VERSION = 1

Object: TypeAlias = dict[str, Any]
"""A JSON object, whose fields docs/control.md and /_lrs/openapi.json name."""

ClockMode: TypeAlias = Literal["real", "still", "running"]

_JSON = "application/json"
_PATIENCE_SECONDS = 60.0
# A server that cannot use its database says so within a few seconds.
_HEALTH_SECONDS = 10.0
_FINE = "ok"


class ControlFailed(LrsError):
    """The server has not done what it was asked, or could not be asked.

    `status`, `code` and `message` are those of the answer (docs/control.md, "Errors"). Without an answer the status is
    0 and the code `unreachable`. Where something has answered that is not the control interface, the code is
    `not_lrs_soap`.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class ControlClient:
    """A server of lrs-soap that is running. A context manager. Threads may share it; they are served in turn.

    Nothing is connected before it is asked. Every method raises ControlFailed.
    """

    def __init__(
        self,
        server: str = DEFAULT_SERVER,
        *,
        token: str | None = None,
        timeout: float = _PATIENCE_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`server` is its address, `token` that of `control_token_file`, `timeout` in seconds for one answer.

        `tls` is what HTTPS is spoken with, by default with this machine's certificate authorities. Raises
        InvalidSetting for what is no address.
        """
        self.server = server.rstrip("/")
        self._path, self._connection = _connection_to(self.server, timeout, tls)
        self._headers = {"Accept": _JSON} | ({} if token is None else {"Authorization": f"Bearer {token}"})
        self._asking = Lock()

    def __enter__(self) -> ControlClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. It is opened again when something is asked."""
        with self._asking:
            self._connection.close()

    def about(self) -> Object:
        """What answers there: `version`, `api` and `server`. Raises ControlFailed where it is not lrs-soap."""
        about = self.ask("GET", "/")
        if not isinstance(about, dict) or (about.get("server"), about.get("api")) != ("lrs-soap", API_VERSION):
            raise self._not_ours(HTTPStatus.OK)
        return about

    def worlds(self) -> list[Object]:
        """All worlds with their addresses; `main` comes first."""
        worlds: list[Object] = self.ask("GET", "/worlds")
        return worlds

    def make_world(
        self, name: str, *, like: str | None = None, seed: int | None = None, ttl: int | None = None
    ) -> WorldClient:
        """Make a world with the starting data, or `like` a snapshot of `main`. `ttl` is in seconds."""
        self.ask("POST", "/worlds", _given(name=name, like=like, seed=seed, ttl=ttl))
        return self.world(name)

    def delete_world(self, name: str) -> None:
        """Delete a world, with its snapshots and its journal."""
        self.ask("DELETE", f"/worlds/{_part(name)}")

    def world(self, name: str = MAIN) -> WorldClient:
        """The world of a name, by this connection. Whether there is one is not asked."""
        return WorldClient(self, name)

    def ask(self, method: str, path: str, value: Any = None, **query: object) -> Any:
        """The value of the answer to a request below /_lrs, None where it has none.

        `value` is sent as JSON, unless it is None. Of the query, what is None is left out.
        """
        parameters = urlencode(_given(**query))
        target = f"{self._path}/_lrs{path}{'?' if parameters else ''}{parameters}"
        body = None if value is None else json.dumps(value).encode()
        headers = self._headers if body is None else {**self._headers, "Content-Type": _JSON}
        with self._asking:
            try:
                answer = self._answer(method, target, body, headers)
                content = answer.read()
            except (OSError, HTTPException, UnicodeError) as error:
                self._connection.close()
                if isinstance(error, HTTPException) and not isinstance(error, OSError):
                    raise self._not_ours(0) from error
                raise ControlFailed(0, "unreachable", f"Nothing answers at {self.server}: {_why(error)}.") from error
        return self._value(answer, content)

    def _answer(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> HTTPResponse:
        # A server closes a connection on which nothing is asked for long. Asked again by mistake, it would do it twice.
        if self._connection.sock is not None and _is_closed(self._connection):
            self._connection.close()
        self._connection.request(method, target, body, headers)
        return self._connection.getresponse()

    def _value(self, answer: HTTPResponse, content: bytes) -> Any:
        """What an answer says. Raises ControlFailed for an error, and for what no control interface answers."""
        if answer.status == HTTPStatus.NO_CONTENT:
            return None
        if answer.headers.get_content_type() != _JSON:
            raise self._not_ours(answer.status)
        try:
            value = json.loads(content)
            if answer.status < HTTPStatus.BAD_REQUEST:
                return value
            error = value["error"]
            failure = ControlFailed(answer.status, str(error["code"]), str(error["message"]))
        except (ValueError, LookupError, TypeError):
            raise self._not_ours(answer.status) from None
        raise failure

    def _not_ours(self, status: int) -> ControlFailed:
        told = f"What answers at {self.server} is not lrs-soap, or its control interface is off"
        return ControlFailed(status, "not_lrs_soap", f"{told} (status {status})." if status else f"{told}.")


class WorldClient:
    """One world of a server. Every method raises ControlFailed."""

    def __init__(self, server: ControlClient, name: str) -> None:
        self.server = server
        self.name = name

    def ask(self, method: str, path: str, value: Any = None, **query: object) -> Any:
        """As `ControlClient.ask`, below the path of this world."""
        return self.server.ask(method, f"/worlds/{_part(self.name)}{path}", value, **query)

    def addresses(self) -> Object:
        """Where the world answers: `learner_service`, `learner_service_r9` and `portal`."""
        for each in self.server.worlds():
            if each["name"] == self.name:
                return each
        raise ControlFailed(HTTPStatus.NOT_FOUND, "not_found", f"There is no world {self.name!r}.")

    def reset(self, *, seed: int | None = None) -> None:
        """Put the world back to its starting data. With the same seed the same ULNs are issued."""
        self.ask("POST", "/reset", _given(seed=seed))

    def snapshots(self) -> list[str]:
        """The names of the world's snapshots."""
        return [each["name"] for each in self.ask("GET", "/snapshots")]

    def take_snapshot(self, name: str) -> None:
        """Keep the whole of the world under a name, in place of an older snapshot."""
        self.ask("PUT", f"/snapshots/{_part(name)}")

    def delete_snapshot(self, name: str) -> None:
        """Delete a snapshot."""
        self.ask("DELETE", f"/snapshots/{_part(name)}")

    def restore(self, name: str) -> None:
        """Put the world back to a snapshot; `start` is the starting data."""
        self.ask("POST", f"/snapshots/{_part(name)}/restore")

    def exchanges(
        self,
        *,
        operation: str | None = None,
        code: str | None = None,
        organisation: str | None = None,
        user: str | None = None,
        uln: str | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[Object]:
        """The last requests over SOAP, newest first, without their bytes. `after` is a `sequence`."""
        exchanges: list[Object] = self.ask(
            "GET",
            "/exchanges",
            operation=operation,
            code=code,
            organisation=organisation,
            user=user,
            uln=uln,
            after=after,
            limit=limit,
        )
        return exchanges

    def exchange(self, exchange_id: str) -> Object:
        """One request over SOAP, with `request` and `answer`."""
        exchange: Object = self.ask("GET", f"/exchanges/{_part(exchange_id)}")
        return exchange

    def delete_exchanges(self) -> None:
        """Forget all of them."""
        self.ask("DELETE", "/exchanges")

    def scenarios(self) -> list[Object]:
        """What steps in for the service, each with how many requests have `fitted` it, and how many it has `hit`."""
        scenarios: list[Object] = self.ask("GET", "/scenarios")
        return scenarios

    def add_scenario(self, name: str, **fields: object) -> Object:
        """Add a scenario by the fields of docs/scenarios.md, a shipped one without `do`. `times=None` hits all."""
        scenario: Object = self.ask("POST", "/scenarios", {"name": name, **fields})
        return scenario

    def delete_scenario(self, name: str) -> None:
        """Remove a scenario."""
        self.ask("DELETE", f"/scenarios/{_part(name)}")

    def delete_scenarios(self) -> None:
        """Remove all of them."""
        self.ask("DELETE", "/scenarios")

    def clock(self) -> Object:
        """What the clock shows: `now` and `mode`."""
        clock: Object = self.ask("GET", "/clock")
        return clock

    def set_clock(self, moment: datetime | str | None = None, *, mode: ClockMode | None = None) -> Object:
        """Set the clock to a moment, and say how it goes on: still, unless `mode` says otherwise. Answers as `clock`.

        A moment without a zone is London's. `mode` alone is for the moment that the clock shows.
        """
        text = moment.isoformat() if isinstance(moment, datetime) else moment
        clock: Object = self.ask("PUT", "/clock", _given(set=text, mode=mode))
        return clock

    def advance_clock(self, by: timedelta | float | str) -> Object:
        """Move the clock by seconds or by an ISO 8601 duration such as `P45D`, and read it."""
        clock: Object = self.ask("PUT", "/clock", {"advance": by.total_seconds() if isinstance(by, timedelta) else by})
        return clock

    def policy(self) -> Object:
        """The settings that are the world's own, as they are in force."""
        policy: Object = self.ask("GET", "/policy")
        return policy

    def change_policy(self, changes: Mapping[str, object]) -> Object:
        """Change some of them, each to a value that JSON has, and read all. None takes a change back."""
        policy: Object = self.ask("PATCH", "/policy", dict(changes))
        return policy

    def learners(
        self,
        *,
        uln: str | None = None,
        family_name: str | None = None,
        given_name: str | None = None,
        date_of_birth: str | None = None,
        limit: int | None = None,
    ) -> list[Object]:
        """Learners with these details, the last that was registered first."""
        learners: list[Object] = self.ask(
            "GET",
            "/learners",
            uln=uln,
            family_name=family_name,
            given_name=given_name,
            date_of_birth=date_of_birth,
            limit=limit,
        )
        return learners

    def learner(self, uln: str) -> Object:
        """A learner, with `LinkedULNs`, `LearningEvents` and `History`."""
        learner: Object = self.ask("GET", f"/learners/{_part(uln)}")
        return learner

    def add_learners(self, learners: Iterable[Mapping[str, object]]) -> list[str]:
        """Load learners by the field names of `lrs-soap load`, all or none. Returns their ULNs in the same order."""
        ulns: list[str] = self.ask("POST", "/learners", [dict(each) for each in learners])["ulns"]
        return ulns

    def merge(self, master: str, linked: str) -> Object:
        """Link a learner to a master. Returns the linked learner."""
        return self._changed(linked, "merge", {"master": master})

    def unmerge(self, linked: str) -> Object:
        """Undo a merge. Returns the learner that was linked."""
        return self._changed(linked, "unmerge")

    def delete_learner(self, uln: str) -> Object:
        """Delete a learner, and return it as it is held then."""
        return self._changed(uln, "delete")

    def challenges(
        self, *, uln: str | None = None, status: str | None = None, limit: int | None = None
    ) -> list[Object]:
        """Data challenges, on a ULN or in a state (`open`, `resolved`, `rejected`, `withdrawn`), the last first."""
        challenges: list[Object] = self.ask("GET", "/challenges", uln=uln, status=status, limit=limit)
        return challenges

    def challenge(self, reference: str) -> Object:
        """A data challenge, with all that was said."""
        challenge: Object = self.ask("GET", f"/challenges/{_part(reference)}")
        return challenge

    def resolve_challenge(self, reference: str, **fields: object) -> Object:
        """Resolve a challenge with `text` and the fields that its problem has. None is not sent. Returns it."""
        challenge: Object = self.ask("POST", f"/challenges/{_part(reference)}/resolve", _given(**fields))
        return challenge

    def reject_challenge(self, reference: str, text: str) -> Object:
        """Reject a challenge with a text that says why. Returns it."""
        challenge: Object = self.ask("POST", f"/challenges/{_part(reference)}/reject", {"text": text})
        return challenge

    def undo_challenge(self, reference: str) -> Object:
        """Change back what the resolution of a challenge has changed. Returns it, open again."""
        challenge: Object = self.ask("POST", f"/challenges/{_part(reference)}/undo")
        return challenge

    def organisations(self) -> list[Object]:
        """Every organisation, by UKPRN."""
        organisations: list[Object] = self.ask("GET", "/organisations")
        return organisations

    def put_organisation(self, ukprn: str, **fields: object) -> Object:
        """Add an organisation, or change one, by the fields of docs/control.md. None is not sent."""
        organisation: Object = self.ask("PUT", f"/organisations/{_part(ukprn)}", _given(**fields))
        return organisation

    def put_user(self, ukprn: str, name: str, **fields: object) -> Object:
        """Add a user to an organisation, or change one, by the fields of `PUT …/organisations/UKPRN/users/NAME`."""
        user: Object = self.ask("PUT", f"/organisations/{_part(ukprn)}/users/{_part(name)}", _given(**fields))
        return user

    def delete_user(self, ukprn: str, name: str) -> None:
        """Close the account of a user."""
        self.ask("DELETE", f"/organisations/{_part(ukprn)}/users/{_part(name)}")

    def mail(self, *, limit: int | None = None) -> list[Object]:
        """What the portal would have mailed, the last first."""
        mail: list[Object] = self.ask("GET", "/mail", limit=limit)
        return mail

    def delete_mail(self) -> None:
        """Forget the mail."""
        self.ask("DELETE", "/mail")

    def jobs(self, *, limit: int | None = None) -> list[Object]:
        """The batch jobs of all organisations, the last first."""
        jobs: list[Object] = self.ask("GET", "/jobs", limit=limit)
        return jobs

    def job(self, job_id: int) -> Object:
        """A batch job."""
        job: Object = self.ask("GET", f"/jobs/{job_id}")
        return job

    def run_job(self, job_id: int) -> Object:
        """Let a worker take a job at once, whatever its delay. Returns the job."""
        job: Object = self.ask("POST", f"/jobs/{job_id}/run")
        return job

    def fail_job(self, job_id: int) -> Object:
        """Let a job fail. Returns the job."""
        job: Object = self.ask("POST", f"/jobs/{job_id}/fail")
        return job

    def _changed(self, uln: str, change: str, value: Object | None = None) -> Object:
        learner: Object = self.ask("POST", f"/learners/{_part(uln)}/{change}", value)
        return learner


def health(server: str = DEFAULT_SERVER, *, tls: ssl.SSLContext | None = None) -> Object:
    """How a server is, which needs no control interface: `healthy`, and the `checks`, each "ok" or why it fails.

    The first check is `live`. The others are those of `/health/ready` (docs/operating.md, "Health"); `ready` is among
    them only where what it answers cannot be understood. `tls` as for a `ControlClient`. Raises InvalidSetting for what
    is no address.
    """
    path, connection = _connection_to(server.rstrip("/"), _HEALTH_SECONDS, tls)
    checks: dict[str, str] = {}
    try:
        for name in ("live", "ready"):
            connection.request("GET", f"{path}/health/{name}")
            answer = connection.getresponse()
            checks |= _checks(name, answer.status, answer.read())
    except (OSError, HTTPException, UnicodeError) as error:
        checks[name] = f"Nothing answers at {server}: {_why(error)}."
    finally:
        connection.close()
    return {"healthy": all(each == _FINE for each in checks.values()), "checks": checks}


def _checks(name: str, status: int, content: bytes) -> dict[str, str]:
    """What an answer of `/health/NAME` says of each of its checks."""
    try:
        told = json.loads(content)
        if name == "live" and status == HTTPStatus.OK and told["status"] == name:
            return {name: _FINE}
        if name == "ready" and status in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE):
            return {str(check): str(found) for check, found in told["checks"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    return {name: f"What answers is not lrs-soap (status {status})."}


def _connection_to(server: str, timeout: float, tls: ssl.SSLContext | None) -> tuple[str, HTTPConnection]:
    """The path below which a server answers, and a connection to it, which is not open yet. Raises InvalidSetting."""
    refusal = InvalidSetting(f"{server!r} is not the address of a server; one is {DEFAULT_SERVER}.")
    try:
        parts = urlsplit(server)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise refusal from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise refusal
    if parts.scheme == "http":
        return parts.path, HTTPConnection(host, port, timeout=timeout)
    return parts.path, HTTPSConnection(host, port, timeout=timeout, context=tls or ssl.create_default_context())


def _is_closed(connection: HTTPConnection) -> bool:
    """Whether the other end has closed a connection on which nothing is asked: it has nothing else to send."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it takes too long"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted, because of a {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _given(**values: object) -> Object:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def _part(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")
