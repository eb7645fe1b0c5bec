"""C++ proxies of gSOAP, reading strictly and as they do if not told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from tests.interop.client import LEARNER_SERVICE, LEARNER_SERVICE_R9, SOURCES, Program, Question, Reading, needs, run
from tests.interop.every_stack import ServiceCases
from tests.interop.every_stack_r9 import R9Cases
from tests.interop.proxy_header import proxy_header
from tests.kit.running_server import RunningServer

pytestmark = needs("gsoap libgsoap-dev g++", "wsdl2h", "soapcpp2", "g++", "/usr/include/stdsoap2.h")


@dataclass(frozen=True)
class CppClient:
    """A program a port: gSOAP's proxies of two ports in one namespace do not go into one."""

    programs: dict[str, Program]

    def operations(self, address: str, service: str) -> list[str]:
        return self.programs[service].operations(address, service)

    def ask(self, address: str, question: Question) -> Reading:
        return self.programs[question.service].ask(address, question)


@pytest.fixture(scope="module")
def built(observed: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The program of each port."""
    programs = {}
    for service in (LEARNER_SERVICE, LEARNER_SERVICE_R9):
        place = tmp_path_factory.mktemp(service)
        document = f"{observed.url}/{service}.svc?singleWsdl"
        run("wsdl2h", "-s", "-P", "-t", SOURCES / "cpp" / "typemap.dat", "-o", "lrs.h", document, folder=place)
        run("soapcpp2", "-1", "-j", "-C", "-L", "-w", "-x", "-I/usr/share/gsoap/import", "lrs.h", folder=place)
        (place / "proxy.h").write_text(proxy_header(place))
        sources = [SOURCES / "cpp" / "lrs.cpp", *place.glob("soap*.cpp")]
        run("g++", "-std=c++17", "-I.", "-o", "program", *sources, "-lgsoap++", folder=place)
        programs[service] = place / "program"
    return programs


@pytest.fixture(scope="class")
def client(built: dict[str, Path], request: pytest.FixtureRequest) -> Iterator[CppClient]:
    with ExitStack() as running:
        programs = {
            service: running.enter_context(Program(program, environment=request.cls.environment))
            for service, program in built.items()
        }
        yield CppClient(programs)


class TestCpp(ServiceCases):
    stack = "Cpp"
    environment: ClassVar[dict[str, str]] = {}
    # The detail's unqualified fields are not the schema's, so that the whole answer counts as none.
    observed_fault: ClassVar = {"faultcode": "Client", "faultstring": "Error 500: HTTP 500 Internal Server Error"}


class TestCppLenient(ServiceCases):
    stack = "Lenient"
    environment: ClassVar = {"LENIENT": "1"}
    # What is not the schema's is passed over, and nothing else is in the detail.
    observed_fault: ClassVar = ServiceCases.fault


class TestCppR9(R9Cases):
    stack = "Cpp"
    environment: ClassVar[dict[str, str]] = {}
