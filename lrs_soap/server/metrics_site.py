"""`/metrics`: what a Prometheus server reads of this server, every few seconds."""

from __future__ import annotations

from threading import Lock

from lrs_soap.batch.backlog import Backlog, BacklogReader
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.server.admission import facts_of
from lrs_soap.server.http_request import Environ, HttpError
from lrs_soap.server.responses import OK, not_allowed, respond
from lrs_soap.server.shared import Shared
from lrs_soap.server.site import StartResponse
from lrs_soap.settings import Settings
from lrs_soap.web.access import Admission, refusal
from lrs_soap.world import Worlds

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_REFUSAL = "Only this server's own machine may read its metrics, and through no proxy, unless metrics = open."


class MetricsSite:
    """Lets in whoever may look, and answers with all metrics in Prometheus's text format."""

    path = "/metrics"
    is_listed = False

    def __init__(self, settings: Settings, worlds: Worlds, metrics: Metrics, shared: Shared) -> None:
        # As with the control interface, nobody is known to ask from this machine where there are proxies.
        is_open = settings.metrics == "open"
        self._admission = None if is_open else Admission(is_proxied=bool(settings.trusted_proxies))
        self._trusted_proxies = frozenset(settings.trusted_proxies)
        self._metrics = metrics
        self._shared = shared
        self._backlog_reader = BacklogReader(settings.database_url, worlds)
        self._backlog: Backlog | None = None
        self._reading = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            raise not_allowed("GET, HEAD")
        if self._admission is not None and refusal(self._admission, facts_of(environ, self._trusted_proxies)):
            raise HttpError("403 Forbidden", _REFUSAL)
        # It takes long to import, and most servers are never asked.
        from lrs_soap.server.exposition import exposition

        self._metrics.flush()
        text = exposition(self._metrics, self._shared, self._backlog_now())
        return respond(environ, start_response, OK, _CONTENT_TYPE, text, (("Cache-Control", "no-store"),))

    def reads_body(self, environ: Environ) -> bool:
        return False

    def _backlog_now(self) -> Backlog | None:
        # One thread at a time waits for databases. Others get the last result meanwhile.
        if self._reading.acquire(blocking=False):
            try:
                self._backlog = self._backlog_reader.read()
            finally:
                self._reading.release()
        return self._backlog
