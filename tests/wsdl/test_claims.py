"""Who asks, as far as a request that was refused says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrs_soap.exchange.exchange import Claim
from lrs_soap.wsdl.claims import claim_in
from lrs_soap.wsdl.envelope import open_envelope
from tests.kit.every_operation import OPERATIONS, Who
from tests.kit.r9_messages import content_of
from tests.kit.soap_messages import envelope, find_by_uln

NOTHING = Claim(None, None)
FOUND = Claim("TEST0001", "A Tester")


def in_message(message: str) -> Claim:
    raw = envelope(message).encode()
    claim = claim_in(raw, open_envelope(raw, None))
    assert claim_in(raw, None) == claim
    return claim


@pytest.mark.parametrize(
    ("fields", "claim"),
    [
        ({}, FOUND),
        ({"UKPRN": None, "OrganisationRef": "TST001"}, Claim("TST001", "A Tester")),
        ({"OrganisationRef": "TST001"}, FOUND),
        ({"UKPRN": "", "OrganisationRef": "TST001"}, Claim("TST001", "A Tester")),
        ({"UKPRN": None}, Claim(None, "A Tester")),
        ({"UserName": "&lt;A&gt; &amp; B"}, Claim("TEST0001", "<A> & B")),
        ({"UserName": None}, Claim("TEST0001", None)),
        ({"UserName": "  "}, Claim("TEST0001", None)),
        ({"UserName": "x" * 1000}, Claim("TEST0001", "x" * 1000)),
        ({"GivenName": None}, FOUND),
        ({"FindType": "nonsense"}, FOUND),
    ],
)
def test_the_claim_of_a_find(fields: dict[str, str | None], claim: Claim) -> None:
    assert in_message(find_by_uln(**fields)) == claim


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_claim(name: str) -> None:
    # Of R9's operations one asks for an organisation, which is not the one that asks.
    who = Who(ukprn="TEST0002", reference="TST002")

    assert in_message(f"<m>{OPERATIONS[name](who)}</m>").organisation == "TEST0002"
    assert in_message(f"<m>{OPERATIONS[name](replace(who, ukprn=None))}</m>").organisation == "TST002"
    assert in_message(f"<m>{OPERATIONS[name](Who(ukprn=None))}</m>").organisation is None


def test_r9_has_a_user() -> None:
    assert in_message(f"<m>{content_of('ViewAudit', user='An Adviser')}</m>") == Claim("TEST0001", "An Adviser")


@pytest.mark.parametrize(
    "message",
    [
        "<a/>",
        "<a>UKPRN</a>",
        "<UKPRN/>",
        "<a><OrgPassword>CompatSitePass01</OrgPassword><Password>CompatSitePass01</Password></a>",
        "<a><UKPRN><b>TEST0001</b></UKPRN></a>",
    ],
)
def test_a_message_that_says_nothing_of_it_has_none(message: str) -> None:
    assert in_message(message) == NOTHING


@pytest.mark.parametrize(
    ("raw", "claim"),
    [
        (b"", NOTHING),
        (b"\xff\xfe\x00 no XML", NOTHING),
        (b"<UKPRN>TEST0001</UKPRN><f:UserName a='b'>A Tester</f:UserName ><no", FOUND),
        ("<a><UKPRN>TEST0001</UKPRN><UserName>A Tester</UserName><no".encode("utf-16"), FOUND),
        ("<a><UKPRN>TEST0001</UKPRN><UserName>Zoë</UserName><no".encode(), Claim("TEST0001", "Zoë")),
        # What ends otherwise than it began may be a password.
        (b"<UserName>CompatSitePass01</OrgPassword>", NOTHING),
        (b"<UserName>A<OrgPassword>CompatSitePass01</OrgPassword></UserName>", NOTHING),
        (b" " * 20_000 + b"<UKPRN>TEST0001</UKPRN>", NOTHING),
    ],
)
def test_the_claim_in_what_is_no_xml(raw: bytes, claim: Claim) -> None:
    assert claim_in(raw, None) == claim


def test_no_more_than_the_start_of_a_large_message_is_looked_at() -> None:
    assert claim_in(b"", open_envelope(envelope(f"<a>{'<b/>' * 100}<UKPRN>X</UKPRN></a>").encode(), None)) == NOTHING
