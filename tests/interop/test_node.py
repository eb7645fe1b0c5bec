"""npm's soap and strong-soap, which read the WSDL when they run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.certificates import Certificates
from tests.interop.client import Program, needs
from tests.interop.every_stack import HttpsCases, ServiceCases
from tests.interop.every_stack_r9 import R9Cases
from tests.interop.node_program import certified, program
from tests.interop.node_program import stranger as without_certificate

pytestmark = needs("nodejs npm", "node")


@pytest.fixture(scope="class")
def client(request: pytest.FixtureRequest) -> Iterator[Program]:
    with program(request.cls.package) as running:
        yield running


@pytest.fixture(scope="class")
def secure_client(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Program]:
    with program(request.cls.package, **certified(certificates)) as running:
        yield running


@pytest.fixture(scope="class")
def stranger(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Program]:
    with program(request.cls.package, **without_certificate(certificates)) as running:
        yield running


class TestNodeSoap(ServiceCases):
    package = "soap"
    stack = "NodeSoap"
    # The library makes an empty text, or nothing, of both.
    tells_empty_structures = False


class TestNodeSoapR9(R9Cases):
    package = "soap"
    stack = "NodeSoap"
    tells_empty_structures = False
    tells_long_integers = False


class TestNodeSoapOverHttps(HttpsCases):
    package = "soap"


class TestStrongSoap(ServiceCases):
    package = "strong-soap"
    stack = "StrongSoap"
    # As with soap.
    tells_empty_structures = False


class TestStrongSoapR9(R9Cases):
    package = "strong-soap"
    stack = "StrongSoap"
    tells_empty_structures = False
    tells_long_integers = False


class TestStrongSoapOverHttps(HttpsCases):
    package = "strong-soap"
