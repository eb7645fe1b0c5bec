"""Learners to ask for."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterator

from bench.failure import BenchFailed
from lrs_soap.clock import RealClock
from lrs_soap.operations import loading, starting_data
from lrs_soap.operations.passwords import Passwords
from lrs_soap.store.store import Store

_GIVEN = ("Amelia", "Noah", "Olivia", "George", "Isla", "Arthur", "Ava", "Muhammad", "Freya", "Leo", "Lily", "Oscar")
_FAMILY = ("Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel", "Wright", "Khan")


NEW_NAME = "NEW_NAME"
"""Stands in a request where a name is to be that nobody has."""

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


def new_name() -> str:
    """A name that nobody has, of letters only."""
    return "".join(random.choices(string.ascii_lowercase, k=12))


def find_request(password: str = "CompatSitePass01") -> str:
    """The request that finds `SOMEONE`."""
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:f="http://api.lrs.miap.gov.uk/findmsg"><soapenv:Body><f:FindLearnerByULN>'
        f"<FindType>FUL</FindType><UKPRN>TEST0001</UKPRN><OrgPassword>{password}</OrgPassword>"
        "<UserName>bench</UserName>"
        f"<ULN>{SOMEONE['ULN']}</ULN><FamilyName>{SOMEONE['FamilyName']}</FamilyName>"
        f"<GivenName>{SOMEONE['GivenName']}</GivenName>"
        "</f:FindLearnerByULN></soapenv:Body></soapenv:Envelope>"
    )


def register_request(name: str = NEW_NAME) -> str:
    """The request that registers a learner of that family name."""
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:r="http://api.lrs.miap.gov.uk/regmsg"><soapenv:Body><r:RegisterLearner>'
        "<UKPRN>TEST0001</UKPRN><OrgPassword>CompatSitePass01</OrgPassword><UserName>bench</UserName>"
        f"<Learner><GivenName>Olivia</GivenName><FamilyName>{name}</FamilyName>"
        "<LastKnownPostCode>LS1 4AP</LastKnownPostCode><DateOfBirth>2001-02-03</DateOfBirth><Gender>2</Gender>"
        "<VerificationType>1</VerificationType><AbilityToShare>1</AbilityToShare></Learner>"
        "</r:RegisterLearner></soapenv:Body></soapenv:Envelope>"
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
