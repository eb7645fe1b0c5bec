"""A port: its operations, declared as a Spyne service, and what the contract says of the whole.

Spyne has words for an operation's types and elements. What else the contract says of it goes with it as its `Naming`;
where it says nothing, names are made as WCF makes them from the service's and the operation's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import lrs_soap.wsdl.spyne_moves  # noqa: F401  (has to come before Spyne)
from spyne import Application, MethodDescriptor, Service, rpc
from spyne.protocol.soap import Soap11

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declare import DataContract, Message, original

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class Naming:
    """What the contract calls an operation's input, output and action; None where it has WCF's name for it."""

    input_name: str | None
    output_name: str | None
    soap_action: str | None


@dataclass(frozen=True, slots=True)
class PublishedMessage:
    """A message of an operation, in or out or a fault, in the WSDL.

    `name` is that of the input, output or fault, which the first two may lack; `message` and `part` are those of the
    message, `tag` is the part's element in Clark's notation, `action` the wsaw:Action.
    """

    name: str | None
    message: str
    part: str
    tag: str
    action: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a port: its name on the wire, the function that answers it, its types, its messages."""

    name: str
    function: Callable[[Any, Any], Message]
    request: type[Message]
    response: type[Message]
    input: PublishedMessage
    output: PublishedMessage

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
        return self.input.action


@dataclass(frozen=True, slots=True)
class Port:
    """One address of the service and what is published about it.

    `name` is that of the definitions and of the WSDL's service, `path` where the service is served, `fault` the type
    of its faults' detail.
    """

    service: type[Service]
    name: str
    path: str
    fault: type[DataContract]

    @property
    def port_type(self) -> str:
        return self.service.get_service_name()

    @property
    def binding(self) -> str:
        """The name of the binding, which is that of the WSDL's port too."""
        return f"BasicHttpBinding_{self.port_type}"

    @property
    def operations(self) -> tuple[Operation, ...]:
        return operations_of(self.service)

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


def operation(
    request: type[Q],
    response: type[A],
    *,
    element: str | None = None,
    answer: str | None = None,
    input_name: str | None = None,
    output_name: str | None = None,
    soap_action: str | None = None,
) -> Callable[[Callable[[Any, Q], A]], Callable[[Any, Q], A]]:
    """Make an operation of a function that takes a call and a request and returns the response.

    Assign the result to an attribute of a Spyne service, under the name that the operation has on the wire. `element`
    and `answer` are the local names of the Body's child on the way in and out, in the namespaces of their types; left
    out, they are the types' own.
    """
    return rpc(
        request,
        _returns=response,
        _body_style="bare",
        _in_message_name=f"{{{request.__namespace__}}}{element or request.get_type_name()}",
        _out_message_name=f"{{{response.__namespace__}}}{answer or response.get_type_name()}",
        _udd={"naming": Naming(input_name, output_name, soap_action)},
    )


def operations_of(service: type[Service]) -> tuple[Operation, ...]:
    """The operations of a service in the order in which it declares them."""
    return tuple(_operation(service, name, descriptor) for name, descriptor in service.public_methods.items())


def application_of(port: Port) -> Application:
    """The Spyne application of a port, as any of Spyne's servers would take it."""
    return Application(
        [port.service], tns=namespaces.TEMPURI, name=port.name, in_protocol=Soap11(), out_protocol=Soap11()
    )


def _operation(service: type[Service], name: str, descriptor: MethodDescriptor) -> Operation:
    naming: Naming = descriptor.udd["naming"]
    port_type = service.get_service_name()
    action = f"{namespaces.TEMPURI}{port_type}/{name}"
    return Operation(
        name=name,
        function=descriptor.function,
        request=original(descriptor.in_message),
        response=original(descriptor.out_message),
        input=PublishedMessage(
            name=naming.input_name,
            message=naming.input_name or f"{port_type}_{name}_InputMessage",
            part=_part(descriptor.in_message),
            tag=_tag(descriptor.in_message),
            action=action if naming.soap_action is None else naming.soap_action,
        ),
        output=PublishedMessage(
            name=naming.output_name,
            message=naming.output_name or f"{port_type}_{name}_OutputMessage",
            part=_part(descriptor.out_message),
            tag=_tag(descriptor.out_message),
            action=f"{action}Response",
        ),
    )


def _part(message: type[Message]) -> str:
    return "parameters" if message.is_anonymous else str(message.Attributes.sub_name)


def _tag(message: type[Message]) -> str:
    return f"{{{message.Attributes.sub_ns}}}{message.Attributes.sub_name}"
