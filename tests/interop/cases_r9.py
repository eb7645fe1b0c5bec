"""What every client stack is asked of LearnerServiceR9, in the manner of cases.py.

A request has every parameter, in the order of the WSDL; None is nil.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from lrs_soap.clock import LONDON
from lrs_soap.rules.records import learning_record
from lrs_soap.rules.records.learning_events import CONTRACT_FIELDS, CONTRACT_NAMES, LearningEvent
from lrs_soap.rules.values.codes import FaultCode, ResponseCode
from lrs_soap.sample.starting_events import LONG_RECORD, starting_events
from lrs_soap.wsdl.declarations import BuiltIn, fields_of
from lrs_soap.wsdl.messages import miap_model
from tests.interop.cases import Case, held
from tests.interop.client import LEARNER_SERVICE_R9, Question, Values
from tests.kit.running_server import PASSWORD, UKPRN

ACTIONS = "http://tempuri.org/ILearnerServiceR9/"

# What is held

_GRACE, _ZOE = held("4170265830"), held("6382750203")
# LearnerService does not tell all that is held.
_ROWAN = {**held("5629103473"), "TelephoneNumber": "01632 960417", "UniqueCandidateIdentifier": "512340240017K"}
_PRIYA, _PRIYA_IYER = held("9140837261"), held("2865174033")
_CALLUM, _SAMUEL, _MARGARET = held("7053182648"), held("8031459273"), held("8294601755")
_DECLAN, _TOBIAS, _GWENDOLEN = held("6602379142"), held("4739516283"), held(LONG_RECORD)

_STARTING = tuple(starting_events(datetime(2025, 1, 14, tzinfo=LONDON)))
LOADED_EVENT = {
    "ULN": _ZOE["ULN"],
    "Source": "AO",
    "Subject": "“Cymraeg” & <Iaith>: llên ŵyl",
    "SubjectCode": "K/501/5773",
    "AwardingOrganisationName": "O'Neill & Söhne",
    "AwardingOrganisationUkprn": "10990065",
    "AchievementAwardDate": "2023-08-17",
    "LanguageForAssessment": "Welsh",
    "Credits": str(2**63 - 1),
    "DateLoaded": "2024-01-20 06:12:44",
}
"""The one event of somebody who has none to start with."""

_OWN_NAMES = {name: field for field, name in CONTRACT_NAMES.items()}
_LOADED = LearningEvent(**{_OWN_NAMES[name]: value for name, value in LOADED_EVENT.items()})._replace(credits=2**63 - 1)
# As a new database numbers them.
_EVENTS = [event._replace(id=number) for number, event in enumerate((*_STARTING, _LOADED), 1)]

# Questions

_WHO = {"Password": PASSWORD, "Ukprn": UKPRN, "Username": "interop"}


def _question(operation: str, parameters: Values, asked: Values, *, vendor: str = "vendorId") -> Question:
    """A request with these parameters, but for what is asked otherwise."""
    asking: Values = {"invokingOrganisation": _WHO, "userType": "ORG", vendor: "1", "language": "ENG"}
    return Question(operation, {**asking, **parameters, **asked}, service=LEARNER_SERVICE_R9)


def by_uln(learner: Values, *, find_type: str = "FUL", **asked: str) -> Question:
    """A find by ULN of a learner; what is asked otherwise is told by name."""
    return _question("LearnerByUln", {**_named(learner), "findType": find_type}, asked)


def events(learner: Values, *, get_type: str = "FULL", **asked: str) -> Question:
    """A request for a learner's record; what is asked otherwise, or besides, is told by name."""
    details = {**_named(learner), "dateOfBirth": None, "gender": None}
    return _question("GetLearnerLearningEvents", {**details, "getType": get_type}, asked, vendor="vendorID")


def update_subset(learner: Values, version: str, **changed: str) -> Question:
    """An update of the fields that are told by name; all others stay."""
    fields = {
        "emailAddress": None,
        "telephoneNumber": None,
        "abilityToShare": "NotProvided",
        "schoolAtAge16": None,
        "preferredGivenName": None,
    }
    return _question("UpdateLearnerSubsetFields", {"uln": learner["ULN"], "versionNumber": version, **fields}, changed)


def audit(learner: Values, page: int = 1, **asked: str) -> Question:
    """A request for a page of who has looked at a learner's record."""
    names = {
        "learnerUln": learner["ULN"],
        "learnerGivenName": learner["GivenName"],
        "learnerFamilyName": learner["FamilyName"],
    }
    return _question("ViewAudit", {**names, "page": str(page)}, asked)


def organisation(ukprn: str | None, reference: str | None = None) -> Question:
    """A request for an organisation."""
    return _question("GetOrganisation", {"ukPrn": ukprn, "orgRef": reference}, {})


def _named(learner: Values) -> Values:
    return {"uln": learner["ULN"], "givenName": learner["GivenName"], "familyName": learner["FamilyName"]}


# Answers


def result(question: Question, values: Values | str) -> Values:
    """An answer that has these values, or this one."""
    return {f"{question.operation}Result": values}


def learner_of(learner: Values) -> Values:
    """A learner as R9 has it, of what cases.py has: dates are moments, and what R9 would know besides is nothing."""
    renamed = {"FamilyNameAt16": "FamilyNameAtAge16", "RecordStatus": "LearnerStatus"}
    values: Values = {}
    for field in fields_of(miap_model.Learner):
        value = learner.get(renamed.get(field.name, field.name), _NOTHING.get(field.name))
        if value is not None:
            values[field.name] = f"{value}T00:00:00" if field.name in _MOMENTS else value
    linked = learner["LinkedULNs"].get("ULN", [])
    return {**values, "Uln": learner["ULN"], "LinkedUlns": {"string": linked} if linked else {}}


_MOMENTS = ("CreatedDate", "DateOfAddressCapture", "DateOfBirth", "LastUpdatedDate")
_NOTHING = {
    field.name: {BuiltIn.INT: "0", BuiltIn.FLAG: "false"}[field.built_in]
    for field in fields_of(miap_model.Learner)
    if field.message is None and field.built_in in (BuiltIn.INT, BuiltIn.FLAG) and not field.declared.published.nillable
}


def _found(name: str, question: Question, code: str, learner: Values | None = None) -> Case:
    asked = question.request
    echo = {"Uln": asked["uln"], "GivenName": asked["givenName"], "FamilyName": asked["familyName"]}
    shown = {} if learner is None else {"Learner": learner_of(learner)}
    return Case(name, question, result(question, {"ResponseCode": code, **echo, **shown}))


def _record(name: str, question: Question, code: str, found: Values | None = None, *ulns: str) -> Case:
    """The record of the one who is found, made of the events of these ULNs; without any there is nothing in it."""
    asked = question.request
    told = {"ResponseCode": code, "IncomingULN": asked["uln"], **({"FoundULN": found["ULN"]} if found else {})}
    own = (event for event in _EVENTS if event.uln in ulns)
    shown = list(_as_told(learning_record.visible_events(asked["userType"], own), asked))
    return Case(name, question, result(question, {**told, "LearnerRecord": {"LearningEvent": shown} if shown else {}}))


def _as_told(shown: Iterable[LearningEvent], asked: Values) -> Iterator[Values]:
    """As client.py has an answer: without what is nil, empty, or left out."""
    is_brief, is_welsh = asked["getType"] == "BRIEF", asked["language"] == "CYM"
    for cells in learning_record.event_values(shown, is_brief=is_brief, is_welsh=is_welsh):
        values = zip(CONTRACT_FIELDS, cells, strict=True)
        yield {CONTRACT_NAMES[field]: str(value) for field, value in values if value not in (None, "")}


def _organisation(name: str, question: Question, *values: str) -> Case:
    names = ("ResponseCode", "DisplayName", "OrgRef", "Status", "Ukprn")
    return Case(name, question, result(question, dict(zip(names, values, strict=False))))


def _answered(name: str, question: Question, code: str) -> Case:
    return Case(name, question, {f"{question.operation}Result": code})


_OWN = ("TEST0001", "TST001", "Compatibility Test College")
_PRIYAS = (_PRIYA["ULN"], _PRIYA_IYER["ULN"])

RECORDS = (
    _record("no events", events(_CALLUM), "WSRC0004", _CALLUM),
    _record("one event", events(_ZOE), "WSRC0004", _ZOE, _ZOE["ULN"]),
    _record("one event", events(_ZOE, get_type="BRIEF"), "WSRC0004", _ZOE, _ZOE["ULN"]),
    _record("400 events", events(_GWENDOLEN), "WSRC0004", _GWENDOLEN, LONG_RECORD),
    _record("400 events, brief", events(_GWENDOLEN, get_type="BRIEF"), "WSRC0004", _GWENDOLEN, LONG_RECORD),
    _record("all sources", events(_GRACE), "WSRC0004", _GRACE, _GRACE["ULN"]),
    _record("in Welsh", events(_MARGARET, language="CYM"), "WSRC0004", _MARGARET, _MARGARET["ULN"]),
    _record("with sensitive ones", events(_SAMUEL, userType="LNR"), "WSRC0004", _SAMUEL, _SAMUEL["ULN"]),
    _record("without sensitive ones", events(_SAMUEL), "WSRC0004", _SAMUEL, _SAMUEL["ULN"]),
    _record("a master", events(_PRIYA), "WSRC0004", _PRIYA, *_PRIYAS),
    _record("linked", events(_PRIYA_IYER), "WSRC0022", _PRIYA, *_PRIYAS),
    _record("not shared", events(_DECLAN), "WSEC0206", _DECLAN),
    _record("the learner's own", events(_DECLAN, userType="LNR"), "WSRC0004", _DECLAN, _DECLAN["ULN"]),
    _record("similar names", events(_GRACE, familyName="Okafer"), "WSEC0208"),
    _record("another date of birth", events(_GRACE, dateOfBirth="2005-03-15"), "WSEC0208"),
    _record("the right date of birth", events(_CALLUM, dateOfBirth="2003-12-09"), "WSRC0004", _CALLUM),
    _record("deleted", events(_TOBIAS), "WSEC0208"),
    _record("wrong check digit", events(_GRACE, uln="4170265831"), "WSEC0136"),
)

ANSWERS = (
    *RECORDS,
    _found("no linked ULNs", by_uln(_GRACE), "WSRC0004", _GRACE),
    _found("every field", by_uln(_ROWAN), "WSRC0004", _ROWAN),
    _found("letters beyond ASCII", by_uln(_ZOE), "WSRC0004", _ZOE),
    _found("linked", by_uln(_PRIYA_IYER), "WSRC0022", _PRIYA),
    _found("similar names", by_uln(_GRACE, familyName="Okafer"), "WSRC0003", _GRACE),
    _found("deleted", by_uln(_TOBIAS), "WSRC0001"),
    _found("CHK", by_uln(_GRACE, find_type="CHK"), "WSRC0004"),
    _found("wrong check digit", by_uln(_GRACE, uln="4170265831"), "WSEC0136"),
    _answered("no change", update_subset(_GRACE, "1"), "WSRC0020"),
    _answered("an old version", update_subset(_ROWAN, "3"), "WSRC0013"),
    _answered("a notice unseen", update_subset(_GRACE, "1", abilityToShare="FPNNotSeen"), "WSRC0014"),
    _answered("linked", update_subset(_PRIYA_IYER, "1"), "WSRC0019"),
    _answered("wrong check digit", update_subset({"ULN": "4170265831"}, "1"), "WSEC0136"),
    _organisation("by UKPRN", organisation(_OWN[0]), "WSRC0004", _OWN[2], _OWN[1], "Active", _OWN[0]),
    _organisation("by reference", organisation(None, _OWN[1]), "WSRC0004", _OWN[2], _OWN[1], "Active", _OWN[0]),
    _organisation("unknown", organisation("NOBODY99"), "WSRC0001"),
)


# Faults

_DESCRIPTIONS = {code.value: code.text for code in (*FaultCode, *ResponseCode)}
_REFUSED = {
    "WSEC0003": {"Ukprn": "NOBODY99"},
    "WSEC0005": {"Password": "NotThePassword16"},
    "WSEC0006": {"Ukprn": "TEST0002", "Password": "ViewOnlyPass0002"},
}


def _fault(code: str, question: Question) -> Case:
    detail = base64.b64encode(_DESCRIPTIONS[code].encode()).decode()
    return Case(code, question, {"ErrorCode": code, "ErrorDetail": detail})


def _refused(code: str, question: Question) -> Case:
    who = {**_WHO, **_REFUSED[code]}
    return _fault(code, replace(question, request={**question.request, "invokingOrganisation": who}))


EACH_OPERATION = (by_uln(_GRACE), events(_GRACE), update_subset(_GRACE, "1"), audit(_GRACE), organisation("TEST0001"))

FAULTS = (
    *(_fault("WSEC0001", replace(each, request={**each.request, "language": "FRA"})) for each in EACH_OPERATION),
    *(_refused(code, each) for each in EACH_OPERATION for code in ("WSEC0003", "WSEC0005")),
    *(_refused("WSEC0006", each) for each in EACH_OPERATION[1:4]),
    _fault("WSEC0136", audit(_GRACE, learnerUln="4170265831")),
    _fault("WSEC0208", audit(_GRACE, learnerFamilyName="Okafer")),
)
