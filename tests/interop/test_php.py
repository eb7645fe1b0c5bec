"""PHP's SoapClient, which reads the WSDL when it runs."""

from __future__ import annotations

import subprocess

import pytest
from cases import ExampleCases, HttpsCases, ServiceCases
from certificates import Certificates
from client import EXAMPLES, SOURCES, Program, needs

pytestmark = needs("php-cli php-soap", "php")


@pytest.fixture(scope="session")
def client() -> Program:
    if subprocess.run(["php", "--ri", "soap"], capture_output=True).returncode != 0:
        pytest.skip("needs PHP's soap extension: apt install php-soap")
    return Program(("php", SOURCES / "php" / "lrs.php"))


@pytest.fixture(scope="session")
def secure_client(client: Program, certificates: Certificates) -> Program:
    return client.in_environment(TLS_CA=certificates.authority, TLS_CERTIFICATE=certificates.client_with_key)


@pytest.fixture(scope="session")
def stranger(client: Program, certificates: Certificates) -> Program:
    return client.in_environment(TLS_CA=certificates.authority)


@pytest.fixture(scope="session")
def example(client: Program) -> tuple[str, ...]:
    # A WSDL in the cache would outlive the server that it is of.
    return "php", "-d", "soap.wsdl_cache_enabled=0", str(EXAMPLES / "find_or_register.php")


class TestPhp(ServiceCases):
    stack = "Php"


class TestPhpOverHttps(HttpsCases):
    pass


class TestPhpExample(ExampleCases):
    stack = "Php"
