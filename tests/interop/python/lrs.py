"""Asks an LRS endpoint with zeep and prints what that makes of the answer, a fact a line.

    python lrs.py ADDRESS operations LearnerService|LearnerServiceR9
    python lrs.py ADDRESS find PASSWORD ULN FAMILY_NAME GIVEN_NAME
    python lrs.py ADDRESS register PASSWORD FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH
    python lrs.py ADDRESS misdirect

For HTTPS, TLS_CA is the authority's certificate; TLS_CERTIFICATE the client's, its key in the same file.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.transports import Transport


def client(address: str, service: str) -> Any:
    session = requests.Session()
    # An authority that the environment names for requests would come before the session's.
    session.trust_env = False
    session.verify = os.environ.get("TLS_CA", True)
    session.cert = os.environ.get("TLS_CERTIFICATE")
    return zeep.Client(f"{address}/{service}.svc?singleWsdl", transport=Transport(session=session))


def asker(password: str) -> dict[str, str]:
    return {"UKPRN": "TEST0001", "OrgPassword": password, "UserName": "zeep"}


def operations(address: str, service: str) -> None:
    for binding in client(address, service).wsdl.bindings.values():
        for operation in binding.all():
            print(f"operation={operation}")


def find(address: str, password: str, uln: str, family_name: str, given_name: str) -> None:
    service = client(address, "LearnerService").service
    names = {"ULN": uln, "FamilyName": family_name, "GivenName": given_name}
    show(service.learnerByULN(FindType="FUL", **names, **asker(password)))


def register(address: str, password: str, family_name: str, given_name: str, date_of_birth: str) -> None:
    learner = {
        "FamilyName": family_name,
        "GivenName": given_name,
        "DateOfBirth": date_of_birth,
        "Gender": "2",
        "LastKnownPostCode": "LS1 4AP",
        "VerificationType": "1",
        "AbilityToShare": "1",
    }
    show(client(address, "LearnerService").service.registerSingleLearner(Learner=learner, **asker(password)))


def misdirect(address: str) -> None:
    r9 = client(address, "LearnerServiceR9")
    with r9.settings(extra_http_headers={"SOAPAction": '"http://tempuri.org/ILearnerServiceR9/ViewAudit"'}):
        r9.service.GetOrganisation(None, "ORG", 1, "ENG", "TEST0001", None)


def show(facts: Any) -> None:
    for name in facts:
        value = facts[name]
        if name == "Learner":
            for learner in value:
                print("Learner:")
                show(learner)
        elif name == "LinkedULNs":
            # zeep makes None of an empty element.
            print("LinkedULNs=" + " ".join(value.ULN if value is not None else []))
        elif value is not None:
            print(f"{name}={value}")


def show_fault(fault: Fault) -> None:
    print(f"faultcode={fault.code}")
    print(f"faultstring={fault.message}")
    if fault.detail is not None:
        (exception,) = fault.detail
        for child in exception:
            print(f"{etree.QName(child).localname}={child.text or ''}")


if __name__ == "__main__":
    address, command, *rest = sys.argv[1:]
    try:
        {"operations": operations, "find": find, "register": register, "misdirect": misdirect}[command](address, *rest)
    except Fault as fault:
        show_fault(fault)
