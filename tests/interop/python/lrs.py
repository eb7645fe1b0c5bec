"""Asks LRS endpoints with zeep and prints what that makes of the answers, as the class Program of client.py says.

For HTTPS, TLS_CA is the authority's certificate; TLS_CERTIFICATE the client's, its key in the same file.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from functools import cache
from typing import Any

import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.transports import Transport


@cache
def client(address: str, service: str) -> Any:
    session = requests.Session()
    # An authority that the environment names for requests would come before the session's.
    session.trust_env = False
    session.verify = os.environ.get("TLS_CA", True)
    session.cert = os.environ.get("TLS_CERTIFICATE")
    return zeep.Client(f"{address}/{service}.svc?singleWsdl", transport=Transport(session=session))


def operations(client: Any) -> dict[str, Any]:
    (binding,) = client.wsdl.bindings.values()
    return {"operations": list(binding.all())}


def ask(client: Any, operation: str, action: str | None, request: dict[str, Any]) -> dict[str, Any]:
    headers = {} if action is None else {"SOAPAction": f'"{action}"'}
    try:
        with client.settings(extra_http_headers=headers):
            answer = client.service[operation](**request)
    except Fault as fault:
        return {"fault": {"faultcode": fault.code, "faultstring": fault.message, **detail(fault)}}
    return {"answer": plain(answer, answer_type(client, operation))}


def answer_type(client: Any, operation: str) -> Any:
    (binding,) = client.wsdl.bindings.values()
    return binding.get(operation).output.body.type


def plain(value: Any, kind: Any) -> Any:
    """What zeep made of an element of this type, as JSON has it."""
    if not isinstance(kind, zeep.xsd.ComplexType):
        return value.isoformat() if isinstance(value, datetime) else value
    if value is None:
        # zeep makes None of an empty element.
        return {}
    if getattr(value, "_xsd_type", None) is kind:
        return {name: plain_child(value[name], element) for name, element in kind.elements}
    # zeep hands out the only element of an answer itself, and that one's only element.
    ((name, element),) = kind.elements
    return {name: plain_child(value, element)}


def plain_child(value: Any, element: Any) -> Any:
    return [plain(each, element.type) for each in value] if element.accepts_multiple else plain(value, element.type)


def detail(fault: Fault) -> dict[str, Any]:
    if fault.detail is None:
        return {}
    (exception,) = fault.detail
    return {etree.QName(child).localname: child.text for child in exception}


def main() -> None:
    for line in sys.stdin:
        address, service, operation, action, request = json.loads(line)
        asked = client(address, service)
        said = operations(asked) if operation is None else ask(asked, operation, action, request)
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
