"""A SOAP port as a site: POST calls an operation, GET fetches the WSDL or a help page."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from lrs_soap.errors import TooOften
from lrs_soap.exchange.exchange import MAIN_WORLD, Exchange, Origin, Stage
from lrs_soap.exchange.journal import Journal
from lrs_soap.rules.batches.jobs import JobFate
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.finding import Finding
from lrs_soap.scenarios.answerable import fault_named, response_named
from lrs_soap.scenarios.matching import Facts, Hit
from lrs_soap.scenarios.scenario import Do, Polls
from lrs_soap.server.delivery import Cut, Delivery
from lrs_soap.server.error_page import error_page
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.http_request import (
    CERTIFICATE_SUBJECT,
    DELIVER,
    FOUND,
    HANDS_OVER,
    HOLD_BACK,
    SENT_AGAIN,
    Environ,
    HandedOver,
    HttpError,
    address_of,
    body_of,
    caller_of,
    charset_of,
    check_head,
    head_of,
    root_of,
)
from lrs_soap.server.maintenance_page import MAINTENANCE_STATUS, MAINTENANCE_TYPE, MaintenancePage, page_at
from lrs_soap.server.responses import HTML, OK, PLAIN, SERVER_ERROR, XML, Headers, not_allowed, page, respond
from lrs_soap.server.scenario_gate import Count, ScenarioGate
from lrs_soap.server.site import StartResponse
from lrs_soap.services.answers_instead import answer_instead
from lrs_soap.wsdl.claims import claim_in
from lrs_soap.wsdl.declarations import Message
from lrs_soap.wsdl.document import WsdlDocument
from lrs_soap.wsdl.endpoint import Endpoint, Instead, Rest
from lrs_soap.wsdl.envelope import UnknownCharset
from lrs_soap.wsdl.port import Operation

EXCHANGE_HEADER = "LRS-Exchange"
"""The header of an answer by which the journal and the log know the exchange."""

_LARGE_BYTES = 256 * 1024
# Python looks an Enum's member up by its metaclass, which takes many times as long as a name of this module.
_RECEIVED = Stage.RECEIVED
_SOAP = Origin.SOAP
_IS_XML = ("Content-Type", XML)
_MISSES = frozenset({FaultCode.UNKNOWN_ORGANISATION.value, FaultCode.INCORRECT_PASSWORD.value})
_STATUS = {200: OK, 500: SERVER_ERROR}
_FETCHED_BY = "GET, HEAD"
_WSDL_QUERIES = ("wsdl", "singlewsdl")


class SoapPort:
    """The endpoint, WSDL and help page of one port, at one path."""

    is_listed = True

    def __init__(
        self,
        path: str,
        endpoint: Endpoint,
        document: WsdlDocument,
        *,
        journal: Journal,
        max_body_bytes: int,
        trusted_proxies: frozenset[str] = frozenset(),
        client_certificate: bool = False,
        guessing: Guessing | None = None,
        maintenance: MaintenancePage | None = None,
        gate: ScenarioGate | None = None,
        world: str = MAIN_WORLD,
    ) -> None:
        """`journal` records each exchange. `client_certificate`: HTTPS asks for one, and the WSDL says so.

        `maintenance` is the page that is answered to every POST during maintenance, whatever is in it; without it the
        endpoint answers then, too. `gate` says which scenario steps in for a request; without it none does.
        """
        self.path = path
        self._endpoint = endpoint
        self._document = document
        self._journal = journal
        self._max_body_bytes = max_body_bytes
        self._trusted_proxies = trusted_proxies
        self._client_certificate = client_certificate
        self._guessing = guessing
        self._maintenance = maintenance
        self._gate = gate
        self._world = world

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "POST":
            return self._post(environ, start_response)
        if method in ("GET", "HEAD"):
            return self._get(environ, start_response)
        raise not_allowed(f"{_FETCHED_BY}, POST")

    def reads_body(self, environ: Environ) -> bool:
        if environ["REQUEST_METHOD"] != "POST":
            return False
        try:
            check_head(environ, self._max_body_bytes)
        except HttpError:
            return False
        return True

    def _post(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        counted = environ.get(FOUND)
        if not isinstance(counted, Count) or counted.is_void:
            # By position, which takes less time.
            exchange = environ.get(SENT_AGAIN) or Exchange(
                _SOAP,
                self._world,
                self.path,
                environ.get(CERTIFICATE_SUBJECT),
                caller_of(environ, self._trusted_proxies),
                head_of(environ),
            )
            counted = None
        else:
            exchange = counted.exchange
        try:
            if counted is None and self._gate is not None and self._gate.may_step_in(environ):
                counted = self._count(environ, exchange, self._gate)
                if counted.error is not None:
                    self._endpoint.fail(exchange, counted.error)
                    return self._send(environ, start_response, exchange)
            hit = None if counted is None else counted.hit
            if hit is not None:
                answered = self._step_in(environ, start_response, exchange, hit)
                if answered is not None:
                    return answered
            closed = None if self._maintenance is None else self._maintenance.in_place_of(exchange)
            if closed is not None:
                return self._show_maintenance(environ, start_response, exchange, closed)
            charset = charset_of(environ)
            if counted is None:
                self._receive(environ, exchange)
            elif counted.refusal is not None:
                raise counted.refusal
            instead = None if hit is None else _instead(exchange, hit)
            rest = self._endpoint.begin(exchange, charset, environ.get("HTTP_SOAPACTION"), instead=instead)
        except HttpError as error:
            exchange.findings.append(error.sentence)
            self._record_refusal(exchange, error)
            raise
        except UnknownCharset as error:
            exchange.findings.append(Finding(str(error), "The charset is not known."))
            refusal = HttpError("415 Unsupported Media Type", str(error))
            self._record_refusal(exchange, refusal)
            raise refusal from error
        except TooOften as error:
            exchange.findings.append(str(error))
            refusal = HttpError("429 Too Many Requests", str(error), (("Retry-After", str(error.seconds)),))
            self._record_refusal(exchange, refusal)
            self._hold_back(environ, exchange, is_right=True)
            raise refusal from error
        if rest is not None:
            return self._write(environ, start_response, exchange, rest)
        return self._answered(environ, start_response, exchange)

    def _receive(self, environ: Environ, exchange: Exchange) -> None:
        exchange.request = body_of(environ, self._max_body_bytes)
        exchange.mark(_RECEIVED)

    def _count(self, environ: Environ, exchange: Exchange, gate: ScenarioGate) -> Count:
        """Count a request for the scenarios that it fits, whatever else will become of it.

        Raises HttpError and HandedOver, as the gate does.
        """
        refusal: HttpError | None = None
        facts = Facts()
        try:
            charset = charset_of(environ)
            self._receive(environ, exchange)
            facts = self._endpoint.facts(exchange.request, charset, environ.get("HTTP_SOAPACTION"))
            exchange.operation = facts.operation
        except HttpError as error:
            refusal = error
        return gate.count(environ, facts, exchange, refusal)

    def _step_in(
        self, environ: Environ, start_response: StartResponse, exchange: Exchange, hit: Hit
    ) -> list[bytes] | None:
        """Do what a scenario does before the service answers; None where the service goes on to answer."""
        assert self._gate is not None
        exchange.scenario = hit.name
        do = hit.do
        if hit.delay:
            _function_of(environ, HOLD_BACK)(hit.delay)
        if do.drop is not None or do.drip is not None:
            _function_of(environ, DELIVER)(_delivery(do))
        exchange.claim = claim_in(exchange.request, None)
        if do.maintenance:
            return self._show_maintenance(environ, start_response, exchange, page_at(self._gate.now(), exchange))
        if do.http is not None:
            status, content_type, body = error_page(do.http, do.body, do.content_type)
            return self._show(environ, start_response, exchange, status, content_type, body)
        if do.drop == "before":
            self._journal.record(exchange)
            return respond(environ, start_response, OK, PLAIN, b"")
        exchange.job_fate = _fate(do)
        fault = None if do.fault is None else fault_named(do.fault)
        if fault is None:
            return None
        self._endpoint.refuse(exchange, _charset_or_none(environ), environ.get("HTTP_SOAPACTION"), fault)
        return self._send(environ, start_response, exchange)

    def _show_maintenance(
        self, environ: Environ, start_response: StartResponse, exchange: Exchange, page: bytes
    ) -> list[bytes]:
        allow = (("Allow", _FETCHED_BY),)
        return self._show(environ, start_response, exchange, MAINTENANCE_STATUS, MAINTENANCE_TYPE, page, allow)

    def _show(
        self,
        environ: Environ,
        start_response: StartResponse,
        exchange: Exchange,
        status: str,
        content_type: str,
        body: bytes,
        headers: Headers = (),
    ) -> list[bytes]:
        """Answer with what is not SOAP."""
        exchange.answer, exchange.status = body, int(status[:3])
        headers = (*headers, (EXCHANGE_HEADER, exchange.id))
        exchange.answer_headers = (("Content-Type", content_type), *headers)
        self._journal.record(exchange)
        return respond(environ, start_response, status, content_type, body, headers)

    def _write(self, environ: Environ, start_response: StartResponse, exchange: Exchange, rest: Rest) -> list[bytes]:
        """Do what is to be written, or have it done by another thread where the server can do without this one."""

        def finish(environ: Environ, start_response: StartResponse) -> list[bytes]:
            rest.finish()
            return self._answered(environ, start_response, exchange)

        if environ.get(HANDS_OVER):
            is_large = len(exchange.request) >= _LARGE_BYTES
            raise HandedOver(lambda answer: rest.put(answer, is_large=is_large), finish, is_large=is_large)
        rest.write()
        return finish(environ, start_response)

    def _answered(self, environ: Environ, start_response: StartResponse, exchange: Exchange) -> list[bytes]:
        if exchange.author is not None or exchange.code in _MISSES:
            self._hold_back(environ, exchange, is_right=exchange.author is not None)
        return self._send(environ, start_response, exchange)

    def _send(self, environ: Environ, start_response: StartResponse, exchange: Exchange) -> list[bytes]:
        headers = ((EXCHANGE_HEADER, exchange.id),)
        exchange.answer_headers = (_IS_XML, *headers)
        # Taken first, because a journal keeps it packed.
        answer = exchange.answer
        self._journal.record(exchange)
        return respond(environ, start_response, _STATUS[exchange.status], XML, answer, headers)

    def _record_refusal(self, exchange: Exchange, refusal: HttpError) -> None:
        """Record an exchange that ends with an HTTP error, which gets the exchange's header."""
        refusal.headers = (*refusal.headers, (EXCHANGE_HEADER, exchange.id))
        exchange.status = int(refusal.status[:3])
        exchange.answer = f"{refusal.sentence}\n".encode()
        exchange.answer_headers = (("Content-Type", PLAIN), *refusal.headers)
        self._journal.record(exchange)

    def _hold_back(self, environ: Environ, exchange: Exchange, *, is_right: bool) -> None:
        """Have the server hold the answer for a while, if this caller has missed passwords too often."""
        hold_back = environ.get(HOLD_BACK)
        if self._guessing is None or hold_back is None or exchange.claim is None or exchange.again_of is not None:
            return
        if is_right and not self._guessing.has_misses:
            return
        caller = caller_of(environ, self._trusted_proxies)
        seconds = self._guessing.held_seconds(exchange.claim.organisation or "", caller, is_right=is_right)
        if seconds:
            hold_back(seconds)

    def _get(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        query = environ.get("QUERY_STRING") or ""
        if not query:
            return respond(environ, start_response, OK, HTML, self._help_page(root_of(environ)))
        names = [name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)]
        if not any(name in _WSDL_QUERIES for name in names):
            raise HttpError("404 Not Found", "There is nothing here by that query; the WSDL is at ?wsdl.")
        address = address_of(environ, self._trusted_proxies)
        document = self._document.at(
            address.base, https=address.scheme == "https", client_certificate=self._client_certificate
        )
        return respond(environ, start_response, OK, XML, document)

    def _help_page(self, root: str) -> bytes:
        operations = "".join(f"<li>{escape(operation.name)}</li>" for operation in self._endpoint.operations)
        path = escape(root + self.path)
        return page(
            escape(self.path.strip("/")),
            f'<p>A SOAP 1.1 service: POST messages to this address. Its WSDL: <a href="{path}?wsdl">{path}?wsdl</a>, '
            f'<a href="{path}?singleWsdl">{path}?singleWsdl</a>.</p><p>Its operations:</p><ul>{operations}</ul>'
            f'<p><a href="{escape(root)}/">All services</a></p>',
        )


def _function_of(environ: Environ, name: str) -> Callable[[Any], None]:
    """A function by which the server delivers answers. Raises HttpError where it is another server."""
    function: Callable[[Any], None] | None = environ.get(name)
    if function is None:
        raise HttpError("501 Not Implemented", "This scenario needs the server of lrs-soap serve.")
    return function


def _delivery(do: Do) -> Delivery:
    """How an answer is delivered that is dropped, or drips."""
    if do.drop is None:
        return Delivery(bytes_a_second=do.drip)
    return Delivery(cut=Cut.HALF if do.drop == "midway" else Cut.NOTHING, resets=do.how == "reset")


def _fate(do: Do) -> JobFate | None:
    if do.job is None:
        return None
    return JobFate(withheld=do.job.polls) if isinstance(do.job, Polls) else JobFate(do.job == "hang", do.job == "fail")


def _charset_or_none(environ: Environ) -> str | None:
    try:
        return charset_of(environ)
    except HttpError:
        return None


def _instead(exchange: Exchange, hit: Hit) -> Instead | None:
    """What answers instead of the service, where a scenario says the response code."""
    code = None if hit.do.response_code is None else response_named(hit.do.response_code)
    if code is None:
        return None

    def instead(operation: Operation, request: Message) -> Message:
        exchange.decide(Decision(code))
        return answer_instead(operation, request, code)

    return instead
