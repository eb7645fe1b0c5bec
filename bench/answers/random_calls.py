"""Random calls: what is asked, who asks, and how far the values are from the stored ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from bench.answers.known_cases import ask
from bench.answers.messages import OPERATIONS
from bench.answers.people import ANYBODY, NOBODY, PEOPLE, STRANGERS, Person, made_up
from bench.answers.request import Request

_SAID = {
    "Title": ("Dr", "Ms", ""),
    "MiddleOtherName": ("Anne", "de la", ""),
    "PreferredGivenName": ("Bobby", "Bogus"),
    "PreviousFamilyName": ("Smith-Jones", "O'Brien"),
    "FamilyNameAtAge16": ("Ünsal", "x" * 36),
    "SchoolAtAge16": ("Millbrook Academy", "Dummy School"),
    "LastKnownAddressLine1": ("1 High Street", "HMP Somewhere"),
    "LastKnownAddressTown": ("Leeds", "<Leeds>"),
    "LastKnownPostCode": ("LS1 1AA", "ls11aa", "M60 9AH", "BFPO 12", "nowhere", ""),
    "DateOfAddressCapture": ("2024-02-29", "2023-02-29", ""),
    "DateOfBirth": ("2000-02-29", "2001-02-29", "1900-02-29", "2026-03-02", "2026-03-03", "1880-01-01", ""),
    "PlaceOfBirth": ("Cardiff",),
    "Gender": ("0", "1", "2", "9", "3", ""),
    "EmailAddress": ("a@example.org", "a@b", "a" * 250 + "@example.org"),
    "Nationality": ("GBR", "GBRX"),
    "ScottishCandidateNumber": ("123456789", "12345"),
    "VerificationType": ("0", "3", "8", "999", ""),
    "OtherVerificationDescription": ("Bus pass", "other"),
    "AbilityToShare": ("0", "1", "2", "3"),
    "Notes": ("A note", "An asdf note", "n" * 4001),
    "GivenName": ("Anonymous", " Grace ", "Gräce", "G", "-", "Grace\u00a0", "x" * 35),
    "FamilyName": ("OKAFOR", "Okafor Smith", "St John", "Saint John", "😀", "x" * 36, " "),
    "ULN": (NOBODY, "4170265831", "1234567890", "abc", ""),
    "VersionNumber": ("1", "2", "3", "4", "0", "x", "2147483648"),
    "uln": (NOBODY, "4170265831", "417026583", " ", ""),
    "givenName": ("Anonymous", "", "Graçe"),
    "familyName": ("Okafer", "", " "),
    "userType": ("ORG", "LNR", "SER", "", "org"),
    "vendorId": ("7", "", "-1", "seven", "99999999999"),
    "language": ("CYM", "ENG", "cym", "en", "cy", ""),
    "findType": ("CHK", "FUL", "", "ful"),
    "getType": ("BRIEF", "FULL", "", "brief"),
    "dateOfBirth": ("2005-03-14", "2005-03-15"),
    "gender": ("1", "2", "9"),
    "versionNumber": ("1", "2", "3", "0"),
    "abilityToShare": ("NotProvided", "FPNNotSeen", "FPNSeenShareData", "1", ""),
    "emailAddress": ("new@example.org", "nobody"),
    "telephoneNumber": ("01632 960001",),
    "schoolAtAge16": ("Fake School", "Old School"),
    "preferredGivenName": ("Bob", ""),
    "learnerUln": (NOBODY, "x"),
    "page": ("1", "2", "3", "0", "x", ""),
    "ukPrn": ("TEST0002", "test0003", "x", ""),
    "orgRef": ("TST001", "TST002", ""),
    "JobID": ("1", "2", "7", "40"),
    "FindType": ("FUL", "CHK", "ful", ""),
}
"""Values, good and bad, that may replace the stored ones in a message, by field."""

_READING = tuple(name for name in OPERATIONS if name not in ("SubmitBatch", "SubmitVerifyBatch"))


def random_call(random: Random) -> Request:
    """A call of any operation but those that submit batches, about a learner of the starting data."""
    name = random.choice(_READING)
    person = dict(random.choice(PEOPLE))
    if random.random() < 0.3:
        _muddle(random, person)
    fields = [each for each in (*OPERATIONS[name].fields, *OPERATIONS[name].record) if each in _SAID]
    chosen = random.sample(fields, min(len(fields), random.choice((0, 0, 1, 1, 2))))
    changes = {field: random.choice(_SAID[field]) for field in chosen}
    who = random.choice(list(STRANGERS.values())) if random.random() < 0.08 else random.choice(ANYBODY)
    told = " ".join(f"{field}={value[:20]}" for field, value in changes.items())
    return ask(name, changes, f"{person['GivenName']} {told}", who, person=person)


def life(random: Random, number: int) -> Iterator[Request]:
    """A new learner from the registration on: found, changed, verified, asked for by both ports."""
    learner = made_up(number)
    optional = ("Title", "MiddleOtherName", "PlaceOfBirth", "Nationality", "EmailAddress")
    learner |= {field: _SAID[field][0] for field in random.sample(optional, random.randint(0, 3))}
    label = f"learner {number}"
    if random.random() < 0.5:
        yield ask("LearnerByDemographics", {}, f"{label}, before", person=learner)
    yield replace(ask("RegisterLearner", learner, label, person=learner), keep=label)
    held = {**learner, "ULN": f"$({label})"}
    version = 1
    for step in range(random.randint(3, 7)):
        request, version = random.choice(_STEPS)(random, held, version)
        yield replace(request, label=f"{request.label}, {label}, step {step}")


def _update(random: Random, held: Person, version: int) -> tuple[Request, int]:
    field = random.choice(("LastKnownAddressLine2", "FamilyNameAtAge16", "LastKnownAddressCountyOrCity"))
    changes = {field: f"Place {version}", "VersionNumber": str(version)}
    return ask("UpdateLearner", changes, f"version {version}", person=held), version + 1


def _subset(random: Random, held: Person, version: int) -> tuple[Request, int]:
    changes = {"versionNumber": str(version), "schoolAtAge16": f"School {version}"}
    person = {**held, "VersionNumber": str(version)}
    return ask("UpdateLearnerSubsetFields", changes, f"version {version}", person=person), version + 1


def _stale(random: Random, held: Person, version: int) -> tuple[Request, int]:
    changes = {"Title": "Late", "VersionNumber": str(random.choice((version - 1, version + 1)))}
    return ask("UpdateLearner", changes, "another version", person=held), version


def _again(random: Random, held: Person, version: int) -> tuple[Request, int]:
    return ask("RegisterLearner", {}, "again", person=held), version


def _asked(random: Random, held: Person, version: int) -> tuple[Request, int]:
    names = ("LearnerByULN", "LearnerByDemographics", "VerifyLearner", "RetrieveULNs", "LearnerByUln", "ViewAudit")
    name = random.choice((*names, "GetLearnerLearningEvents"))
    person = dict(held)
    if random.random() < 0.3:
        _muddle(random, person)
    return ask(name, {}, "held", person=person), version


_STEPS: tuple[Callable[[Random, Person, int], tuple[Request, int]], ...] = (
    _update,
    _subset,
    _stale,
    _again,
    _asked,
    _asked,
    _asked,
)


def _muddle(random: Random, person: dict[str, str]) -> None:
    """Change a learner slightly, into one that may count as the same."""
    field = random.choice(("GivenName", "FamilyName"))
    name, at = person[field], random.randrange(len(person[field]) - 1)
    how = random.randrange(6)
    if how == 0:
        person[field] = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    elif how == 1:
        person[field] = name[:at] + "e" + name[at + 1 :]
    elif how == 2:
        person[field] = name.upper()
    elif how == 3:
        person["GivenName"], person["FamilyName"] = person["FamilyName"], person["GivenName"]
    elif how == 4:
        year, month, day = person["DateOfBirth"].split("-")
        person["DateOfBirth"] = f"{year}-{month}-{random.choice(('01', day, '28'))}"
    else:
        person["LastKnownPostCode"] = random.choice(("LS1 4AP", "ZZ99 9ZZ", "CV1 2WT"))
