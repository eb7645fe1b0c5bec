"""npm's strong-soap, which reads the WSDL when it runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.certificates import Certificates
from tests.interop.client import Program, needs
from tests.interop.every_stack import HttpsCases, ServiceCases
from tests.interop.every_stack_r9 import R9Cases
from tests.interop.node_program import certified, program
from tests.interop.node_program import stranger as without_certificate

PACKAGE = "strong-soap"

pytestmark = needs("nodejs npm", "node")


@pytest.fixture(scope="module")
def client() -> Iterator[Program]:
    with program(PACKAGE) as running:
        yield running


@pytest.fixture(scope="module")
def secure_client(certificates: Certificates) -> Iterator[Program]:
    with program(PACKAGE, **certified(certificates)) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(certificates: Certificates) -> Iterator[Program]:
    with program(PACKAGE, **without_certificate(certificates)) as running:
        yield running


class TestStrongSoap(ServiceCases):
    stack = "StrongSoap"
    # The library makes an empty text, or nothing, of both.
    tells_empty_structures = False


class TestStrongSoapR9(R9Cases):
    stack = "StrongSoap"
    tells_empty_structures = False
    tells_long_integers = False


class TestStrongSoapOverHttps(HttpsCases):
    pass
