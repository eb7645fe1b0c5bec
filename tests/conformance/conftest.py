"""A zeep client of an LRS endpoint: of a server of our own, or with `--lrs-url` of any other with the same data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from tests.kit.answer_schema import assert_valid
from tests.kit.contract_documents import document
from tests.kit.databases import SQLITE
from tests.kit.running_server import PASSWORD, UKPRN

_PATHS = {"learner": "LearnerService", "r9": "LearnerServiceR9"}
_BINDINGS = {
    "learner": "{http://tempuri.org/}BasicHttpBinding_LearnerPortType",
    "r9": "{http://tempuri.org/}BasicHttpBinding_ILearnerServiceR9",
}


class _Listener(zeep.Plugin):
    """Checks every answer against the contract's schema before zeep forgives what is wrong with it, and keeps the last.

    Of zeep's own objects nobody can tell what is empty, nil, or not there.
    """

    last = b""

    def ingress(self, envelope: etree._Element, http_headers: Any, operation: Any) -> tuple[Any, Any]:
        self.last = etree.tostring(envelope)
        assert_valid(self.last)
        return envelope, http_headers


@dataclass(frozen=True)
class LrsClient:
    """The operations of one port, as zeep makes them from a WSDL, and that client's settings, a context manager."""

    service: Any
    wsdl: Any
    settings: Any
    listener: _Listener

    def heard(self) -> etree._Element:
        """The last answer, as it came."""
        return etree.fromstring(self.listener.last)

    def who(self) -> dict[str, str]:
        """What every request says about who asks."""
        return {"UKPRN": UKPRN, "OrgPassword": PASSWORD, "UserName": "Conformance"}


@pytest.fixture(scope="session")
def lrs_url(request: pytest.FixtureRequest, database_kind: str) -> str:
    given = request.config.getoption("--lrs-url")
    if not given:
        return str(request.getfixturevalue("server").url)
    if database_kind != SQLITE:
        pytest.skip("an endpoint that is given has one database")
    return str(given).rstrip("/")


@pytest.fixture(scope="session", params=["its own WSDL", "the live service's WSDL"])
def client_of(request: pytest.FixtureRequest, lrs_url: str) -> Callable[[str], LrsClient]:
    """Makes the client of a port, `learner` or `r9`, from the WSDL that the parameter says."""

    def make(port: str) -> LrsClient:
        address = f"{lrs_url}/{_PATHS[port]}.svc"
        wsdl: str | Path = f"{address}?singleWsdl"
        if request.param != "its own WSDL":
            wsdl = document("contract", f"{_PATHS[port]}.wsdl")
        listener = _Listener()
        client = zeep.Client(str(wsdl), plugins=[listener])
        return LrsClient(client.create_service(_BINDINGS[port], address), client.wsdl, client.settings, listener)

    return make


@pytest.fixture(scope="session")
def learner_service(client_of: Callable[[str], LrsClient]) -> LrsClient:
    return client_of("learner")


@pytest.fixture(scope="session")
def r9(client_of: Callable[[str], LrsClient]) -> LrsClient:
    return client_of("r9")
