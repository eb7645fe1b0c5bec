"""zeep, which reads the WSDL when it runs; tests/conformance/ asks more of it."""

from __future__ import annotations

import sys

import pytest
from cases import HttpsCases, ServiceCases
from certificates import Certificates
from client import SOURCES, Program


@pytest.fixture(scope="session")
def client() -> Program:
    return Program((sys.executable, SOURCES / "python" / "lrs.py"))


@pytest.fixture(scope="session")
def secure_client(client: Program, certificates: Certificates) -> Program:
    return client.in_environment(TLS_CA=certificates.authority, TLS_CERTIFICATE=certificates.client_with_key)


@pytest.fixture(scope="session")
def stranger(client: Program, certificates: Certificates) -> Program:
    return client.in_environment(TLS_CA=certificates.authority)


class TestZeep(ServiceCases):
    stack = "Zeep"


class TestZeepOverHttps(HttpsCases):
    pass
