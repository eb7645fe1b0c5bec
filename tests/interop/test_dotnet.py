"""Proxies of .NET's `wsdl` (XmlSerializer, SoapHttpClientProtocol), and WCF over HTTPS, by Mono."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.certificates import Certificates
from tests.interop.client import EXAMPLES, SOURCES, NoAnswer, Program, needs, run
from tests.interop.every_stack import ExampleCases, HttpsCases, ServiceCases, called
from tests.interop.every_stack_r9 import R9Cases
from tests.kit.running_server import RunningServer

pytestmark = needs("mono-devel mono-mcs", "wsdl", "mcs", "mono")

# What its `wsdl` puts each port's proxy into: their types' names are not all different.
_NAMESPACES = {"LearnerService": "Learners", "LearnerServiceR9": "R9"}


def _sources(*names: str) -> list[Path]:
    return [SOURCES / "dotnet" / name for name in names]


def _identity(certificates: Certificates) -> dict[str, str | Path]:
    return {
        "TLS_CA": certificates.authority,
        "TLS_CERTIFICATE": certificates.client_pkcs12,
        "TLS_PASSWORD": certificates.password,
    }


def built(folder: Path, documents: dict[str, str]) -> Path:
    """The program, with proxies made from the WSDLs at these addresses or paths."""
    for service, document in documents.items():
        run("wsdl", "-nologo", f"-n:{_NAMESPACES[service]}", f"-out:{service}.cs", document, folder=folder)
    sources, proxies = _sources("Lrs.cs", "Values.cs", "Identity.cs"), [f"{service}.cs" for service in documents]
    libraries = ("-r:System.Web.Services", "-r:System.Web.Extensions")
    run("mcs", *libraries, "-out:Lrs.exe", *sources, *proxies, folder=folder)
    return folder / "Lrs.exe"


@pytest.fixture(scope="module")
def client(observed: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    documents = {service: f"{observed.url}/{service}.svc?singleWsdl" for service in _NAMESPACES}
    with Program("mono", built(tmp_path_factory.mktemp("dotnet"), documents)) as running:
        yield running


@pytest.fixture(scope="module")
def by_secure_wsdl(secure: RunningServer, certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program made from the WSDLs with the policy of HTTPS. `wsdl` has no client certificate: it reads files."""
    folder = tmp_path_factory.mktemp("dotnet-https")
    documents = {}
    for service in _NAMESPACES:
        (folder / f"{service}.wsdl").write_bytes(certificates.fetch(f"{secure.url}/{service}.svc?singleWsdl"))
        documents[service] = f"{service}.wsdl"
    return built(folder, documents)


@pytest.fixture(scope="module")
def secure_client(by_secure_wsdl: Path, certificates: Certificates) -> Iterator[Program]:
    with Program("mono", by_secure_wsdl, environment=_identity(certificates)) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(by_secure_wsdl: Path, certificates: Certificates) -> Iterator[Program]:
    with Program("mono", by_secure_wsdl, environment={"TLS_CA": certificates.authority}) as running:
        yield running


def built_example(folder: Path, server: RunningServer, service: str, name: str) -> tuple[str, ...]:
    """The command that runs a program of client_examples/, built as it says itself."""
    run("wsdl", "-nologo", "-n:Lrs", f"-out:{service}.cs", f"{server.url}/{service}.svc?singleWsdl", folder=folder)
    program = folder / f"{name}.exe"
    sources = (EXAMPLES / f"{name}.cs", EXAMPLES / "LrsClient.cs", f"{service}.cs")
    run("mcs", "-r:System.Web.Services", f"-out:{program}", *sources, folder=folder)
    return "mono", str(program)


@pytest.fixture(scope="module")
def example(observed: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return built_example(tmp_path_factory.mktemp("dotnet-example"), observed, "LearnerService", "FindOrRegister")


@pytest.fixture(scope="module")
def reader(observed: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The command that runs the program that reads a record."""
    return built_example(tmp_path_factory.mktemp("dotnet-reader"), observed, "LearnerServiceR9", "LearningEvents")


@pytest.fixture(scope="module")
def wcf_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("wcf") / "TransportSecurity.exe"
    sources = _sources("TransportSecurity.cs", "Identity.cs")
    run("mcs", "-r:System.ServiceModel", "-r:System.Runtime.Serialization", f"-out:{program}", *sources)
    return program


@pytest.fixture(scope="module")
def own_certificate(certificates: Certificates) -> dict[str, str | Path]:
    return {"CERTIFICATE": certificates.client_pkcs12, "CERTIFICATE_PASSWORD": certificates.password}


class TestDotNet(ServiceCases):
    stack = "DotNet"


class TestDotNetR9(R9Cases):
    stack = "DotNet"


class TestDotNetOverHttps(HttpsCases):
    pass


class TestWcfWithTransportSecurity:
    def test_a_client_with_a_certificate_is_served(
        self, wcf_program: Path, certificates: Certificates, secure: RunningServer
    ) -> None:
        assert run("mono", wcf_program, secure.url, environment=_identity(certificates)) == "ResponseCode=WSRC0004\n"

    def test_it_does_not_use_plain_http(
        self, wcf_program: Path, certificates: Certificates, observed: RunningServer
    ) -> None:
        with pytest.raises(NoAnswer, match="scheme: http"):
            run("mono", wcf_program, observed.url, environment=_identity(certificates))


class TestDotNetExample(ExampleCases):
    stack = "DotNet"


class TestDotNetReader:
    @pytest.mark.parametrize(
        ("status", "flags", "who"),
        [
            (0, (), ("4170265830", "Okafor", "Grace")),
            (0, ("--get-type", "BRIEF"), ("2865174033", "Iyer", "Priya")),
            (0, ("--user-type", "LNR", "--language", "CYM"), ("8294601755", "Hartley", "Margaret")),
            (0, (), ("6382750203", "Núñez-O’Hara", "Zoë-Marie")),
            (0, (), ("7053182648", "MacPherson", "Callum")),
            (0, (), ("6835192746", "Marsh", "Gwendolen")),
            (1, (), ("4170265831", "Okafor", "Grace")),
            (1, (), ("4170265830", "Okafer", "Grace")),
            (1, (), ("6602379142", "Rourke", "Declan")),
            (1, ("--language", "FRA"), ("4170265830", "Okafor", "Grace")),
        ],
    )
    def test_it_shows_what_the_program_in_python_shows(
        self,
        reader: tuple[str, ...],
        recorded: RunningServer,
        status: int,
        flags: tuple[str, ...],
        who: tuple[str, ...],
    ) -> None:
        """tests/client_examples/ says what that is."""
        python = (sys.executable, str(EXAMPLES / "learning_events.py"))
        expected, done = (called(recorded, program, *flags, *who) for program in (python, reader))
        assert (done.stdout, done.stderr, done.returncode) == (expected.stdout, expected.stderr, status)
        assert expected.stdout or expected.stderr

    @pytest.mark.parametrize("last", [(), ("Grace", "--user-type", "LNR")])
    def test_too_little_and_too_much_are_refused(
        self, reader: tuple[str, ...], recorded: RunningServer, last: tuple[str, ...]
    ) -> None:
        done = called(recorded, reader, "4170265830", "Okafor", *last)
        assert (done.stdout, done.returncode) == ("", 1)
        assert done.stderr == "Give ULN FAMILY_NAME GIVEN_NAME, after the options.\n"
