"""One port at work: from the bytes of a request to the bytes of its answer; any exception becomes a fault."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from functools import partial
from typing import Any, TypeVar

from lxml import etree

from lrs_soap.clock import Clock
from lrs_soap.errors import BegunAnew, LrsError, Refused, TooOften
from lrs_soap.exchange.exchange import Exchange, Stage
from lrs_soap.rules.values.codes import FaultCode, ResponseCode
from lrs_soap.rules.values.finding import Finding
from lrs_soap.rules.values.quotation import LONGEST_IN_FAULT, quoted, shortened
from lrs_soap.scenarios.matching import Facts
from lrs_soap.wsdl import faults, reading, reading_r9, value_checks
from lrs_soap.wsdl.claims import claim_in
from lrs_soap.wsdl.declarations import Message
from lrs_soap.wsdl.envelope import DEFAULT_LIMITS, MarkupLimits, NotACall, UnknownCharset, addressing_in, open_envelope
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.faults import Envelope, FaultDetail
from lrs_soap.wsdl.port import Operation, Port
from lrs_soap.wsdl.request_facts import facts_in
from lrs_soap.wsdl.writing import Writer

# Makes what a service's function is called with, from the exchange, its operation, and the schema's errors of each
# malformed record of a batch, by the record's place from 0.
MakeCall = Callable[[Exchange, Operation, Mapping[int, tuple[str, ...]]], Any]

# Answers a valid request for an operation instead of the service.
Instead = Callable[[Operation, Message], Message]

# Is told that what was to be written is written. If it returns a function, that has to be called once when all others
# are told whose requests were written at the same time.
Answered = Callable[[], "Callable[[], None] | None"]

# Raises Refused if the service answers no request now.
Admit = Callable[[Exchange], None]

OK, SERVER_ERROR = 200, 500
_NO_ERRORS: Mapping[int, tuple[str, ...]] = {}
# Python looks an Enum's member up by its metaclass, which takes many times as long as a name of this module.
_READ, _DECIDED, _WRITTEN = Stage.READ, Stage.DECIDED, Stage.WRITTEN

_E = TypeVar("_E", bound="Endpoint")


class ActionNotSupported(LrsError):
    """R9: no operation has this SOAPAction, or the operation has another message."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class WriterNeeded(BaseException):
    """A service's function has something to write, and has to be called again by another thread: by `put`.

    Not an Exception, since nobody shall take it for a failure.
    """

    def __init__(self, put: Put) -> None:
        super().__init__()
        self.put = put


class Rest:
    """What is left of a request that writes: first `write`, in a thread that may wait, and then `finish`."""

    def __init__(
        self,
        put: Put,
        decide: Callable[[], Message],
        answer: Callable[[Message], None],
        refuse: Callable[[Exception], None],
        exchange: Exchange,
    ) -> None:
        """`decide` calls the service's function, `answer` and `refuse` set the exchange's answer."""
        self._put = put
        self._decide = decide
        self._answer = answer
        self._refuse = refuse
        self._exchange = exchange
        self._response: Message | None = None
        self._error: Exception | None = None

    def put(self, answer: Answered, *, is_large: bool) -> Callable[[], bool] | None:
        """Have another thread call `write`, and after that `answer`, which has `finish` called.

        Whoever waits for the same thread shall not wait longer because this request `is_large`. If a function is
        returned, it has to be called soon, and does this for all requests for which it was returned; while it returns
        True, it has to be called again, when one of them is answered.
        """
        return self._put(self, answer, is_large)

    def write(self) -> None:
        """Write what there is to be written. This raises nothing: `finish` makes a fault of an exception."""
        try:
            self._response = self._decide()
        except Exception as error:  # as in `Endpoint.begin`
            self._error = error

    def fail(self, error: Exception) -> None:
        """What was written is lost because of this error, and what was decided does not hold."""
        self._error = error
        self._exchange.decisions = ()

    def finish(self) -> None:
        """Answer the exchange, as `Endpoint.begin` does where nothing is to be written."""
        if self._error is None and self._response is not None:
            try:
                self._answer(self._response)
            except Exception as error:  # as in `Endpoint.begin`
                self._error = error
        if self._error is not None:
            self._refuse(self._error)
        self._exchange.mark(_WRITTEN)


# Takes what is left of a request, what is to be called after its `write`, and whether the request is large. Returns
# what `Rest.put` does.
Put = Callable[[Rest, Answered, bool], "Callable[[], bool] | None"]


class Endpoint(ABC):
    """Answers the requests of one port."""

    envelope: Envelope

    def __init__(
        self,
        port: Port,
        *,
        make_call: MakeCall,
        root_prefix: str,
        admit: Admit | None = None,
        limits: MarkupLimits = DEFAULT_LIMITS,
    ) -> None:
        """`admit` is called when the operation of a request is known, before the request is read."""
        self.operations = port.operations
        self._limits = limits
        self._make_call = make_call
        self._admit = admit
        self._by_request = {operation.request_tag: operation for operation in self.operations}
        self._writer = Writer(
            {operation.response_tag: operation.response for operation in self.operations}, root_prefix=root_prefix
        )

    def asking(self: _E, make_call: MakeCall, admit: Admit | None = None) -> _E:
        """An endpoint of the same port that asks others; what takes long to make is shared."""
        endpoint = copy(self)
        endpoint._make_call, endpoint._admit = make_call, admit
        return endpoint

    def answer(self, exchange: Exchange, charset: str | None, soap_action: str | None) -> None:
        """As `begin`, and go on in the same thread if there is something to be written."""
        rest = self.begin(exchange, charset, soap_action)
        if rest is not None:
            rest.write()
            rest.finish()

    def facts(self, raw: bytes, charset: str | None, soap_action: str | None) -> Facts:
        """What a request says, as far as it can be read: of one that cannot be parsed, nothing."""
        try:
            child = open_envelope(raw, charset, self._limits)
        except (NotACall, UnknownCharset):
            return Facts()
        operation: str | None = None
        with suppress(Refused, ActionNotSupported):
            operation = self._operation(child, soap_action).name
        return facts_in(child, operation)

    def refuse(
        self, exchange: Exchange, charset: str | None, soap_action: str | None, code: FaultCode | ResponseCode
    ) -> None:
        """Answer `exchange.request` with this fault, as this port writes it, whatever is in the request."""
        child: etree._Element | None = None
        with suppress(NotACall, UnknownCharset):
            child = open_envelope(exchange.request, charset, self._limits)
        if child is not None:
            with suppress(Refused, ActionNotSupported):
                exchange.operation = self._operation(child, soap_action).name
        exchange.claim = claim_in(exchange.request, child)
        exchange.status = SERVER_ERROR
        local_name = "" if child is None else etree.QName(child).localname
        exchange.answer = self._fault_of(code, exchange, local_name, soap_action)
        exchange.mark(_WRITTEN)

    def fail(self, exchange: Exchange, error: Exception) -> None:
        """Answer `exchange.request` as one on which the service has failed with this error."""
        exchange.claim = claim_in(exchange.request, None)
        self._refuse(exchange, "", error)
        exchange.mark(_WRITTEN)

    def begin(
        self, exchange: Exchange, charset: str | None, soap_action: str | None, *, instead: Instead | None = None
    ) -> Rest | None:
        """Answer `exchange.request`: sets `status`, `answer`, and what becomes known of the request.

        Where something is to be written, that is the rest, and the answer is there once that was done.
        `charset` and `soap_action` come from the HTTP headers. `instead` answers a valid request instead of the
        service. Raises UnknownCharset and TooOften, for which SOAP has no fault, and nothing else.
        """
        child: etree._Element | None = None
        try:
            child = open_envelope(exchange.request, charset, self._limits)
            operation = self._operation(child, soap_action)
            exchange.operation = operation.name
            if self._admit is not None and instead is None:
                self._admit(exchange)
            request, facet_errors = self._read(operation, child, exchange)
            exchange.mark(_READ)
            if instead is not None:
                exchange.claim = claim_in(exchange.request, child)
                self._answer(operation, exchange, instead(operation, request))
                exchange.mark(_WRITTEN)
                return None
            call = self._make_call(exchange, operation, facet_errors)
            self._answer(operation, exchange, _decided(operation, call, request))
        except WriterNeeded as needed:
            return Rest(
                needed.put,
                partial(_decided, operation, call, request),
                partial(self._answer, operation, exchange),
                partial(self._refuse, exchange, etree.QName(operation.request_tag).localname),
                exchange,
            )
        except UnknownCharset:
            exchange.claim = claim_in(exchange.request, None)
            raise
        except TooOften:
            raise
        except Exception as error:  # the caller gets a fault, and the log the trace
            exchange.claim = exchange.claim or claim_in(exchange.request, child)
            self._refuse(exchange, "" if child is None else etree.QName(child).localname, error)
        exchange.mark(_WRITTEN)
        return None

    def _answer(self, operation: Operation, exchange: Exchange, response: Message) -> None:
        exchange.mark(_DECIDED)
        exchange.answer = self.envelope.wrap(self._writer.write(operation.response_tag, response))
        exchange.status = OK

    def _refuse(self, exchange: Exchange, local_name: str, error: Exception) -> None:
        exchange.status = SERVER_ERROR
        if isinstance(error, NotACall):
            exchange.code = error.fault
            exchange.findings.append(error.loggable)
            exchange.answer = self.envelope.soap_fault(error.fault, error.sentence)
        else:
            exchange.answer = self._fault(error, exchange, local_name)

    @abstractmethod
    def _operation(self, child: etree._Element, soap_action: str | None) -> Operation:
        """The operation of a request. Raises Refused or ActionNotSupported if there is none."""

    @abstractmethod
    def _read(
        self, operation: Operation, child: etree._Element, exchange: Exchange
    ) -> tuple[Message, Mapping[int, tuple[str, ...]]]:
        """The request, and the schema's errors of each malformed record. Raises Refused if the request is invalid."""

    @abstractmethod
    def _fault(self, error: Exception, exchange: Exchange, local_name: str) -> bytes:
        """The fault for an exception that is not about SOAP; `local_name` is that of the body's child."""

    @abstractmethod
    def _fault_of(
        self, code: FaultCode | ResponseCode, exchange: Exchange, local_name: str, soap_action: str | None
    ) -> bytes:
        """The fault that this port has for a code; `local_name` is that of the body's child."""


def _decided(operation: Operation, call: Any, request: Message) -> Message:
    """The answer of the service's function, which is called again where the world has begun anew."""
    try:
        answer: Message = operation.function(call, request)
    except BegunAnew:
        call.begin_again()
        return _decided(operation, call, request)
    return answer


class LearnerServiceEndpoint(Endpoint):
    """LearnerService.svc: the body alone tells the operation, and requests are validated by the schema."""

    envelope = faults.LEARNER_SERVICE

    def __init__(
        self,
        port: Port,
        *,
        make_call: MakeCall,
        clock: Clock,
        admit: Admit | None = None,
        lenience: Callable[[], tuple[bool, bool]],
        fault_detail: FaultDetail = "observed",
        replaced: Mapping[tuple[type[Message], str], Facet] | None = None,
        most_records: int = reading.MOST_RECORDS,
        limits: MarkupLimits = DEFAULT_LIMITS,
    ) -> None:
        """`lenience` is asked at each request for `strict` and `records_apart`.

        Both, `replaced` and `most_records` are `reading.Reader`'s, and `fault_detail` is `faults`'.
        """
        super().__init__(port, make_call=make_call, root_prefix="ns2", admit=admit, limits=limits)
        self._clock = clock
        self._fault_detail: FaultDetail = fault_detail
        self._lenience = lenience
        reader = reading.Reader(
            {operation.request_tag: operation.request for operation in self.operations},
            replaced=replaced,
            most_records=most_records,
        )
        self._readers = {
            (strict, records_apart): reader.judging(strict=strict, records_apart=records_apart)
            for strict in (True, False)
            for records_apart in (True, False)
        }

    def by(self, clock: Clock, lenience: Callable[[], tuple[bool, bool]]) -> LearnerServiceEndpoint:
        """An endpoint that goes by another clock and another policy; what takes long to make is shared."""
        endpoint = copy(self)
        endpoint._clock, endpoint._lenience = clock, lenience
        return endpoint

    def _operation(self, child: etree._Element, soap_action: str | None) -> Operation:
        operation = self._by_request.get(child.tag)
        if operation is None:
            raise Refused(FaultCode.UNKNOWN_REQUEST.value, FaultCode.UNKNOWN_REQUEST.text)
        return operation

    def _read(
        self, operation: Operation, child: etree._Element, exchange: Exchange
    ) -> tuple[Message, Mapping[int, tuple[str, ...]]]:
        result = self._readers[self._lenience()].read(child)
        if result.findings:
            exchange.findings += [finding.loggable for finding in result.findings]
        if result.violations:
            exchange.findings += [violation.loggable for violation in result.violations]
            raise Refused(FaultCode.INVALID_REQUEST.value, FaultCode.INVALID_REQUEST.text, result.violations[0].message)
        if not result.records:
            return result.message, _NO_ERRORS
        facet_errors = {place: tuple(each.message for each in found) for place, found in result.records.items()}
        return result.message, facet_errors

    def _fault(self, error: Exception, exchange: Exchange, local_name: str) -> bytes:
        if isinstance(error, Refused):
            code, description, details = error.code, error.description, error.details
            exchange.findings += error.findings
        else:
            unknown = FaultCode.UNKNOWN_EXCEPTION
            code, description, details = unknown.value, unknown.text, exchange.id
            exchange.error = error
        return self._written(exchange, code, description, details, local_name)

    def _fault_of(
        self, code: FaultCode | ResponseCode, exchange: Exchange, local_name: str, soap_action: str | None
    ) -> bytes:
        details = exchange.id if code is FaultCode.UNKNOWN_EXCEPTION else ""
        return self._written(exchange, code.value, code.text, details, local_name)

    def _written(self, exchange: Exchange, code: str, description: str, details: str, local_name: str) -> bytes:
        exchange.code = code
        return faults.miap_api_exception(
            code,
            description,
            details,
            operation=shortened(local_name, LONGEST_IN_FAULT),
            moment=self._clock.now(),
            detail=self._fault_detail,
        )


class R9Endpoint(Endpoint):
    """LearnerServiceR9.svc: the SOAPAction tells the operation, and requests are read as WCF reads them."""

    envelope = faults.R9

    def __init__(
        self, port: Port, *, make_call: MakeCall, admit: Admit | None = None, limits: MarkupLimits = DEFAULT_LIMITS
    ) -> None:
        super().__init__(port, make_call=make_call, root_prefix="", admit=admit, limits=limits)
        self._by_action = {operation.soap_action: operation for operation in self.operations}
        self._reader = reading_r9.Reader({operation.request_tag: operation.request for operation in self.operations})

    def _operation(self, child: etree._Element, soap_action: str | None) -> Operation:
        action = _unquoted(soap_action)
        operation = self._by_action.get(action)
        if operation is None or operation.request_tag != child.tag:
            raise ActionNotSupported(action)
        return operation

    def _read(
        self, operation: Operation, child: etree._Element, exchange: Exchange
    ) -> tuple[Message, Mapping[int, tuple[str, ...]]]:
        exchange.findings += [
            f"The envelope has the header {name}, which WCF does not take over plain HTTP."
            for name in addressing_in(child)
        ]
        request = self._reader.read(child)
        violations = value_checks.violations(request, operation.checks)
        if violations:
            raise Refused(FaultCode.INVALID_REQUEST.value, FaultCode.INVALID_REQUEST.text, violations[0], violations)
        return request, {}

    def _fault(self, error: Exception, exchange: Exchange, local_name: str) -> bytes:
        if isinstance(error, Refused):
            exchange.code = error.code
            exchange.findings += error.findings
            return faults.domain_fault(error.code, error.description)
        if isinstance(error, ActionNotSupported):
            return _action_not_supported(exchange, error.action)
        if isinstance(error, reading_r9.DeserializationFailed):
            exchange.code = "DeserializationFailed"
            exchange.findings.append(Finding(f"{error.subject} {error.what}", error.subject))
            return faults.wcf_fault(exchange.code, str(error))
        exchange.error = error
        return _internal_service_fault(exchange)

    def _fault_of(
        self, code: FaultCode | ResponseCode, exchange: Exchange, local_name: str, soap_action: str | None
    ) -> bytes:
        if code is FaultCode.UNKNOWN_REQUEST:
            return _action_not_supported(exchange, _unquoted(soap_action))
        if code is FaultCode.UNKNOWN_EXCEPTION:
            return _internal_service_fault(exchange)
        exchange.code = code.value
        return faults.domain_fault(code.value, code.text)


def _unquoted(soap_action: str | None) -> str:
    action = (soap_action or "").strip()
    return action[1:-1] if len(action) > 1 and action[0] == action[-1] == '"' else action


def _action_not_supported(exchange: Exchange, action: str) -> bytes:
    exchange.code = "ActionNotSupported"
    return faults.wcf_fault(exchange.code, _ACTION_NOT_SUPPORTED.format(action=quoted(action)))


def _internal_service_fault(exchange: Exchange) -> bytes:
    exchange.code = "InternalServiceFault"
    return faults.wcf_fault(exchange.code, f"{_INTERNAL_ERROR} The reference of this failure is {exchange.id}.")


# WCF's own sentences.
_ACTION_NOT_SUPPORTED = (
    "The message with Action {action} cannot be processed at the receiver, due to a ContractFilter mismatch at the "
    "EndpointDispatcher. This may be because of either a contract mismatch (mismatched Actions between sender and "
    "receiver) or a binding/security mismatch between the sender and the receiver.  Check that sender and receiver "
    "have the same contract and the same binding (including security requirements, e.g. Message, Transport, None)."
)
_INTERNAL_ERROR = "The server was unable to process the request due to an internal error."
