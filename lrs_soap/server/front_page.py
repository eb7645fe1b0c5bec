"""The front page: links to what this server has."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from lrs_soap.server.http_request import Environ, root_of
from lrs_soap.server.responses import HTML, OK, not_allowed, page, respond
from lrs_soap.server.site import Site, StartResponse


class FrontPage:
    """A page at `/` with a link to each site that is listed, and to the portal if there is one."""

    path = "/"
    is_listed = False

    def __init__(self, sites: Iterable[Site], *, portal: str | None = None) -> None:
        """`portal` is the path of the portal, which is for people and therefore no part of the service's addresses."""
        self._paths = [site.path for site in sites if site.is_listed]
        if portal is not None:
            self._paths.append(portal)

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        # The front page has no documents to ask for, so a query is refused like another method.
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("QUERY_STRING"):
            raise not_allowed("GET, HEAD")
        root = root_of(environ)
        links = "".join(f'<li><a href="{escape(root + path)}">{escape(path)}</a></li>' for path in self._paths)
        body = page("lrs-soap", f"<p>The Learning Records Service on your own machine.</p><ul>{links}</ul>")
        return respond(environ, start_response, OK, HTML, body)

    def reads_body(self, environ: Environ) -> bool:
        return False
