"""The WSGI application: passes each request to the site at its path, and answers when there is none or it fails."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from lrs_soap.errors import StoreUnavailable
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.exchange.journal import Journal
from lrs_soap.server.http_request import Environ, HttpError
from lrs_soap.server.responses import PLAIN, SERVER_ERROR, UNAVAILABLE, Headers, respond
from lrs_soap.server.site import Site, StartResponse


class Application:
    """A router over sites, which is a WSGI application itself. Several threads may call it at the same time."""

    def __init__(self, sites: Iterable[Site], *, journal: Journal) -> None:
        """`journal` records requests on which a site fails. Raises ValueError if two sites have the same path."""
        self._at: dict[str, Site] = {}
        self._beneath: dict[str, Site] = {}
        for site in sites:
            is_folder = site.path.endswith("/") and site.path != "/"
            known, path = (self._beneath, site.path[:-1]) if is_folder else (self._at, site.path)
            if known.setdefault(path.lower(), site) is not site:
                raise ValueError(f"two sites are at {site.path}")
        listed = " and ".join(site.path for site in self._sites() if site.is_listed)
        self._nothing_here = f"There is nothing here; the service is at {listed}."
        self._journal = journal

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            # Most requests are for a site that is at the very path.
            site = self._at.get((environ.get("PATH_INFO") or "/").lower()) or self._site_for(environ)
            return site(environ, start_response)
        except HttpError as error:
            return _explain(environ, start_response, error.status, error.sentence, error.headers)
        except StoreUnavailable as error:  # before a site knew what to answer from: its caller need not know why
            failed = self._recorded(environ, UNAVAILABLE, error)
            sentence = f"The database cannot be used; the service's log says more under {failed.id}."
            return _explain(environ, start_response, UNAVAILABLE, sentence)
        except Exception as error:  # the caller gets a sentence and a reference, the journal the trace
            failed = self._recorded(environ, SERVER_ERROR, error)
            sentence = f"The service has failed; its log says more under {failed.id}."
            return _explain(environ, start_response, SERVER_ERROR, sentence)

    def reads_body(self, environ: Environ) -> bool:
        """Whether a large body has to be read before a request with this head is answered; `environ` may be changed."""
        try:
            return self._site_for(environ).reads_body(environ)
        except HttpError:
            return False

    def _site_for(self, environ: Environ) -> Site:
        """The site at a request's path, or above it. Raises HttpError where there is none."""
        path = environ.get("PATH_INFO") or "/"
        return self._at.get(path.lower()) or self._site_above(path, environ)

    def _recorded(self, environ: Environ, status: str, error: Exception) -> Exchange:
        failed = Exchange(path=str(environ.get("PATH_INFO")), status=int(status[:3]), error=error)
        self._journal.record(failed)
        return failed

    def _sites(self) -> Iterable[Site]:
        return (*self._at.values(), *self._beneath.values())

    def _site_above(self, path: str, environ: Environ) -> Site:
        """The site whose folder has this path. Adjusts the environment for it. Raises HttpError if there is none."""
        head = path
        while head:
            site = self._beneath.get(head.lower())
            if site is not None:
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + head
                environ["PATH_INFO"] = path[len(head) :]
                return site
            head = head.rpartition("/")[0]
        raise HttpError("404 Not Found", self._nothing_here)


def _explain(
    environ: Environ, start_response: StartResponse, status: str, sentence: str, headers: Headers = ()
) -> list[bytes]:
    def start(status: str, headers: list[tuple[str, str]]) -> None:
        # A site may have begun to answer. With this, the server replaces that answer if nothing of it was sent.
        start_response(status, headers, sys.exc_info())

    return respond(environ, start, status, PLAIN, f"{sentence}\n".encode(), headers)
