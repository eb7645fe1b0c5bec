"""PHP's SoapClient, which reads the WSDL when it runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.interop.certificates import Certificates
from tests.interop.client import EXAMPLES, SOURCES, Program, needs
from tests.interop.every_scenario import ScenarioCases, ScenarioCasesOverHttps
from tests.interop.every_stack import ExampleCases, HttpsCases, ServiceCases, called
from tests.interop.every_stack_r9 import R9Cases
from tests.kit.running_server import RunningServer

pytestmark = needs("php-cli php-soap", "php")


def program(**environment: str | Path) -> Program:
    if subprocess.run(["php", "--ri", "soap"], capture_output=True).returncode != 0:
        pytest.skip("needs PHP's soap extension: apt install php-soap")
    return Program("php", SOURCES / "php" / "lrs.php", environment=environment)


@pytest.fixture(scope="module")
def example(client: Program) -> tuple[str, ...]:
    # A WSDL in the cache would outlive the server that it is of.
    return "php", "-d", "soap.wsdl_cache_enabled=0", str(EXAMPLES / "find_or_register.php")


@pytest.fixture(scope="module")
def own_certificate(certificates: Certificates) -> dict[str, str | Path]:
    return {"CERTIFICATE": certificates.client_with_key}


class TestPhp(ServiceCases):
    stack = "Php"


class TestPhpR9(R9Cases):
    stack = "Php"


class TestPhpScenarios(ScenarioCases):
    stack = "Php"


class TestPhpScenariosOverHttps(ScenarioCasesOverHttps):
    stack = "Php"


class TestPhpOverHttps(HttpsCases):
    pass


class TestPhpExample(ExampleCases):
    """tests/client_examples/ asks more of it, also what it does where others may be meant."""

    stack = "Php"

    def test_it_registers_a_learner_once(self, example: tuple[str, ...], observed: RunningServer) -> None:
        learner = ("Example-Php", "Ada", "2007-12-10", "2", "LS1 4PH")
        before, code, uln = called(observed, example, *learner).stdout.splitlines()
        assert (before, code) == ("WSRC0001", "WSRC0005")
        again = called(observed, example, *learner).stdout.splitlines()
        assert again == ["WSRC0004", f"{uln} Ada Example-Php 2007-12-10 LS1 4PH"]
