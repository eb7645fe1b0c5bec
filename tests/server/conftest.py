"""Servers with something wrong inside, for tests of what the outside sees of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from lrs_soap.server import tls
from lrs_soap.server.application import Application
from lrs_soap.server.listening import listen
from lrs_soap.server.loop import Loop
from lrs_soap.server.soap_port import SoapPort
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.wsdl.document import WsdlDocument
from tests.kit.certificates import Certificates
from tests.kit.https_client import trusting
from tests.kit.kept_journal import KeptJournal
from tests.kit.running_loop import Run, runner


class _NoDocument(WsdlDocument):
    """A WSDL that fails when it is asked for."""

    def at(self, address_base: str, *, https: bool, client_certificate: bool) -> bytes:
        raise RuntimeError("the WSDL cannot be made")


class _NoEndpoint:
    operations = ()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of a CA, a server, and clients good and bad."""
    return Certificates.made_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session", params=["http", "https"])
def transport(request: pytest.FixtureRequest, certificates: Certificates) -> tuple[str, ...]:
    """Flags of `serve` for each transport in turn."""
    return () if request.param == "http" else certificates.flags


@pytest.fixture(params=["http", "https"])
def run(request: pytest.FixtureRequest, certificates: Certificates) -> Run:
    """Runs a loop over an application in this process, over each transport in turn."""
    if request.param == "http":
        return runner(None, None)
    return runner(tls.context_of(certificates.server, certificates.key, None), trusting(certificates.ca))


@pytest.fixture
def broken_application() -> Iterator[str]:
    """The address of a server in this process whose WSDL cannot be made."""
    port = SoapPort(
        LEARNER_SERVICE.path,
        _NoEndpoint(),
        _NoDocument(LEARNER_SERVICE),
        journal=KeptJournal(),
        max_body_bytes=1024,
    )
    application = Application([port], journal=KeptJournal())
    loop = Loop(application, listen("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{loop.port}"
    finally:
        loop.stop()
        thread.join()
