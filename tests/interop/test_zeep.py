"""zeep, which reads the WSDL when it runs; tests/conformance/ asks more of it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.interop.client import SOURCES, Program
from tests.interop.every_scenario import ScenarioCases, ScenarioCasesOverHttps
from tests.interop.every_stack import HttpsCases, ServiceCases
from tests.interop.every_stack_r9 import R9Cases


def program(**environment: str | Path) -> Program:
    return Program(sys.executable, SOURCES / "python" / "lrs.py", environment=environment)


class TestZeep(ServiceCases):
    stack = "Zeep"


class TestZeepR9(R9Cases):
    stack = "Zeep"
    # It makes None of both.
    tells_empty_structures = False


class TestZeepScenarios(ScenarioCases):
    stack = "Zeep"


class TestZeepScenariosOverHttps(ScenarioCasesOverHttps):
    stack = "Zeep"


class TestZeepOverHttps(HttpsCases):
    pass
