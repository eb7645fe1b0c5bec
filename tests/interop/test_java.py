"""Proxies of JAX-WS's wsimport, which read the WSDL again when they run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from tests.interop.certificates import Certificates
from tests.interop.client import EXAMPLES, SOURCES, Program, needs, run
from tests.interop.every_scenario import ScenarioCases, ScenarioCasesOverHttps
from tests.interop.every_stack import ExampleCases, HttpsCases, ServiceCases
from tests.interop.every_stack_r9 import R9Cases
from tests.kit.running_server import RunningServer

# Their manifests name the jars that they need.
_RUNTIME = Path("/usr/share/java/jaxws-rt.jar")
_TOOLS = Path("/usr/share/java/jaxws-tools.jar")

pytestmark = needs("default-jdk-headless jaxws", "java", "javac", "keytool", _RUNTIME, _TOOLS)


@pytest.fixture(scope="module")
def classes(observed: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compiled proxies and the program are."""
    folder = tmp_path_factory.mktemp("java")
    for service in ("LearnerService", "LearnerServiceR9"):
        document = f"{observed.url}/{service}.svc?singleWsdl"
        # Without -p: with it, types of one name in several namespaces would come into one package.
        run("java", "-cp", _TOOLS, "com.sun.tools.ws.WsImport", "-quiet", "-Xnocompile", document, folder=folder)
    sources = [*(SOURCES / "java").glob("*.java"), EXAMPLES / "FindOrRegister.java", *folder.rglob("*.java")]
    run("javac", "-encoding", "UTF-8", "-cp", _TOOLS, "-d", folder, *sources)
    return folder


def program(classes: Path, *flags: str) -> Program:
    return Program("java", *flags, "-cp", f"{classes}:{_RUNTIME}", "Lrs")


@pytest.fixture(scope="module")
def client(classes: Path) -> Iterator[Program]:
    with program(classes) as running:
        yield running


@pytest.fixture(scope="module")
def trusting(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The flags that make a JVM trust our authority."""
    store = tmp_path_factory.mktemp("trust") / "trust.p12"
    run("keytool", "-importcert", "-noprompt", "-file", certificates.authority, "-keystore", store,
        "-storepass", "changeit")  # fmt: skip
    return f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"


@pytest.fixture(scope="module")
def secure_client(classes: Path, trusting: tuple[str, ...], certificates: Certificates) -> Iterator[Program]:
    store = f"-Djavax.net.ssl.keyStore={certificates.client_pkcs12}"
    password = f"-Djavax.net.ssl.keyStorePassword={certificates.password}"
    with program(classes, *trusting, store, password) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(classes: Path, trusting: tuple[str, ...]) -> Iterator[Program]:
    with program(classes, *trusting) as running:
        yield running


@pytest.fixture(scope="module")
def example(classes: Path) -> tuple[str, ...]:
    return "java", "-cp", f"{classes}:{_RUNTIME}", "FindOrRegister"


@pytest.fixture(scope="module")
def own_certificate(certificates: Certificates) -> dict[str, str | Path]:
    return {"CERTIFICATE": certificates.client_pkcs12, "CERTIFICATE_PASSWORD": certificates.password}


class TestJava(ServiceCases):
    stack = "Java"
    # The typed exception has no code beside what is in its detail.
    fault: ClassVar = {"faultstring": ServiceCases.fault["faultstring"]}
    # It is thrown all the same, with every field null.
    observed_fault: ClassVar = fault


class TestJavaR9(R9Cases):
    stack = "Java"
    # The typed exception has no code beside what is in its detail.
    domain_fault: ClassVar = {"faultstring": R9Cases.domain_fault["faultstring"]}


class TestJavaScenarios(ScenarioCases):
    stack = "Java"
    sends_again = True


class TestJavaScenariosOverHttps(ScenarioCasesOverHttps):
    stack = "Java"
    sends_again = True


class TestJavaOverHttps(HttpsCases):
    pass


class TestJavaExample(ExampleCases):
    stack = "Java"
