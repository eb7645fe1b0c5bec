"""The one list of what every client stack is asked, and of what it has to make of the answers.

Requests and answers are values by the contract's names, as client.py has them. A request's are in the order of the
WSDL, for those who write messages by hand; None is nil where an element has to be there. What is expected is told from
the starting data and is the same for all stacks. No question of the lists changes a learner.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import resources
from itertools import cycle, islice
from random import Random
from string import ascii_lowercase

from lrs_soap.wsdl.declarations import Message, fields_of
from lrs_soap.wsdl.messages.learner import (
    BatchLearner,
    Learner,
    LearnerToRegister,
    LearnerToUpdate,
    MIAPBatchLearnerToVerify,
)
from tests.interop.client import Question, Values
from tests.kit.running_server import PASSWORD, UKPRN


@dataclass(frozen=True)
class Case:
    """A question, and what its answer, or the detail of its fault, is read as."""

    name: str
    question: Question
    expected: Values

    def __str__(self) -> str:
        return f"{self.question.operation}: {self.name}"


# What is held

_LINES = resources.files("lrs_soap.sample.data").joinpath("learners.jsonl").read_text("utf-8").splitlines()
_RECORDS = {record["ULN"]: record for record in map(json.loads, _LINES)}
_DELETED = "2"


def held(uln: str) -> Values:
    """A learner of the starting data as an answer has it."""
    linked = [each["ULN"] for each in _RECORDS.values() if each.get("MasterULN") == uln]
    tier = "0" if _RECORDS[uln]["VerificationType"] in ("0", "1") else "2"
    record = {"LearnerStatus": "1", "VersionNumber": "1", "TierLevel": tier, **_RECORDS[uln]}
    shown = {name: str(value) for name, value in _in_order(Learner, record).items()}
    return {**shown, "LinkedULNs": {"ULN": linked} if linked else {}}


def _in_order(message: type[Message], values: Mapping[str, object]) -> Values:
    """Those of the values that a message has, in its order."""
    return {each.name: values[each.name] for each in fields_of(message) if each.name in values}


def _everybody(given_name: str, family_name: str) -> tuple[Values, ...]:
    """Those of this name as a find has them where all are as likely."""
    names = (given_name, family_name)
    return tuple(
        held(uln) for uln, each in sorted(_RECORDS.items()) if (each["GivenName"], each["FamilyName"]) == names
    )


_GRACE, _ROWAN, _ZOE = held("4170265830"), held("5629103473"), held("6382750203")
_PRIYA, _PRIYA_IYER, _PRIA = held("9140837261"), held("2865174033"), held("3496281501")
_PRIYA_SUBSTITUTED = {**_PRIYA, "MasterSubstituted": "Y"}
_TOBIAS = held("4739516283")
_TWINS = (*_everybody("Maisie", "Thornbury"), *_everybody("Isla", "Thornbury"))
_TEN, _TWELVE = _everybody("Daniel", "Ashworth"), _everybody("Olivia", "Hughes")


# Questions

_WHO = {"OrganisationRef": None, "UKPRN": UKPRN, "OrgPassword": PASSWORD, "UserName": "interop"}
# An organisation that may find, register and verify nobody.
BYSTANDER, BYSTANDER_REF, BYSTANDER_PASSWORD = "INTEROP9", "INTER9", "SeesRecordsOnly9"

_NAMES = ("ULN", "FamilyName", "GivenName")
_DEMOGRAPHICS = ("FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")
_OPTIONAL = ("PreviousFamilyName", "SchoolAtAge16", "PlaceOfBirth", "EmailAddress")


def by_uln(learner: Values, *, find_type: str = "FUL", **asked: str) -> Question:
    """A find by ULN of a learner; what is asked otherwise is told by name."""
    names = {name: learner[name] for name in _NAMES}
    return Question("learnerByULN", {"FindType": find_type, **_WHO, **names, **asked})


def by_demographics(learner: Values, *, find_type: str = "FUL", **asked: str) -> Question:
    """A find by demographics of a learner; what is asked otherwise, or besides, is told by name."""
    sent = {**{name: learner[name] for name in _DEMOGRAPHICS}, **dict.fromkeys(_OPTIONAL), **asked}
    return Question("learnerByDemographics", {"FindType": find_type, **_WHO, **sent})


def registration(learner: Values, **changed: str) -> Question:
    """A registration of a learner with all that it has, but for what is told by name."""
    return Question("registerSingleLearner", {**_WHO, "Learner": _in_order(LearnerToRegister, {**learner, **changed})})


def update(learner: Values, **changed: str) -> Question:
    """An update of a learner that sends all that it has, but for what is told by name."""
    return Question("updateSingleLearner", {**_WHO, "Learner": _in_order(LearnerToUpdate, {**learner, **changed})})


def verification(learner: Values, **asked: str) -> Question:
    """A verification of a learner's ULN and names; what is asked otherwise, or besides, is told by name."""
    sent = {**{name: learner[name] for name in _NAMES}, "DateOfBirth": None, "Gender": None, **asked}
    return Question("verifyLearner", {**_WHO, "LearnerToVerify": sent})


def retrieval(*ulns: str) -> Question:
    """A request for what each of these ULNs stands for."""
    return Question("retrieveULNs", {**_WHO, "ULNsToRetrieve": {"ULN": list(ulns)}})


def batch(*records: Values, count: int | None = None) -> Question:
    """A batch of records with what they have of a learner; `count` is how many it says they are, if not the truth."""
    learners = [_in_order(BatchLearner, record) for record in records]
    counted = {"LearnerRecordCount": str(len(records) if count is None else count)}
    return Question("submitBatchRegistration", {**_WHO, "JobType": "FUL", **counted, "Learner": learners})


def batch_output(job: str) -> Question:
    """A request for what has become of a batch."""
    return Question("getBatchRegistrationOutput", {**_WHO, "JobID": job})


def verify_batch(*records: Values, count: int | None = None) -> Question:
    """A batch of records to verify, as `batch`."""
    learners = [_in_order(MIAPBatchLearnerToVerify, record) for record in records]
    counted = {"LearnerRecordCount": str(len(records) if count is None else count)}
    return Question("submitVerifyBatch", {**_WHO, **counted, "OrgEmail": None, "Learner": learners})


def verify_batch_output(job: str) -> Question:
    """A request for what has become of a batch to verify."""
    return Question("getVerifyBatchOutput", {**_WHO, "JobID": job})


# Answers


def _answered(name: str, question: Question, code: str) -> Case:
    return Case(name, question, {"ResponseCode": code})


def _found(name: str, question: Question, code: str, *learners: Values) -> Case:
    """Without any learner there is no list of them."""
    asked = {field: value for field, value in question.request.items() if field not in ("FindType", *_WHO)}
    echo = {field: value for field, value in asked.items() if value is not None}
    return Case(name, question, {"ResponseCode": code, **echo, **({"Learner": list(learners)} if learners else {})})


def _verified(name: str, question: Question, code: str, *flags: str, own: Values | None = None) -> Case:
    asked = question.request["LearnerToVerify"].items()
    searched = {f"Searched{field}": value for field, value in asked if value is not None}
    record = {} if own is None else _details(own)
    failed = {"FailureFlag": list(flags)} if flags else {}
    return Case(name, question, {"VerifiedLearner": {**searched, "ResponseCode": code, **record, **failed}})


def _retrieved(name: str, *ulns: str) -> Case:
    return Case(name, retrieval(*ulns), {"RetrievedULNs": {"VerifiedULN": [_standing_for(uln) for uln in ulns]}})


def _standing_for(uln: str) -> Values:
    record = _RECORDS[uln]
    if record.get("LearnerStatus") == _DELETED:
        return {"ULN": uln, "ResponseCode": "WSRC0001"}
    if master := record.get("MasterULN"):
        return {**_details(_RECORDS[master]), "ULN": uln, "MasterULN": master, "ResponseCode": "WSRC0022"}
    return {**_details(record), "ResponseCode": "WSRC0004"}


def _details(learner: Values) -> Values:
    return {name: learner[name] for name in (*_NAMES, "DateOfBirth", "Gender")}


def _not_a_job(name: str, question: Question, code: str) -> Case:
    return Case(name, question, {"ResponseCode": code, "JobID": "0"})


_EVERYTHING_TO_FIND_BY = {
    "PreviousFamilyName": "O’Neill & Söhne",
    "SchoolAtAge16": "St Bride's <Lower>",
    "PlaceOfBirth": "Łódź",
    "EmailAddress": "zoe@example.org",
}
_ANOTHER = {"FamilyName": "Hughes", "GivenName": "Olivia", "DateOfBirth": "2000-01-01", "Gender": "2"}
_EVERY_FLAG = tuple(f"VRF{number}" for number in range(1, 9))
_TO_VERIFY = verification(_GRACE).request["LearnerToVerify"]
_NOBODYS_JOB = "9223372036854775807"

ANSWERS = (
    _found("no linked ULNs", by_uln(_GRACE), "WSRC0004", _GRACE),
    _found("every field", by_uln(_ROWAN), "WSRC0004", _ROWAN),
    _found("letters beyond ASCII", by_uln(_ZOE), "WSRC0004", _ZOE),
    _found("a master", by_uln(_PRIYA), "WSRC0004", _PRIYA),
    _found("a linked one", by_uln(_PRIYA_IYER), "WSRC0022", _PRIYA_SUBSTITUTED),
    _found("similar names", by_uln(_GRACE, FamilyName="Okafer"), "WSRC0003", _GRACE),
    _found("similar names of a linked one", by_uln(_PRIA, FamilyName="Ramen"), "WSRC0003", _PRIYA_SUBSTITUTED),
    _found("another's names", by_uln(_ROWAN, ULN=_GRACE["ULN"]), "WSRC0001"),
    _found("deleted", by_uln(_TOBIAS), "WSRC0001"),
    _found("CHK", by_uln(_GRACE, find_type="CHK"), "WSRC0004"),
    _found("exact", by_demographics(_GRACE), "WSRC0004", _GRACE),
    _found("asked by everything", by_demographics(_ZOE, **_EVERYTHING_TO_FIND_BY), "WSRC0004", _ZOE),
    _found("a linked one", by_demographics(_PRIYA_IYER), "WSRC0022", _PRIYA_SUBSTITUTED),
    _found("no match", by_demographics(_GRACE, DateOfBirth="1951-07-09", LastKnownPostCode="CV1 2WT"), "WSRC0001"),
    _found("one possible", by_demographics(_GRACE, LastKnownPostCode="CV1 2WT"), "WSRC0003", _GRACE),
    _found("two possible", by_demographics(_TWINS[0], GivenName="Lottie"), "WSRC0003", *_TWINS),
    _found("ten possible", by_demographics(_TEN[0], LastKnownPostCode="SK1 3XE"), "WSRC0003", *_TEN),
    _found("twelve possible", by_demographics(_TWELVE[0], LastKnownPostCode="SK1 3XE"), "WSRC0002"),
    _found("CHK", by_demographics(_TEN[0], find_type="CHK", LastKnownPostCode="SK1 3XE"), "WSRC0003"),
    _answered("held already", registration(_ROWAN, Title="Dr"), "WSRC0021"),
    _answered("held already, and linked", registration(_PRIYA_IYER), "WSRC0021"),
    _answered("an old version", update(_ROWAN, VersionNumber="3", Title="Dr"), "WSRC0013"),
    _answered("a version to come", update(_ROWAN, VersionNumber="5", Title="Dr"), "WSRC0013"),
    _answered("a notice unseen", update(_ROWAN, AbilityToShare="0"), "WSRC0014"),
    _answered("linked", update(_PRIYA_IYER, Title="Ms"), "WSRC0019"),
    _answered("deleted", update(_TOBIAS, Title="Mr"), "WSRC0019"),
    _answered("wrong check digit", update(_GRACE, ULN="4170265831"), "WSRC0019"),
    _answered("no change of any field", update(_ROWAN), "WSRC0020"),
    _answered("another's details", update(_PRIYA, FamilyName="Iyer"), "WSRC0021"),
    _verified("equal", verification(_GRACE), "WSVRC001", own=_GRACE),
    _verified("all equal", verification(_ZOE, DateOfBirth="2006-07-30", Gender="2"), "WSVRC001", own=_ZOE),
    _verified("equal, and linked", verification(_PRIYA_IYER), "WSVRC002", own=_PRIYA_IYER),
    _verified("similar", verification(_GRACE, FamilyName="Okafer"), "WSVRC003", "VRF4", "VRF5", own=_GRACE),
    _verified(
        "similar, and linked", verification(_PRIYA_IYER, GivenName="Pria"), "WSVRC004", "VRF1", "VRF2", own=_PRIYA_IYER
    ),
    _verified("one flag", verification(_GRACE, Gender="1"), "WSVRC005", "VRF8"),
    _verified("every flag", verification(_ROWAN, **_ANOTHER), "WSVRC005", *_EVERY_FLAG),
    _verified("deleted", verification(_TOBIAS), "WSVRC006"),
    _retrieved("one", _GRACE["ULN"]),
    _retrieved("several", _ROWAN["ULN"], _TOBIAS["ULN"], _PRIYA_IYER["ULN"], _PRIYA["ULN"], _ROWAN["ULN"]),
    _retrieved("as many as there may be", *islice(cycle(_RECORDS), 200)),
    _not_a_job("a record too few", batch(_GRACE, count=2), "WSRC0017"),
    _not_a_job("a record too many", batch(_GRACE, _ROWAN, count=1), "WSRC0017"),
    _not_a_job("a record too few", verify_batch(_TO_VERIFY, count=2), "WSRC0030"),
    _not_a_job("more records than a count may say", verify_batch(*[_TO_VERIFY] * 201, count=200), "WSRC0030"),
    _answered("unknown job", batch_output(_NOBODYS_JOB), "WSRC0018"),
    _answered("unknown job", verify_batch_output(_NOBODYS_JOB), "WSRC0018"),
)


# Batches


@dataclass(frozen=True)
class BatchRecord:
    """A record, and what comes back of it; a ULN that is new is `NEW_ULN`."""

    sent: Values
    answered: Values


NEW_ULN = "a new ULN"
_NEW_LEARNERS = 190


def batch_records(stack: str) -> list[BatchRecord]:
    """As many records as a batch may have; those who are new are new to every stack."""
    olivia = {**_plain(_TWELVE[0]), "LastKnownPostCode": "SK1 3XE"}
    of_a_kind = [
        _recorded({"GivenName": "Lottie", **_without(_plain(_TWINS[0]), "GivenName")}, "RC007"),
        _recorded(_plain(_GRACE), "RC002", _GRACE["ULN"]),
        _recorded(olivia, "RC008"),
        _recorded(_without(_new(stack, 0), "AbilityToShare"), "RC006"),
        _recorded(_without(_new(stack, 0), "Gender"), "RC010"),
        _recorded({**_new(stack, 0), "DateOfBirth": "1900-02-29"}, "RC011"),
        _recorded({"ULN": "2719305803", **_new(stack, 0)}, "RC009", "2719305803"),
        _recorded({"ULN": _PRIYA_IYER["ULN"], **_plain(_PRIYA_IYER)}, "RC004", _PRIYA["ULN"]),
        _recorded({"ULN": _ZOE["ULN"], **_plain(_ZOE)}, "RC005", _ZOE["ULN"]),
        _recorded({"ULN": _TOBIAS["ULN"], **_plain(_TOBIAS)}, "RC009", _TOBIAS["ULN"]),
    ]
    new = [_recorded(_new(stack, place), "RC001", NEW_ULN) for place in range(1, 1 + _NEW_LEARNERS)]
    return [_numbered(each, place) for place, each in enumerate((*new[:100], *of_a_kind, *new[100:]))]


COUNTS = {
    "NewLearnersCount": str(_NEW_LEARNERS),
    "ExistsUpdatedLearnersCount": "3",
    "PossibleMatchLearnersCount": "2",
    "LearnersNotFoundCount": "2",
    "RejectedLearnersCount": "3",
}


def verified_records() -> list[BatchRecord]:
    """Every verification of the list, as a record of a batch."""
    return [
        _numbered(BatchRecord(case.question.request["LearnerToVerify"], case.expected["VerifiedLearner"]), place)
        for place, case in enumerate(ANSWERS)
        if case.question.operation == "verifyLearner"
    ]


def _recorded(sent: Values, code: str, uln: str | None = None) -> BatchRecord:
    return BatchRecord(sent, {**sent, **({} if uln is None else {"ULN": uln}), "ReturnCode": code})


def _numbered(record: BatchRecord, place: int) -> BatchRecord:
    number = {"MISIdentifier": f"N° {place}"}
    return BatchRecord({**record.sent, **number}, {**record.answered, **number})


def _plain(learner: Values) -> Values:
    return {name: learner[name] for name in _DEMOGRAPHICS}


def _without(record: Values, name: str) -> Values:
    return {each: value for each, value in record.items() if each != name}


def _new(stack: str, place: int) -> Values:
    """Somebody with every field that a record may have, who is like nobody else."""
    letters = Random(f"{stack} {place}")
    given_name, family_name, previous = ("".join(letters.choices(ascii_lowercase, k=20)) for _ in range(3))
    born = date(1990, 1, 1) + place * timedelta(days=37)
    names = {"GivenName": f"Zoë {given_name}", "FamilyName": f"O’{family_name}", "PreviousFamilyName": previous}
    return _without(_in_order(BatchLearner, {**_ROWAN, **names, "DateOfBirth": born.isoformat()}), "ULN")


# Faults

_ORGANISATIONS = "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validateOrganisation()"
_VALIDATOR = "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()"
_BADLY_FORMED = (
    "Invalid request, The request was badly formed - this may include missing mandatory parameters, or invalid data "
    "types."
)
# What is asked with, and the fault's description.
_REFUSED = {
    "WSEC0003": (
        {"UKPRN": "NOBODY99"},
        "Unknown organisation, The request contains an Organisation code which is either not recognised by the web "
        "service, or not authorised to access the web service functions.",
    ),
    "WSEC0005": (
        {"OrgPassword": "NotThePassword16"},
        "Incorrect password, The Organisation Password is not correct.",
    ),
    "WSEC0006": (
        {"UKPRN": BYSTANDER, "OrgPassword": BYSTANDER_PASSWORD},
        "Insufficient access, The Requesting Organisation is not allowed to access the web service.",
    ),
}


def _badly_formed(question: Question, details: str) -> Case:
    detail = {"ErrorActor": _VALIDATOR, "Description": _BADLY_FORMED, "FurtherDetails": details}
    return Case("WSEC0001", question, {"ErrorCode": "WSEC0001", **detail})


def _refused(question: Question, code: str) -> Case:
    who, description = _REFUSED[code]
    detail = {"ErrorActor": _ORGANISATIONS, "Description": description}
    return Case(code, replace(question, request={**question.request, **who}), {"ErrorCode": code, **detail})


def _no_value(value: str, pattern: str, kind: str) -> str:
    return (
        f"cvc-pattern-valid: Value '{value}' is not facet-valid with respect to pattern '{pattern}' for type '{kind}'."
    )


_NO_ULN = _no_value("417026583", "[1-9][0-9]{9}", "MIAPULN")
_NO_DATE = "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."

FAULTS = (
    _badly_formed(by_uln(_GRACE, ULN="417026583"), _NO_ULN),
    _badly_formed(by_demographics(_GRACE, DateOfBirth="1900-02-29"), _NO_DATE),
    _badly_formed(
        registration(_GRACE, FamilyName="Bogus"), "Value 'Bogus' of element 'FamilyName' contains prohibited text."
    ),
    _badly_formed(update(_GRACE, Gender="3"), _no_value("3", "0|1|2|9", "MIAPGender")),
    _badly_formed(verification(_GRACE, DateOfBirth="1900-02-29"), _NO_DATE),
    _badly_formed(
        retrieval(*[_GRACE["ULN"]] * 201),
        "cvc-complex-type.2.4.f: 'ULN' can occur a maximum of '200' times in the current sequence. This limit was "
        "exceeded. No child element is expected at this point.",
    ),
    _badly_formed(batch(_ROWAN, {**_GRACE, "Gender": "3"}), _no_value("3", "0|1|2|9|", "MIAPGenderNillable")),
    _badly_formed(
        batch(*[_GRACE] * 201, count=200),
        "cvc-complex-type.2.4.f: 'Learner' can occur a maximum of '200' times in the current sequence. This limit was "
        "exceeded. No child element is expected at this point.",
    ),
    _badly_formed(verify_batch({**_TO_VERIFY, "ULN": "417026583"}), _NO_ULN),
    *(
        _refused(question, code)
        for question in (
            by_uln(_GRACE),
            by_demographics(_GRACE),
            registration(_GRACE),
            update(_GRACE),
            verification(_GRACE),
            retrieval(_GRACE["ULN"]),
            batch(_GRACE),
            batch_output("1"),
            verify_batch(_TO_VERIFY),
            verify_batch_output("1"),
        )
        for code in _REFUSED
    ),
)
