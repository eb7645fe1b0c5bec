"""A port: its operations, each declared at the function that answers it, and what the contract says of the whole.

    _service = ServiceDeclaration("LearnerPortType")

    @_service.operation("learnerByULN", roles={Role.ONLINE_USER, Role.VIEW_ONLY_USER}, element="FindLearnerByULN")
    def learner_by_uln(call: Call, request: findmsg.LearnerByULNRqst) -> findmsg.FindLearnerResp: ...

    LEARNER_SERVICE = _service.port(name="LearnerServiceProxy", path="/LearnerService.svc", fault=MIAPAPIException)

The messages are those of the function's annotations. Operations stand in the WSDL in the order of their functions. A
declaration that lacks something raises TypeError when its module is imported, so that no server starts with it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from types import new_class
from typing import Any, TypeVar, get_type_hints

from lrs_soap.rules.values.organisation import Role
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import DataContract, Message, SimpleType, fields_of, original
from lrs_soap.wsdl.spyne import MethodDescriptor, Service, rpc
from lrs_soap.wsdl.value_checks import Check

F = TypeVar("F", bound=Callable[[Any, Any], Message])


@dataclass(frozen=True, slots=True)
class PublishedMessage:
    """An input, output or fault of an operation, in the WSDL.

    `name` is the name of the input, output or fault; inputs and outputs may have none. `message` and `part` are the
    names of its message and of the message's part, `tag` is the part's element in Clark's notation, `action` the
    wsaw:Action.
    """

    name: str | None
    message: str
    part: str
    tag: str
    action: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a port.

    `name` is its name on the wire, `function` answers it. An organisation needs one of `roles`. `checks` are made on
    the values of a request, by field, in the contract's order.
    """

    name: str
    function: Callable[[Any, Any], Message]
    request: type[Message]
    response: type[Message]
    input: PublishedMessage
    output: PublishedMessage
    roles: frozenset[Role]
    checks: Mapping[str, Check]

    @property
    def request_tag(self) -> str:
        """The name of the Body's child on the way in, in Clark's notation."""
        return self.input.tag

    @property
    def response_tag(self) -> str:
        """The name of the Body's child on the way out, in Clark's notation."""
        return self.output.tag

    @property
    def soap_action(self) -> str:
        """The SOAPAction that the WSDL gives the operation; most of LearnerService's have an empty one."""
        return self.input.action


@dataclass(frozen=True, slots=True, eq=False)
class Port:
    """One address of the service and what is published about it.

    `name` is that of the definitions and of the WSDL's service, `path` where the service is served, `fault` the type
    of its faults' detail. `service` is the operations as a Spyne service, for whatever in Spyne takes one.
    """

    service: type[Service]
    operations: tuple[Operation, ...]
    name: str
    path: str
    fault: type[DataContract]

    @property
    def port_type(self) -> str:
        """The name of the WSDL's port type."""
        return self.service.get_service_name()

    @property
    def binding(self) -> str:
        """The name of the binding, which is that of the WSDL's port too."""
        return f"BasicHttpBinding_{self.port_type}"

    def fault_of(self, operation: Operation) -> PublishedMessage:
        """The fault that an operation of this port declares."""
        fault = self.fault.get_type_name()
        return PublishedMessage(
            name=f"{fault}Fault",
            message=f"{self.port_type}_{operation.name}_{fault}Fault_FaultMessage",
            part="detail",
            tag=f"{{{self.fault.__namespace__}}}{fault}",
            action=f"{namespaces.TEMPURI}{self.port_type}/{operation.name}{fault}Fault",
        )


@dataclass(frozen=True, slots=True)
class _Declaration:
    """What Spyne has no word for; a name that is None is the one that WCF makes."""

    input_name: str | None
    output_name: str | None
    soap_action: str | None
    roles: frozenset[Role]
    checks: Mapping[str, Check]


class ServiceDeclaration:
    """Collects the operations of a port, in the order of their functions, until `port` makes a port of them."""

    def __init__(self, port_type: str) -> None:
        """`port_type`: the name of the WSDL's port type, of which WCF makes other names."""
        self._port_type = port_type
        self._methods: dict[str, Any] = {}

    def operation(
        self,
        name: str,
        *,
        roles: Set[Role],
        checks: Mapping[str, Check] | None = None,
        element: str | None = None,
        answer: str | None = None,
        input_name: str | None = None,
        output_name: str | None = None,
        soap_action: str | None = None,
    ) -> Callable[[F], F]:
        """Declare a function, which takes a call and a request and returns the response, as the operation `name`.

        `roles`: an organisation needs one of them. `checks`: for each field of the request that has a value and no
        facet, what its value must be. `element` and `answer`: the local names of the Body's child on the way in and
        out, in the namespaces of their types; without them, the types' own. `input_name`, `output_name`,
        `soap_action`: what the contract says where it does not have WCF's names.

        Raises TypeError if anything is missing: a role, a message, a check.
        """

        def declare(function: F) -> F:
            if name in self._methods:
                raise TypeError(f"the operation {name} is declared twice")
            if not roles:
                raise TypeError(f"the operation {name} has no role")
            request, response = _messages(name, function)
            declaration = _Declaration(
                input_name, output_name, soap_action, frozenset(roles), _complete_checks(name, request, checks or {})
            )
            self._methods[name] = rpc(
                request,
                _returns=response,
                _body_style="bare",
                _in_message_name=f"{{{request.__namespace__}}}{element or request.get_type_name()}",
                _out_message_name=f"{{{response.__namespace__}}}{answer or response.get_type_name()}",
                _udd={"declaration": declaration},
            )(function)
            return function

        return declare

    def port(self, *, name: str, path: str, fault: type[DataContract]) -> Port:
        """The port of all operations that have been declared. Raises TypeError if two are asked by one element."""
        service: type[Service] = new_class(
            self._port_type, (Service,), exec_body=lambda body: body.update(self._methods)
        )
        operations = tuple(_operation(self._port_type, *each) for each in service.public_methods.items())
        if len({operation.request_tag for operation in operations}) < len(operations):
            raise TypeError(f"two operations of {name} are asked by the same element")
        return Port(service, operations, name, path, fault)


def _messages(name: str, function: Callable[[Any, Any], Message]) -> tuple[type[Message], type[Message]]:
    """The types of the request and the response, by the function's annotations."""
    annotated = get_type_hints(function)
    _call, request = inspect.signature(function).parameters
    for what, message in (("request", annotated.get(request)), ("response", annotated.get("return"))):
        if not (isinstance(message, type) and issubclass(message, Message)):
            raise TypeError(f"the operation {name} has no message for its {what}: annotate its function")
    return annotated[request], annotated["return"]


def _complete_checks(name: str, request: type[Message], checks: Mapping[str, Check]) -> dict[str, Check]:
    """The checks in the order of the request's fields."""
    fields = {field.name: field for field in fields_of(request)}
    if unknown := checks.keys() - fields.keys():
        raise TypeError(f"the operation {name} has checks of fields that its request lacks: {', '.join(unknown)}")
    for field in fields.values():
        of = field.declared.of
        is_checked_by_type = field.declared.facet is not None or (isinstance(of, SimpleType) and bool(of.values))
        if field.message is None and not is_checked_by_type and field.name not in checks:
            raise TypeError(f"the operation {name} has no check of {field.name}")
        if field.name in checks and field.declared.validated.least and checks[field.name].holds(None):
            raise TypeError(f"the operation {name} lets a request pass without {field.name}, which it requires")
    return {each: checks[each] for each in fields if each in checks}


def _operation(port_type: str, name: str, descriptor: MethodDescriptor) -> Operation:
    declaration: _Declaration = descriptor.udd["declaration"]
    action = f"{namespaces.TEMPURI}{port_type}/{name}"
    return Operation(
        name=name,
        function=descriptor.function,
        request=original(descriptor.in_message),
        response=original(descriptor.out_message),
        input=PublishedMessage(
            name=declaration.input_name,
            message=declaration.input_name or f"{port_type}_{name}_InputMessage",
            part=_part(descriptor.in_message),
            tag=_tag(descriptor.in_message),
            action=action if declaration.soap_action is None else declaration.soap_action,
        ),
        output=PublishedMessage(
            name=declaration.output_name,
            message=declaration.output_name or f"{port_type}_{name}_OutputMessage",
            part=_part(descriptor.out_message),
            tag=_tag(descriptor.out_message),
            action=f"{action}Response",
        ),
        roles=declaration.roles,
        checks=declaration.checks,
    )


def _part(message: type[Message]) -> str:
    return "parameters" if message.is_anonymous else str(message.Attributes.sub_name)


def _tag(message: type[Message]) -> str:
    return f"{{{message.Attributes.sub_ns}}}{message.Attributes.sub_name}"
