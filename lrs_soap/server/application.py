"""The service as a WSGI application: paths, methods, WSDLs, and what is answered where there is no SOAP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape as html_escape
from typing import Any
from urllib.parse import parse_qsl

from lrs_soap.exchange.exchange import Exchange
from lrs_soap.server.http_request import CERTIFICATE_SUBJECT, Environ, HttpError, address_of, body_of, charset_of
from lrs_soap.wsdl.document import WsdlDocument
from lrs_soap.wsdl.endpoint import Endpoint
from lrs_soap.wsdl.envelope import UnknownCharset

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

XML = "text/xml; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_STATUS = {200: "200 OK", 500: "500 Internal Server Error"}
_WSDL_QUERIES = ("wsdl", "singlewsdl")


@dataclass(frozen=True, slots=True)
class Mount:
    """What is served at a path: a port's endpoint and its WSDL."""

    path: str
    endpoint: Endpoint
    document: WsdlDocument


class Application:
    """The WSGI application. Safe to call from several threads."""

    def __init__(
        self,
        mounts: Iterable[Mount],
        *,
        log: Callable[[Exchange], None],
        max_body_bytes: int,
        trusted_proxies: frozenset[str] = frozenset(),
        client_certificate: bool = False,
    ) -> None:
        """`log` is told of each exchange when its answer is made; `client_certificate` whether HTTPS asks for one."""
        self._mounts: Mapping[str, Mount] = {mount.path.lower(): mount for mount in mounts}
        self._log = log
        self._max_body_bytes = max_body_bytes
        self._trusted_proxies = trusted_proxies
        self._client_certificate = client_certificate

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        method = environ["REQUEST_METHOD"]
        try:
            if method == "POST":
                return self._post(environ, start_response)
            if method in ("GET", "HEAD"):
                return self._get(environ, start_response)
            raise _not_allowed("GET, HEAD, POST")
        except HttpError as error:
            body = f"{error.sentence}\n".encode()
            return _respond(start_response, error.status, _PLAIN, body, method, error.headers)
        except Exception as error:  # whoever asks gets a sentence and a reference, the log the rest
            failure = Exchange(path=str(environ.get("PATH_INFO")), status=500, error=error)
            self._log(failure)
            body = f"The service has failed; its log says more under {failure.id}.\n".encode()
            return _respond(start_response, _STATUS[500], _PLAIN, body, method)

    def _post(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        mount = self._mount(environ)
        exchange = Exchange(path=mount.path, certificate=environ.get(CERTIFICATE_SUBJECT))
        try:
            charset = charset_of(environ)
            exchange.request = body_of(environ, self._max_body_bytes)
            mount.endpoint.answer(exchange, charset, environ.get("HTTP_SOAPACTION"))
        except HttpError as error:
            exchange.status = int(error.status[:3])
            exchange.findings.append(error.sentence)
            raise
        except UnknownCharset as error:
            exchange.status = 415
            exchange.findings.append(str(error))
            raise HttpError("415 Unsupported Media Type", str(error)) from error
        finally:
            self._log(exchange)
        return _respond(start_response, _STATUS[exchange.status], XML, exchange.answer, "POST")

    def _get(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        method = environ["REQUEST_METHOD"]
        address = address_of(environ, self._trusted_proxies)
        query = environ.get("QUERY_STRING") or ""
        if not query and (environ.get("PATH_INFO") or "/") == "/":
            return _respond(start_response, _STATUS[200], _HTML, _front_page(self._mounts.values()), method)
        mount = self._mount(environ)
        if not query:
            return _respond(start_response, _STATUS[200], _HTML, _help_page(mount), method)
        names = [name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)]
        if not any(name in _WSDL_QUERIES for name in names):
            raise HttpError("404 Not Found", "There is nothing here by that query; the WSDL is at ?wsdl.")
        document = mount.document.at(
            address.base, https=address.scheme == "https", client_certificate=self._client_certificate
        )
        return _respond(start_response, _STATUS[200], XML, document, method)

    def _mount(self, environ: Environ) -> Mount:
        path = str(environ.get("SCRIPT_NAME") or "") + str(environ.get("PATH_INFO") or "")
        mount = self._mounts.get(path.lower())
        if mount is None:
            if path in ("", "/"):
                raise _not_allowed("GET, HEAD")
            paths = " and ".join(each.path for each in self._mounts.values())
            raise HttpError("404 Not Found", f"There is nothing here; the service is at {paths}.")
        return mount


def _not_allowed(methods: str) -> HttpError:
    return HttpError("405 Method Not Allowed", f"This can be asked by {methods} only.", (("Allow", methods),))


def _respond(
    start_response: StartResponse,
    status: str,
    content_type: str,
    body: bytes,
    method: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> list[bytes]:
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers])
    return [] if method == "HEAD" else [body]


def _page(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{body}</body></html>\n"
    ).encode()


def _front_page(mounts: Iterable[Mount]) -> bytes:
    links = "".join(f'<li><a href="{html_escape(m.path)}">{html_escape(m.path)}</a></li>' for m in mounts)
    return _page("lrs-soap", f"<p>The Learning Records Service on your own machine.</p><ul>{links}</ul>")


def _help_page(mount: Mount) -> bytes:
    operations = "".join(f"<li>{html_escape(operation.name)}</li>" for operation in mount.endpoint.operations)
    path = html_escape(mount.path)
    return _page(
        html_escape(mount.path.strip("/")),
        f'<p>A SOAP 1.1 service: POST messages to this address. Its WSDL: <a href="{path}?wsdl">{path}?wsdl</a>, '
        f'<a href="{path}?singleWsdl">{path}?singleWsdl</a>.</p><p>Its operations:</p><ul>{operations}</ul>'
        '<p><a href="/">All services</a></p>',
    )
