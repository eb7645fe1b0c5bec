"""zeep, which reads the WSDL when it runs; tests/conformance/ asks more of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.certificates import Certificates
from tests.interop.client import SOURCES, Program
from tests.interop.every_stack import HttpsCases, ServiceCases
from tests.interop.every_stack_r9 import R9Cases


def program(**environment: str | Path) -> Program:
    return Program(sys.executable, SOURCES / "python" / "lrs.py", environment=environment)


@pytest.fixture(scope="module")
def client() -> Iterator[Program]:
    with program() as running:
        yield running


@pytest.fixture(scope="module")
def secure_client(certificates: Certificates) -> Iterator[Program]:
    with program(TLS_CA=certificates.authority, TLS_CERTIFICATE=certificates.client_with_key) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(certificates: Certificates) -> Iterator[Program]:
    with program(TLS_CA=certificates.authority) as running:
        yield running


class TestZeep(ServiceCases):
    stack = "Zeep"


class TestZeepR9(R9Cases):
    stack = "Zeep"
    # It makes None of both.
    tells_empty_structures = False


class TestZeepOverHttps(HttpsCases):
    pass
