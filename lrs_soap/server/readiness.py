"""`/health/ready`: whether the service is ready, for a load balancer or a script that waits for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from lrs_soap.errors import StoreUnavailable
from lrs_soap.server.http_request import Environ
from lrs_soap.server.responses import OK, PLAIN, UNAVAILABLE, not_allowed, respond
from lrs_soap.server.site import StartResponse
from lrs_soap.store import readiness
from lrs_soap.store.store import Store

# If a writer waits longer than this for the database, it is not ready.
_PATIENCE_SECONDS = 1.0


class Readiness:
    """Answers 200 and `ready`, or 503 and a sentence that says why not, in plain text.

    A second line says how many lines of the log were lost, if any were. The service is ready all the same.
    """

    path = "/health/ready"
    is_listed = False

    def __init__(
        self,
        database_url: str,
        *,
        why_lost: Callable[[], str | None] = lambda: None,
        lines_lost: Callable[[], int] = lambda: 0,
    ) -> None:
        """`why_lost` says what has become of the database's file that the service has open."""
        # A store of its own, because it waits less long than requests do.
        self._store = Store(database_url, busy_timeout=_PATIENCE_SECONDS)
        self._why_lost = why_lost
        self._lines_lost = lines_lost
        self._asking = Lock()
        self._reason: str | None = "The first look at the database is not over."

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            raise not_allowed("GET, HEAD")
        reason = self._not_ready_because()
        status, text = (OK, "ready") if reason is None else (UNAVAILABLE, reason)
        lost = self._lines_lost()
        if lost:
            text = f"{text}\nThis process has lost {lost} {'line' if lost == 1 else 'lines'} of its log."
        headers = (("Cache-Control", "no-store"),)
        return respond(environ, start_response, status, PLAIN, f"{text}\n".encode(), headers)

    def reads_body(self, environ: Environ) -> bool:
        return False

    def _not_ready_because(self) -> str | None:
        # One thread at a time waits for the database. Others get the last result meanwhile.
        if self._asking.acquire(blocking=False):
            try:
                self._reason = self._ask()
            finally:
                self._asking.release()
        return self._reason

    def _ask(self) -> str | None:
        lost = self._why_lost()
        if lost is not None:
            return lost
        try:
            with self._store.writing(durable=False) as transaction:
                return readiness.not_ready_because(transaction)
        except StoreUnavailable as error:
            return str(error)
