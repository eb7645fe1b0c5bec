"""The requests that the starting data serve: one for every response code, and some for each learner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.answers.messages import OPERATIONS, TEST_COLLEGE, Values, Who, call
from bench.answers.people import GRACE, NOBODY, PEOPLE, STRANGERS, Person, made_up
from bench.answers.request import Request

FIND_BY_ULN = ("ULN", "FamilyName", "GivenName")
DEMOGRAPHICS = ("FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")
VERIFIED = ("ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender")
REGISTERED = (
    *("GivenName", "FamilyName", "LastKnownPostCode", "DateOfBirth", "Gender", "VerificationType", "AbilityToShare"),
    "OtherVerificationDescription",
)
UPDATED = (*REGISTERED, "ULN", "VersionNumber")

_EDITH = {
    "GivenName": "Edith",
    "FamilyName": "Pemberton",
    "LastKnownPostCode": "ZZ99 9ZZ",
    "DateOfBirth": "2007-09-03",
    "Gender": "2",
    "VerificationType": "2",
    "AbilityToShare": "1",
}


def known_cases() -> Iterator[Request]:
    """Return the requests of the documented cases. Every new database gives the same answers."""
    for person in PEOPLE:
        yield from about(person)
    yield from _finds()
    yield from _registrations()
    yield from _updates()
    yield from _verifications()
    yield from _r9_cases()
    for label, who in STRANGERS.items():
        for name in OPERATIONS:
            yield ask(name, {}, f"from {label}", who)


def ask(name: str, changes: Values, label: str, who: Who = TEST_COLLEGE, *, person: Person = GRACE) -> Request:
    """Return a call about a stored learner; `changes` replace fields of the message or of its record."""
    return call(name, values_of(name, person, changes), label, who)


def values_of(name: str, person: Person, changes: Values) -> Values:
    """Return the values of an operation's message about a learner."""
    own = {field: value for field, value in changes.items() if field in OPERATIONS[name].fields}
    merged: Values = {**person, **changes}

    def only(*fields: str) -> Values:
        return {field: merged[field] for field in fields if field in merged}

    def record(*held: str) -> Values:
        return only(*(field for field in OPERATIONS[name].record if field in held or field in changes))

    if name in ("LearnerByULN", "LearnerByDemographics"):
        return {**only(*(FIND_BY_ULN if name == "LearnerByULN" else DEMOGRAPHICS)), **own}
    if name in ("RegisterLearner", "UpdateLearner"):
        return {"Learner": record(*(REGISTERED if name == "RegisterLearner" else UPDATED))}
    if name in ("SubmitBatch", "SubmitVerifyBatch"):
        learner = record(*((*REGISTERED, "MISIdentifier") if name == "SubmitBatch" else VERIFIED))
        return {"JobType": "FUL", "LearnerRecordCount": "1", "Learner": [learner], **own}
    if name == "VerifyLearner":
        return {"LearnerToVerify": only(*VERIFIED)}
    if name == "RetrieveULNs":
        return {"ULNsToRetrieve": {"ULN": merged["ULN"]}}
    if name == "ViewAudit":
        prefix = {"ULN": "learnerUln", "GivenName": "learnerGivenName", "FamilyName": "learnerFamilyName"}
        return {**{to: person[field] for field, to in prefix.items()}, "page": "1", **own}
    if name in ("LearnerByUln", "GetLearnerLearningEvents"):
        kind = {"findType": "FUL"} if name == "LearnerByUln" else {"getType": "FULL"}
        return {
            "uln": person["ULN"],
            "givenName": person["GivenName"],
            "familyName": person["FamilyName"],
            **kind,
            **own,
        }
    if name == "UpdateLearnerSubsetFields":
        version = person["VersionNumber"]
        return {"uln": person["ULN"], "versionNumber": version, "abilityToShare": "NotProvided", **own}
    if name == "GetOrganisation":
        return {"ukPrn": "TEST0001", **own}
    return {"JobID": "987654321", **own}


def about(person: Person) -> Iterator[Request]:
    """Every operation that changes nothing, about one learner."""
    who = f"{person['GivenName']} {person['FamilyName']}"
    for name in ("LearnerByULN", "LearnerByDemographics", "VerifyLearner", "RetrieveULNs", "LearnerByUln"):
        yield ask(name, {}, who, person=person)
    yield ask("LearnerByULN", {"FindType": "CHK"}, f"{who}, CHK", person=person)
    for user_type in ("ORG", "LNR", "SER"):
        for get_type, language in (("FULL", "ENG"), ("BRIEF", "ENG"), ("FULL", "CYM")):
            chosen = {"userType": user_type, "getType": get_type, "language": language}
            label = f"{who}, {user_type} {get_type} {language}"
            yield ask("GetLearnerLearningEvents", chosen, label, person=person)
    yield ask("ViewAudit", {}, who, person=person)
    yield ask("RegisterLearner", {}, f"{who}, who may be held", person=person)


def _finds() -> Iterator[Request]:
    by_uln = (
        {"FamilyName": "Okafer"},
        {"FamilyName": "Okaphor"},
        {"FamilyName": "Grace", "GivenName": "Okafor"},
        {"ULN": "3496281501", "FamilyName": "Ramen", "GivenName": "Priya"},
        {"ULN": "6382750203", "FamilyName": "Nunez-O'Hara", "GivenName": "Zoe Marie"},
        {"ULN": "7053182648", "FamilyName": "McPherson", "GivenName": "Callum"},
        {"ULN": "8294601755", "FamilyName": "Lloyd", "GivenName": "Peggy"},
        {"FamilyName": "Thackeray", "GivenName": "Rowan"},
        {"ULN": "4170265831"},
        {"ULN": NOBODY},
        {"ULN": "9999999999"},
        {"ULN": "417026583"},
        {"FamilyName": "Bogus"},
        {"FindType": "ALL"},
    )
    by_demographics = (
        {"GivenName": "grace", "FamilyName": "OKAFOR", "LastKnownPostCode": "ls14ap"},
        {"FamilyName": "Okafer", "Gender": "9", "LastKnownPostCode": "CV1 2WT"},
        {"FamilyName": "Grace", "GivenName": "Okafor"},
        {"GivenName": "Peggy", "FamilyName": "Lloyd", "DateOfBirth": "1988-05-21", "LastKnownPostCode": "ZZ99 9ZZ"},
        {
            "GivenName": "Lottie",
            "FamilyName": "Thornbury",
            "DateOfBirth": "2004-06-17",
            "LastKnownPostCode": "YO31 8RN",
        },
        {"GivenName": "Daniel", "FamilyName": "Ashworth", "DateOfBirth": "2001-01-01", "Gender": "1"},
        {"GivenName": "Olivia", "FamilyName": "Hughes", "DateOfBirth": "2000-01-01", "LastKnownPostCode": "SK1 3XE"},
        {"GivenName": "Grase", "LastKnownPostCode": "CV1 2WT"},
        {"FamilyName": "Okaphor", "LastKnownPostCode": "CV1 2WT"},
        {"DateOfBirth": "2005-03-15", "LastKnownPostCode": "CV1 2WT"},
        {"DateOfBirth": "2005-03-15"},
        {"DateOfBirth": "1900-02-29"},
        {"DateOfBirth": "2026-03-03"},
        {"LastKnownPostCode": "SW18 3HU"},
        {"FamilyName": "Lacey", "GivenName": "Arthur"},
        {"SchoolAtAge16": "Dummy High School"},
        {"PreviousFamilyName": "Whitlock", "PlaceOfBirth": "Durham", "EmailAddress": "a@example.org"},
        {"PreviousFamilyName": "", "PlaceOfBirth": " ", "SchoolAtAge16": ""},
    )
    for changes in by_uln:
        yield ask("LearnerByULN", changes, _told(changes))
    for kind in ("FUL", "CHK"):
        for changes in by_demographics:
            yield ask("LearnerByDemographics", {**changes, "FindType": kind}, f"{kind} {_told(changes)}")


def _registrations() -> Iterator[Request]:
    cases: tuple[Person, ...] = (
        {},
        {},
        {"FamilyName": "Bogus"},
        {"DateOfBirth": "1900-02-29"},
        {"DateOfBirth": "1899-12-31"},
        {"DateOfBirth": "2013-03-02", "FamilyName": "Thirteen"},
        {"DateOfBirth": "2013-03-03", "FamilyName": "Twelve"},
        {"DateOfBirth": "1915-03-03", "FamilyName": "Oldest"},
        {"DateOfBirth": "2027-01-01"},
        {"LastKnownPostCode": "SW18 3HU"},
        {"Notes": "A bogus note"},
        {"VerificationType": "999"},
        {"VerificationType": "999", "OtherVerificationDescription": "By School"},
        {"VerificationType": "999", "OtherVerificationDescription": "Library card", "FamilyName": "Reader"},
        {"AbilityToShare": "2", "FamilyName": "Secret"},
        {"AbilityToShare": "0", "FamilyName": "Unseen"},
        {"Nationality": "XXX", "FamilyName": "Stateless"},
        {"EmailAddress": "nobody"},
        {"ScottishCandidateNumber": "12"},
    )
    for changes in cases:
        yield ask("RegisterLearner", changes, f"Edith Pemberton {_told(changes)}", person=_EDITH)


def _updates() -> Iterator[Request]:
    by_uln = {each["ULN"]: each for each in PEOPLE}
    cases: tuple[tuple[str, Person], ...] = (
        ("5629103473", {"Title": "Dr", "VersionNumber": "3"}),
        ("5629103473", {"Title": "Dr", "VersionNumber": "5"}),
        ("5629103473", {"AbilityToShare": "0"}),
        ("5629103473", {"Title": "Mr"}),
        ("5629103473", {"Notes": "A bogus note"}),
        ("5629103473", {"OtherVerificationDescription": ""}),
        ("2865174033", {"Title": "Ms"}),
        ("4739516283", {"Title": "Mr"}),
        ("9140837261", {"FamilyName": "Iyer"}),
        (GRACE["ULN"], {"ULN": NOBODY}),
        (GRACE["ULN"], {"ULN": "4170265831"}),
        (GRACE["ULN"], {"VersionNumber": "one"}),
        (GRACE["ULN"], {"VersionNumber": "-1"}),
        (GRACE["ULN"], {}),
        (GRACE["ULN"], {"Title": "Dr"}),
        (GRACE["ULN"], {"Title": "Dr"}),
        ("5918043623", {"AbilityToShare": "1"}),
        ("6602379142", {"AbilityToShare": "1"}),
        ("7528960313", {"Nationality": "GBR", "PlaceOfBirth": "York"}),
    )
    for uln, changes in cases:
        yield ask("UpdateLearner", changes, f"{uln} {_told(changes)}", person=by_uln[uln])
    for uln in by_uln:
        yield ask("LearnerByULN", {}, f"{uln} after the updates", person=by_uln[uln])


def _verifications() -> Iterator[Request]:
    cases = (
        {"FamilyName": "OKAFOR", "GivenName": "grace", "Gender": "9"},
        {"FamilyName": "Okafer"},
        {"DateOfBirth": "2005-03-15", "Gender": "1"},
        {"DateOfBirth": "", "Gender": ""},
        {"GivenName": "Hannah"},
        {"FamilyName": "Lacey"},
        {"FamilyName": "Grace", "GivenName": "Okafor"},
        {"ULN": "5629103473"},
        {"ULN": "2865174033", "FamilyName": "Iyer", "GivenName": "Pria", "DateOfBirth": "2002-02-28"},
        {"ULN": "2865174033", "FamilyName": "Iyer", "GivenName": "Priya", "DateOfBirth": "2002-02-28"},
        {"ULN": "4170265831"},
        {"ULN": NOBODY},
        {"DateOfBirth": "1900-02-29"},
        {"FamilyName": "Bogus"},
        {"FamilyName": "-"},
    )
    for changes in cases:
        yield ask("VerifyLearner", changes, _told(changes))
    everybody = [each["ULN"] for each in PEOPLE]
    for label, ulns in (
        ("everybody", everybody),
        ("one twice", [GRACE["ULN"], GRACE["ULN"]]),
        ("unknown ones", [NOBODY, "4170265831", "9999999999"]),
        ("none", []),
        ("a malformed one", [GRACE["ULN"], "0170265830"]),
    ):
        yield call("RetrieveULNs", {"ULNsToRetrieve": {"ULN": ulns}}, label)


def _r9_cases() -> Iterator[Request]:
    by_uln = ({"uln": "4170265831"}, {"uln": ""}, {"uln": NOBODY}, {"familyName": "Okafer"}, {"familyName": "Bogus"})
    for name in ("LearnerByUln", "GetLearnerLearningEvents"):
        for changes in (*by_uln, {"givenName": "x" * 36}, {"userType": "XXX"}, {"language": "FRA"}, {"language": "en"}):
            yield ask(name, changes, _told(changes))
    for changes in (
        {"dateOfBirth": "2005-03-14", "gender": "2"},
        {"dateOfBirth": "14/03/2005"},
        {"gender": "F"},
        {"gender": "9", "dateOfBirth": ""},
        {"getType": "SOME"},
        {"vendorID": "seven"},
    ):
        yield ask("GetLearnerLearningEvents", changes, _told(changes))
    for changes in (
        {"versionNumber": "9"},
        {"abilityToShare": "FPNNotSeen"},
        {"abilityToShare": "Perhaps"},
        {"preferredGivenName": "Bogus"},
        {"emailAddress": "nobody"},
        {"telephoneNumber": "0" * 36},
        {"uln": "2865174033"},
        {"uln": "4170265831"},
        {"versionNumber": "two"},
        {"versionNumber": "2"},
        {"versionNumber": "2", "emailAddress": "grace@example.org", "telephoneNumber": "01632 960001"},
        {"versionNumber": "3", "emailAddress": "", "schoolAtAge16": "Millbrook Academy"},
    ):
        yield ask("UpdateLearnerSubsetFields", changes, _told(changes))
    for changes in ({"page": "0"}, {"page": "2"}, {"page": "-1"}, {"page": "x"}, {"learnerFamilyName": "Okafer"}):
        yield ask("ViewAudit", changes, _told(changes))
    yield ask("ViewAudit", {"learnerUln": "4170265831"}, "a wrong check digit")
    for changes in (
        {"ukPrn": "NOBODY99"},
        {"ukPrn": "TEST0003"},
        {"ukPrn": "", "orgRef": "TST004"},
        {"orgRef": "TST001"},
        {"orgRef": "TST002"},
        {"ukPrn": " "},
    ):
        yield ask("GetOrganisation", changes, _told(changes))
    yield ask("LearnerByUln", {}, "made-up learner", person={**made_up(1), "ULN": NOBODY})


def _told(changes: Mapping[str, object]) -> str:
    return " ".join(f"{name}={str(value)[:40]}" for name, value in changes.items()) or "as held"
