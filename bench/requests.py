"""The messages to send, from the organisation of the starting data."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

NEW_NAME = "NEW_NAME"
"""The placeholder for a name that no learner has."""

VERSION, TITLE = "VERSION_NUMBER", "ANOTHER_TITLE"
"""The placeholders in an update for the learner's version and for a title that the learner does not have."""

PASSWORD = "CompatSitePass01"

LEARNING_EVENTS_ACTION = "http://tempuri.org/ILearnerServiceR9/GetLearnerLearningEvents"

_NEW_LEARNER = {
    "GivenName": "Olivia",
    "LastKnownPostCode": "LS1 4AP",
    "DateOfBirth": "2001-02-03",
    "Gender": "2",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
# One for each digit: names made of different numbers differ by more than a typing error, and sound different.
_LETTERS = ("bab", "cof", "dig", "fup", "gem", "hol", "jas", "kir", "lut", "mev")
# The letters that the end of a postcode can have.
_UNITS = "ABDEFGHJLNPQRSTUWXYZ"


def new_name() -> str:
    """Return a name that no learner has, of letters only."""
    return "".join(random.choices(string.ascii_lowercase, k=12))


def find_by_uln(someone: Mapping[str, str], *, password: str = PASSWORD) -> str:
    """Finds a learner by ULN and names."""
    fields = _fields(someone, "ULN", "FamilyName", "GivenName")
    return _envelope("findmsg", "FindLearnerByULN", f"<FindType>FUL</FindType>{_who(password)}{fields}")


def find_by_demographics(someone: Mapping[str, str]) -> str:
    """Finds learners by names, date of birth, gender and postcode."""
    fields = _fields(someone, "FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")
    return _envelope("findmsg", "FindLearnerByDemographics", f"<FindType>FUL</FindType>{_who()}{fields}")


def register(family_name: str) -> str:
    """Registers a learner of that family name."""
    return register_learner({**_NEW_LEARNER, "FamilyName": family_name})


def register_learner(learner: Mapping[str, str]) -> str:
    """Registers this learner, whose fields are those of `new_learner`."""
    fields = _fields(
        learner,
        *(
            "GivenName",
            "FamilyName",
            "LastKnownPostCode",
            "DateOfBirth",
            "Gender",
            "VerificationType",
            "AbilityToShare",
        ),
    )
    return _envelope("regmsg", "RegisterLearner", f"{_who()}<Learner>{fields}</Learner>")


def new_learner(load: str, number: int) -> Mapping[str, str]:
    """Return a learner who resembles no other: both names contain the load's name and the number.

    Nobody of the same load with the same date of birth has the same postcode, and hardly anybody of another.
    """
    name = "".join(_LETTERS[int(digit)] for digit in str(number))
    return {
        **_NEW_LEARNER,
        "GivenName": f"{name}{load[:6]}",
        "FamilyName": f"{load[6:]}{name}",
        "LastKnownPostCode": f"LS{1 + number // 10 % 25} {number % 10}{_unit(load[0])}{_unit(load[1])}",
        "DateOfBirth": f"{1960 + number % 45}-{1 + number % 12:02}-{1 + number % 28:02}",
    }


def _unit(letter: str) -> str:
    return _UNITS[ord(letter) % len(_UNITS)]


def submit_batch(batch: Sequence[Mapping[str, str]]) -> str:
    """Submits these learners, whose fields are those of `new_learner`, to be registered."""
    names = ("GivenName", "FamilyName", "LastKnownPostCode", "DateOfBirth", "Gender", "AbilityToShare")
    records = "".join(f"<Learner>{_fields(each, *names, 'VerificationType')}</Learner>" for each in batch)
    count = f"<JobType>FUL</JobType><LearnerRecordCount>{len(batch)}</LearnerRecordCount>"
    return _envelope("batchmsg", "SubmitBatch", f"{_who()}{count}{records}")


def batch_output(job_id: str) -> str:
    """Asks what has become of a batch."""
    return _envelope("batchmsg", "GetSubmitBatchOutput", f"{_who()}<JobID>{job_id}</JobID>")


def update(someone: Mapping[str, str]) -> str:
    """Changes the title to `TITLE` in version `VERSION`; `someone` is a learner as a find by ULN answers it."""
    sent = {**someone, "Title": TITLE, "VersionNumber": VERSION}
    learner = _fields(
        sent,
        "Title",
        "GivenName",
        "FamilyName",
        "LastKnownPostCode",
        "DateOfBirth",
        "Gender",
        "VerificationType",
        "AbilityToShare",
        "ULN",
        "VersionNumber",
    )
    return _envelope("regmsg", "UpdateLearner", f"{_who()}<Learner>{learner}</Learner>")


def verify(someone: Mapping[str, str]) -> str:
    """Verifies a learner."""
    learner = _fields(someone, "ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender")
    return _envelope("reportmsg", "VerifyLearner", f"{_who()}<LearnerToVerify>{learner}</LearnerToVerify>")


def learning_events(someone: Mapping[str, str], get_type: str) -> str:
    """Asks LearnerServiceR9 for a learner's Personal Learning Record, FULL or BRIEF."""
    values = (("uln", "ULN"), ("givenName", "GivenName"), ("familyName", "FamilyName"))
    named = "".join(f"<{name}>{escape(someone[field])}</{name}>" for name, field in values)
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<GetLearnerLearningEvents xmlns="http://tempuri.org/"><invokingOrganisation '
        'xmlns:o="http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface">'
        f"<o:Password>{PASSWORD}</o:Password><o:Ukprn>TEST0001</o:Ukprn><o:Username>bench</o:Username>"
        "</invokingOrganisation><userType>ORG</userType><vendorID>1</vendorID><language>ENG</language>"
        f"{named}<getType>{get_type}</getType></GetLearnerLearningEvents></s:Body></s:Envelope>"
    )


def _who(password: str = PASSWORD) -> str:
    return f"<UKPRN>TEST0001</UKPRN><OrgPassword>{password}</OrgPassword><UserName>bench</UserName>"


def _fields(values: Mapping[str, str], *names: str) -> str:
    return "".join(f"<{name}>{escape(values[name])}</{name}>" for name in names or values)


def _envelope(namespace: str, element: str, content: str) -> str:
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:m="http://api.lrs.miap.gov.uk/{namespace}"><soapenv:Body>'
        f"<m:{element}>{content}</m:{element}></soapenv:Body></soapenv:Envelope>"
    )
