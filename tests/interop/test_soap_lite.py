"""Perl's SOAP::Lite, with a reader of the WSDL that is ours: its own knows nothing of such a service."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.interop.client import SOURCES, Program, needs
from tests.interop.every_stack import HttpsCases, ServiceCases
from tests.interop.every_stack_r9 import R9Cases

pytestmark = needs("libsoap-lite-perl", "perl")


def program(**environment: str | Path) -> Program:
    if subprocess.run(["perl", "-MSOAP::Lite", "-e", "1"], capture_output=True).returncode != 0:
        pytest.skip("needs SOAP::Lite: apt install libsoap-lite-perl")
    return Program("perl", SOURCES / "perl" / "lrs.pl", environment=environment)


class TestSoapLite(ServiceCases):
    stack = "SoapLite"


class TestSoapLiteR9(R9Cases):
    stack = "SoapLite"


class TestSoapLiteOverHttps(HttpsCases):
    pass
