"""`/health/live` and `/health/ready`: for a load balancer, a container's health check, or a script that waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from threading import Lock

from lrs_soap.control.errors import JSON
from lrs_soap.errors import StoreUnavailable
from lrs_soap.server.http_request import Environ
from lrs_soap.server.responses import OK, UNAVAILABLE, not_allowed, respond
from lrs_soap.server.site import StartResponse
from lrs_soap.store import readiness
from lrs_soap.store.store import Store

# If a writer waits longer than this for the database, it is not ready.
_PATIENCE_SECONDS = 1.0
_FINE, _UNKNOWN = "ok", "It could not be asked."
_NO_WORKER = "No batch worker is at work, so jobs wait."


class Liveness:
    """Answers 200 as long as the process answers at all. Asks nobody for anything."""

    path = "/health/live"
    is_listed = False

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        return _answer(environ, start_response, OK, {"status": "live"})

    def reads_body(self, environ: Environ) -> bool:
        return False


class Readiness:
    """Answers 200 where everything is in order, or 503, and a JSON object that says what is not.

    Its `checks` are `database` (it can be written), `schema`, `keys` (it is not being rekeyed) and `worker`, each "ok"
    or a sentence that says why not. `log_lines_lost` is how many lines of the log were lost. The service is ready all
    the same.
    """

    path = "/health/ready"
    is_listed = False

    def __init__(
        self,
        database_url: str,
        *,
        why_lost: Callable[[], str | None] = lambda: None,
        lines_lost: Callable[[], int] = lambda: 0,
        has_worker: Callable[[], bool] = lambda: True,
    ) -> None:
        """`why_lost` says what has become of the database's file that the service has open.

        `has_worker` says whether a batch worker is at work, or none belongs to this server.
        """
        # A store of its own, because it waits less long than requests do.
        self._store = Store(database_url, busy_timeout=_PATIENCE_SECONDS, statement_timeout=_PATIENCE_SECONDS)
        self._why_lost = why_lost
        self._lines_lost = lines_lost
        self._has_worker = has_worker
        self._asking = Lock()
        self._database = _unknown("The first look at the database is not over.")

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        checks = {**self._of_the_database(), "worker": _FINE if self._has_worker() else _NO_WORKER}
        is_ready = all(each == _FINE for each in checks.values())
        body = {
            "status": "ready" if is_ready else "not ready",
            "checks": checks,
            "log_lines_lost": self._lines_lost(),
        }
        return _answer(environ, start_response, OK if is_ready else UNAVAILABLE, body)

    def reads_body(self, environ: Environ) -> bool:
        return False

    def _of_the_database(self) -> dict[str, str]:
        # One thread at a time waits for the database. Others get the last result meanwhile.
        if self._asking.acquire(blocking=False):
            try:
                self._database = self._ask()
            finally:
                self._asking.release()
        return self._database

    def _ask(self) -> dict[str, str]:
        lost = self._why_lost()
        if lost is not None:
            return _unknown(lost)
        try:
            with self._store.writing(durable=False) as transaction:
                found = readiness.shortcomings(transaction)
        except StoreUnavailable as error:
            return _unknown(str(error))
        return {"database": _FINE, "schema": found.schema or _FINE, "keys": found.keys or _FINE}


def _unknown(reason: str) -> dict[str, str]:
    """The checks of a database that cannot be asked for that reason."""
    return {"database": reason, "schema": _UNKNOWN, "keys": _UNKNOWN}


def _answer(environ: Environ, start_response: StartResponse, status: str, body: Mapping[str, object]) -> list[bytes]:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        raise not_allowed("GET, HEAD")
    return respond(
        environ, start_response, status, JSON, f"{json.dumps(body)}\n".encode(), (("Cache-Control", "no-store"),)
    )
