"""C++ proxies of gSOAP, reading strictly and as they do if not told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import pytest
from cases import ServiceCases
from client import SOURCES, Program, Reading, needs, run
from running_server import RunningServer

pytestmark = needs("gsoap libgsoap-dev g++", "wsdl2h", "soapcpp2", "g++", "/usr/include/stdsoap2.h")

_PROGRAMS = {"LearnerService": "learner_service", "LearnerServiceR9": "learner_service_r9"}
# The generated class has each operation several times over, with and without an address, sent and received apart.
_METHOD = re.compile(r"virtual int (?!soap_|send_|recv_)(\w+)\(const char \*soap_endpoint_url")


@dataclass(frozen=True)
class CppClient:
    """A program a port: gSOAP's proxies of two ports in one namespace do not go into one."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def ask(self, address: str, command: str, *arguments: str) -> Reading:
        if command == "operations":
            # C++ cannot tell at run time what a class can do.
            (header,) = (self.folder / arguments[0]).glob("soap*Proxy.h")
            return Reading(operations=_METHOD.findall(header.read_text()))
        service = "LearnerServiceR9" if command == "misdirect" else "LearnerService"
        program = Program((self.folder / service / "program",), self.environment)
        return program.ask(address, command, *arguments)


@pytest.fixture(scope="session")
def client(observed: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> CppClient:
    folder = tmp_path_factory.mktemp("cpp")
    for service, source in _PROGRAMS.items():
        place = folder / service
        place.mkdir()
        document = f"{observed.url}/{service}.svc?singleWsdl"
        run("wsdl2h", "-s", "-P", "-t", SOURCES / "cpp" / "typemap.dat", "-o", "lrs.h", document, folder=place)
        run("soapcpp2", "-1", "-j", "-C", "-L", "-w", "-x", "-I/usr/share/gsoap/import", "lrs.h", folder=place)
        sources = [SOURCES / "cpp" / f"{source}.cpp", *place.glob("soap*.cpp")]
        run("g++", "-I.", "-o", "program", *sources, "-lgsoap++", folder=place)
    return CppClient(folder)


class TestCpp(ServiceCases):
    stack = "Cpp"
    # The detail's unqualified fields are not the schema's, so that the whole answer counts as none.
    observed_fault: ClassVar = {"faultcode": "Client", "faultstring": "Error 500: HTTP 500 Internal Server Error"}


class TestCppLenient(ServiceCases):
    stack = "Lenient"
    # What is not the schema's is passed over, and nothing else is in the detail.
    observed_fault: ClassVar = ServiceCases.fault

    @pytest.fixture
    def client(self, client: CppClient) -> CppClient:
        return replace(client, environment={"LENIENT": "1"})
