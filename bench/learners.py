"""Learners to ask for."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from bench.failure import BenchFailed
from lrs_soap.clock import RealClock
from lrs_soap.operations import loading, starting_data
from lrs_soap.operations.passwords import Passwords
from lrs_soap.store.store import Store

_GIVEN = ("Amelia", "Noah", "Olivia", "George", "Isla", "Arthur", "Ava", "Muhammad", "Freya", "Leo", "Lily", "Oscar")
_FAMILY = ("Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel", "Wright", "Khan")


SOMEONE = {"ULN": "5013926741", "GivenName": "Olivia", "FamilyName": "Fairweather"}


def fill(database_url: str, count: int) -> None:
    """Fill a new database with `count` learners, `SOMEONE` among them. Raises BenchFailed."""
    store, clock = Store.open(database_url), RealClock()
    try:
        starting_data.fill(store, Passwords(), clock)
        result = loading.load(store, _lines(count), clock=clock, strict=True)
    finally:
        store.close()
    if result.rejected:
        raise BenchFailed(f"the learners could not be loaded: {result.rejected[0]}")


def find_request() -> str:
    """The request that finds `SOMEONE`."""
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:f="http://api.lrs.miap.gov.uk/findmsg"><soapenv:Body><f:FindLearnerByULN>'
        "<FindType>FUL</FindType><UKPRN>TEST0001</UKPRN><OrgPassword>CompatSitePass01</OrgPassword>"
        "<UserName>bench</UserName>"
        f"<ULN>{SOMEONE['ULN']}</ULN><FamilyName>{SOMEONE['FamilyName']}</FamilyName>"
        f"<GivenName>{SOMEONE['GivenName']}</GivenName>"
        "</f:FindLearnerByULN></soapenv:Body></soapenv:Envelope>"
    )


def _lines(count: int) -> Iterator[bytes]:
    draw = random.Random(1)
    for number in range(count):
        someone = SOMEONE if number == count // 2 else {}
        record = {
            "GivenName": draw.choice(_GIVEN),
            "FamilyName": f"{draw.choice(_FAMILY)}-{number}",
            "DateOfBirth": f"{draw.randint(1990, 2008)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "Gender": draw.choice("12"),
            "LastKnownPostCode": f"LS{draw.randint(1, 29)} {draw.randint(1, 9)}AB",
            "LastKnownAddressLine1": f"{number} High Street",
            "LastKnownAddressTown": "Leeds",
            "EmailAddress": f"learner.{number}@example.org",
        } | someone
        yield json.dumps(record).encode() + b"\n"
