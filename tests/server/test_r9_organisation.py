"""GetOrganisation over the wire: an organisation's name and status, for whoever may ask for anything."""

from __future__ import annotations

import pytest

from tests.kit.every_operation import Who
from tests.kit.r9_messages import NIL, ask
from tests.kit.running_server import RunningServer

NAME = "GetOrganisation"


def answer_of(inside: str) -> bytes:
    """The whole answer, byte for byte."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<GetOrganisationResponse xmlns="http://tempuri.org/"><GetOrganisationResult '
        'xmlns:a="http://api.lrs.qcf.gov.uk/model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f"{inside}</GetOrganisationResult></GetOrganisationResponse></s:Body></s:Envelope>"
    ).encode()


VIEW_ONLY = answer_of(
    "<a:ResponseCode>WSRC0004</a:ResponseCode><a:DisplayName>View Only College</a:DisplayName>"
    "<a:OrgRef>TST002</a:OrgRef><a:Status>Active</a:Status><a:Ukprn>TEST0002</a:Ukprn>"
)
NOBODY = answer_of(
    '<a:ResponseCode>WSRC0001</a:ResponseCode><a:DisplayName i:nil="true"/><a:OrgRef i:nil="true"/>'
    '<a:Status i:nil="true"/><a:Ukprn i:nil="true"/>'
)


@pytest.mark.parametrize(
    "codes",
    [
        {"ukPrn": "TEST0002"},
        {"ukPrn": "test0002", "orgRef": ""},
        {"ukPrn": None, "orgRef": "TST002"},
        {"ukPrn": NIL, "orgRef": "tst002"},
        {"ukPrn": " ", "orgRef": "TST002"},
        {"ukPrn": "TEST0002", "orgRef": "TST002"},
    ],
)
def test_it_is_told_by_either_code_or_both(server: RunningServer, codes: dict[str, str | None]) -> None:
    assert ask(server.url, NAME, **codes).body == VIEW_ONLY


@pytest.mark.parametrize(
    "codes",
    [
        {"ukPrn": "10000001"},
        {"ukPrn": None, "orgRef": "NOBODY"},
        {"ukPrn": "TEST0002", "orgRef": "TST001"},
        {"ukPrn": "TST002"},
        {"ukPrn": None, "orgRef": "TEST0002"},
        {"ukPrn": None},
        {"ukPrn": "", "orgRef": NIL},
    ],
    ids=[
        *("unknown", "unknown reference", "two that disagree", "a reference for a UKPRN", "a UKPRN for a reference"),
        *("neither", "blank"),
    ],
)
def test_nobody_is_no_match_and_nothing_else(server: RunningServer, codes: dict[str, str | None]) -> None:
    assert ask(server.url, NAME, **codes).body == NOBODY


def test_a_suspended_one_is_told_to_be(server: RunningServer) -> None:
    answer = ask(server.url, NAME, Who("TEST0002", "ViewOnlyPass0002"), ukPrn="TEST0003")
    assert [answer.text(name) for name in ("ResponseCode", "Status", "Ukprn")] == ["WSRC0004", "Suspended", "TEST0003"]
