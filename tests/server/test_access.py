"""Who may ask, over the wire: every fault that says no, on both ports, for every operation, in its order."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from lrs_soap.clock import LONDON, SettableClock
from lrs_soap.operations import organisations
from lrs_soap.passwords import Passwords
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.sample import starting_data
from lrs_soap.server.listening import listen
from lrs_soap.server.loop import Loop
from lrs_soap.server.wsgi import application_of
from lrs_soap.settings import Settings, resolve
from lrs_soap.store.store import Store
from lrs_soap.world import policy_of
from tests.kit.answer_schema import assert_valid
from tests.kit.databases import SQLITE, new_database
from tests.kit.every_operation import DECLARED, LEARNER, OPERATIONS, R9, TEST, Who, ask, ask_with, code_of
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, Answer, envelope, post, send
from tests.kit.work import unit, world_over

WRONG = "NotTheRightPass1"
SUSPENDED = Who("TEST0003", "SuspendedPass003")
TEXTS = {
    "WSEC0001": "Invalid request, The request was badly formed - this may include missing mandatory parameters, "
    "or invalid data types.",
    "WSEC0003": "Unknown organisation, The request contains an Organisation code which is either not recognised by the "
    "web service, or not authorised to access the web service functions.",
    "WSEC0004": "Out of hours, The request was received outside the operational hours of the web service.",
    "WSEC0005": "Incorrect password, The Organisation Password is not correct.",
    "WSEC0006": "Insufficient access, The Requesting Organisation is not allowed to access the web service.",
}
ACTORS = {
    "WSEC0004": "uk.gov.miap.lrs.api.learner.utils.ServiceHours.checkHours()",
    **dict.fromkeys(
        ("WSEC0003", "WSEC0005", "WSEC0006"),
        "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validateOrganisation()",
    ),
}

every_operation = pytest.mark.parametrize("name", OPERATIONS)
every_r9_operation = pytest.mark.parametrize("name", R9)


def assert_refused(answer: Answer, name: str, code: str) -> None:
    """The port's own fault, with everything that it says."""
    assert (answer.status, answer.text("ErrorCode")) == (500, code)
    if name in R9:
        assert answer.text("faultcode") == "s:Client"
        assert base64.b64decode(answer.text("ErrorDetail") or "").decode() == TEXTS[code]
    else:
        assert answer.text("faultcode") == "soapenv:Server"
        assert (answer.text("ErrorActor"), answer.text("Description")) == (ACTORS[code], TEXTS[code])
        assert answer.text("FurtherDetails") == ""


def is_let_in(answer: Answer) -> bool:
    """Whether the operation itself has answered."""
    return code_of(answer) not in {*TEXTS, "WSEC0999", "a:InternalServiceFault", "a:DeserializationFailed"}


# One organisation a role, one without any, one whose permissions are disabled.
BY_ROLE = {role: Who(f"ROLE000{number}", f"PassOfTheRole00{number}") for number, role in enumerate(Role, 1)}
NO_ROLE, DISABLED = Who("ROLE0000", "PassOfTheRole000"), Who("DISABLED", "DisabledPass0000")


@pytest.fixture(scope="module")
def roles(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server that learners may be registered at, with organisations of every role."""
    folder = tmp_path_factory.mktemp("roles")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        with changing(url) as store, store.writing() as transaction:
            for number, (role, who) in enumerate(BY_ROLE.items(), 1):
                _add(transaction, who, f"ROLE{number:02}", frozenset({role}))
            _add(transaction, NO_ROLE, "NOROLE", frozenset())
            _add(transaction, DISABLED, "DISABL", frozenset(Role))
            organisations.set_permissions_disabled(unit(transaction), "DISABLED", True)
        yield running


@contextmanager
def changing(url: str) -> Iterator[Store]:
    """The store of a running server."""
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


def _add(transaction: object, who: Who, reference: str, roles: frozenset[Role]) -> None:
    organisation = Organisation(who.ukprn or "", reference, f"College {reference}", roles=roles)
    organisations.add(unit(transaction), Passwords(), organisation, who.password)


# Organisation, password, role


@every_operation
def test_an_unknown_organisation_is_wsec0003(server: RunningServer, name: str) -> None:
    for who in (
        Who("10000001"),
        Who(None, reference="NOBODY"),
        Who("TEST0001", reference="TST002"),
        Who("TEST0002", reference="TST001"),
    ):
        assert_refused(ask(server.url, name, who), name, "WSEC0003")


@every_operation
def test_a_suspended_organisation_is_wsec0003(server: RunningServer, name: str) -> None:
    assert_refused(ask(server.url, name, SUSPENDED), name, "WSEC0003")
    assert_refused(ask(server.url, name, Who(None, SUSPENDED.password, "TST003")), name, "WSEC0003")


@every_operation
def test_a_wrong_password_is_wsec0005(server: RunningServer, name: str) -> None:
    for password in (WRONG, SUSPENDED.password, "ViewOnlyPass0002", TEST.password.lower()):
        assert_refused(ask(server.url, name, Who(password=password)), name, "WSEC0005")


@every_operation
def test_a_role_opens_its_operations_and_the_others_are_wsec0006(roles: ServerHere, name: str) -> None:
    for role, who in BY_ROLE.items():
        answer = ask(roles.url, name, who)
        if role in DECLARED[name].roles:
            assert is_let_in(answer)
        else:
            assert_refused(answer, name, "WSEC0006")


@every_operation
def test_no_role_and_disabled_permissions_are_wsec0006(roles: ServerHere, name: str) -> None:
    assert_refused(ask(roles.url, name, NO_ROLE), name, "WSEC0006")
    assert_refused(ask(roles.url, name, DISABLED), name, "WSEC0006")


@every_operation
def test_all_roles_are_let_in_by_either_code_and_both(roles: ServerHere, name: str) -> None:
    for who in (TEST, Who(None, reference="TST001"), Who(reference="tst001"), Who("test0001")):
        assert is_let_in(ask(roles.url, name, who))


def test_why_somebody_may_not_is_in_the_log(roles: ServerHere) -> None:
    ask(roles.url, "ViewAudit", DISABLED)
    ask(roles.url, "verifyLearner", NO_ROLE)
    assert "permissions: disabled" in roles.logged_until("role: none opens the operation")


# The organisation that R9's messages have


def members(**values: str | None) -> Callable[[str], str]:
    """Replaces the invoking organisation's members; `namespace` stays that of its kind."""

    def change(content: str) -> str:
        start, _, rest = content.partition("<c:")
        _, end, rest = rest.partition("</invokingOrganisation>")
        given = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in values.items() if value is not None)
        return start + given + end + rest

    return change


def without_organisation(content: str) -> str:
    return content.partition("</invokingOrganisation>")[2]


def reference_of(name: str) -> str:
    return "OrganisationRef" if name == "GetLearnerLearningEvents" else "Reference"


@every_r9_operation
def test_r9_without_an_organisation_is_wsec0001(server: RunningServer, name: str) -> None:
    nil = '<invokingOrganisation xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    for change in (
        without_organisation,
        lambda content: "<invokingOrganisation/>" + without_organisation(content),
        lambda content: nil + without_organisation(content),
        members(Password=TEST.password),
        members(Ukprn="", Password=TEST.password),
        members(Ukprn="  ", **{reference_of(name): " "}, Password=TEST.password),
    ):
        assert_refused(ask(server.url, name, change=change), name, "WSEC0001")


@every_r9_operation
def test_r9_s_reference_may_hold_the_ukprn(server: RunningServer, name: str) -> None:
    reference = reference_of(name)
    for values in (
        {reference: "TEST0001"},
        {reference: "test0001", "Ukprn": "TEST0001"},
        {reference: "TST001", "Ukprn": " "},
        {"Username": "A Tester", reference: "TST001", "Ukprn": "TEST0001"},
    ):
        assert is_let_in(ask(server.url, name, change=members(Password=TEST.password, **values)))
    for values in ({reference: "TEST0002", "Ukprn": "TEST0001"}, {"Ukprn": "TST001"}, {reference: "TEST0003"}):
        answer = ask(server.url, name, change=members(Password=TEST.password, **values))
        assert_refused(answer, name, "WSEC0003")


@every_r9_operation
def test_r9_without_a_password_or_with_a_short_one_is_wsec0005(server: RunningServer, name: str) -> None:
    for password in (None, "", "short"):
        assert_refused(ask(server.url, name, change=members(Ukprn="TEST0001", Password=password)), name, "WSEC0005")


def test_the_other_kind_of_invoking_organisation_says_nothing(server: RunningServer) -> None:
    content = R9["GetLearnerLearningEvents"](TEST)
    other = content.replace("Amor.Qcf.Service.Interface", "Amor.Qcf.Common")
    assert other != content
    assert_refused(ask_with(server.url, "GetLearnerLearningEvents", other), "GetLearnerLearningEvents", "WSEC0001")


# R9's values

FOREIGN = {
    "userType": ("", "lnr", "Unknown", "XXX", None),
    "vendorId": ("0", "-1", None),
    "vendorID": ("0", "-1", None),
    "language": ("", "FRA", "ENGLISH", " ENG", None),
    "getType": ("", "full", "BOTH", None),
    "findType": ("", "ful", "FULL", None),
    "givenName": ("", " \t\r\n", "x" * 36, None),
    "familyName": ("", " ", "x" * 36, None),
    "learnerGivenName": ("", " ", "x" * 36, None),
    "learnerFamilyName": ("", " ", "x" * 36, None),
    "page": ("0", "-1", None),
}
FIELDS = [(name, field) for name in R9 for field in FOREIGN if f"<{field}>" in R9[name](TEST)]


def test_the_values_that_are_judged_are_these() -> None:
    common = ["userType", "language"]
    assert {name: sorted(field for each, field in FIELDS if each == name) for name in R9} == {
        "LearnerByUln": sorted([*common, "vendorId", "findType", "givenName", "familyName"]),
        "GetLearnerLearningEvents": sorted([*common, "vendorID", "getType", "givenName", "familyName"]),
        "UpdateLearnerSubsetFields": sorted([*common, "vendorId"]),
        "ViewAudit": sorted([*common, "vendorId", "learnerGivenName", "learnerFamilyName", "page"]),
        "GetOrganisation": sorted([*common, "vendorId"]),
    }


def with_value(field: str, value: str | None) -> Callable[[str], str]:
    def change(content: str) -> str:
        start, _, rest = content.partition(f"<{field}>")
        _, _, end = rest.partition(f"</{field}>")
        return start + ("" if value is None else f"<{field}>{value}</{field}>") + end

    return change


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_blank_or_foreign_value_is_wsec0001_before_the_organisation(
    server: RunningServer, name: str, field: str
) -> None:
    for value in FOREIGN[field]:
        answer = ask(server.url, name, Who("10000001"), change=with_value(field, value))
        if (name, field) == ("GetOrganisation", "userType") and value not in ("Unknown", None):
            # The one of them that has an enumerated type, which takes no others.
            assert code_of(answer) == "a:DeserializationFailed"
        else:
            assert_refused(answer, name, "WSEC0001")


@pytest.mark.parametrize(("name", "field"), [each for each in FIELDS if each[1] in ("userType", "language")])
def test_every_value_that_may_be_is_taken(server: RunningServer, name: str, field: str) -> None:
    for value in ("LNR", "ORG", "SER") if field == "userType" else ("ENG", "CYM", "eng", "Cym", "en", "EN"):
        assert is_let_in(ask(server.url, name, change=with_value(field, value)))


def test_which_value_was_wrong_is_in_the_log_and_what_it_held_is_not(tmp_path: Path) -> None:
    with ServerHere(tmp_path) as server:
        ask(server.url, "ViewAudit", change=with_value("userType", TEST.password))
        log = server.logged_until("WSEC0001")
    assert "userType is not one of LNR, ORG, SER" in log
    assert TEST.password not in log


# Two things wrong at once: the earlier answers


def surplus(content: str) -> str:
    return f"{content}<Surplus/>"


@pytest.mark.parametrize("name", LEARNER)
def test_learner_service_the_earlier_wrong_answers(server: RunningServer, name: str) -> None:
    def code(who: Who, change: Callable[[str], str] = str) -> str | None:
        return ask(server.url, name, who, change=change).text("ErrorCode")

    assert code(Who("10000001", WRONG), surplus) == "WSEC0001"
    assert code(Who(None, WRONG)) == "WSEC0001"
    assert code(Who("10000001", WRONG)) == "WSEC0003"
    assert code(Who(SUSPENDED.ukprn, WRONG)) == "WSEC0003"
    # TEST0002 may only look, so this would be WSEC0006.
    assert code(Who("TEST0002", WRONG)) == "WSEC0005"


@every_r9_operation
def test_r9_the_earlier_wrong_answers(server: RunningServer, name: str) -> None:
    def code(who: Who, change: Callable[[str], str] = str) -> str | None:
        return code_of(ask(server.url, name, who, change=change))

    vendor = "vendorID" if name == "GetLearnerLearningEvents" else "vendorId"
    two_wrongs = with_value(vendor, "text")
    assert code(Who("10000001"), lambda content: with_value("language", "FRA")(two_wrongs(content))) == (
        "a:DeserializationFailed"
    )
    assert code(Who("10000001", WRONG), with_value("language", "FRA")) == "WSEC0001"
    assert code(Who(None, WRONG)) == "WSEC0001"
    assert code(Who("10000001", WRONG)) == "WSEC0003"
    assert code(Who(SUSPENDED.ukprn, WRONG)) == "WSEC0003"
    assert code(Who("TEST0002", WRONG)) == "WSEC0005"


def test_a_role_comes_before_the_rules_of_fields(server: RunningServer) -> None:
    def unborn(content: str) -> str:
        return content.replace("2005-03-14", "2099-03-14")

    view_only = Who("TEST0002", "ViewOnlyPass0002")
    assert_refused(
        ask(server.url, "registerSingleLearner", view_only, change=unborn), "registerSingleLearner", "WSEC0006"
    )
    assert ask(server.url, "registerSingleLearner", change=unborn).text("ErrorCode") != "WSEC0006"


# Hours

NIGHT = ("--service-hours", "Mon-Fri 07:00-22:00, Sat 08:00-12:00", "--clock", "2025-03-10T23:00")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    with ServerHere(tmp_path_factory.mktemp("closed"), *NIGHT) as running:
        yield running


@every_operation
def test_out_of_hours_is_wsec0004_whoever_asks_and_whatever_the_message(closed: ServerHere, name: str) -> None:
    for who in (TEST, Who("10000001"), Who(password=WRONG), Who(None)):
        assert_refused(ask(closed.url, name, who), name, "WSEC0004")
    assert_refused(ask(closed.url, name, change=surplus), name, "WSEC0004")
    assert_refused(ask_with(closed.url, name, "<vendorId>text</vendorId>"), name, "WSEC0004")


def test_what_is_no_request_of_the_service_is_told_at_night_too(closed: ServerHere) -> None:
    assert post(closed.url, envelope("<unknown/>")).text("ErrorCode") == "WSEC0002"
    assert post(closed.url, envelope("<unknown/>"), path=LEARNER_SERVICE_R9).text("faultcode") == "a:ActionNotSupported"
    assert post(closed.url, "no XML").text("faultcode") == "soapenv:Client"


@pytest.mark.parametrize("path", [LEARNER_SERVICE, LEARNER_SERVICE_R9])
def test_at_night_there_are_wsdls_and_help_all_the_same(closed: ServerHere, path: str) -> None:
    assert b"definitions" in send(closed.url, "GET", f"{path}?wsdl").body
    assert send(closed.url, "GET", path).status == 200


def test_why_it_is_closed_is_in_the_log(closed: ServerHere) -> None:
    ask(closed.url, "learnerByULN")
    assert "service hours: closed" in closed.logged_until("WSEC0004")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Callable[..., Callable[[datetime], str | None]]]:
    """Serves in this process, by a clock that can be set: makes a function from a moment to a find's code."""
    loops: list[tuple[Loop, threading.Thread]] = []
    clock = SettableClock(datetime(2025, 3, 10, 12))
    with new_database(SQLITE, tmp_path) as url:
        store = Store.open(url)
        passwords = Passwords()
        starting_data.fill(store, passwords, clock)

        def serve(**flags: str) -> Callable[[datetime], str | None]:
            settings: Settings = resolve(flags).settings
            world = world_over(store, clock=clock, passwords=passwords)
            application = application_of(settings, replace(world, policy=policy_of(settings)))
            loop = Loop(application, listen("127.0.0.1", 0))
            loops.append((loop, threading.Thread(target=loop.run)))
            loops[-1][1].start()

            def code(moment: datetime) -> str | None:
                clock.set(moment)
                answer = ask(f"http://127.0.0.1:{loop.port}", "learnerByULN")
                assert_valid(answer.body)
                return code_of(answer)

            return code

        try:
            yield serve
        finally:
            for loop, thread in loops:
                loop.stop()
                thread.join()
            store.close()


def test_it_opens_and_closes_while_it_runs(at: Callable[..., Callable[[datetime], str | None]]) -> None:
    window = {"maintenance": "2025-03-11T12:00/2025-03-11T12:30", "maintenance_answer": "fault"}
    code = at(service_hours="Mon-Fri 07:00-22:00", **window)
    morning = datetime(2025, 3, 11, 7, tzinfo=LONDON)
    second = timedelta(seconds=1)

    assert code(morning - second) == "WSEC0004"
    assert code(morning) == "WSRC0004"
    assert code(morning.replace(hour=12)) == "WSEC0004"
    assert code(morning.replace(hour=12, minute=30)) == "WSRC0004"
    assert code(morning.replace(hour=22) - second) == "WSRC0004"
    assert code(morning.replace(hour=22)) == "WSEC0004"
    assert code(datetime(2025, 3, 15, 12, tzinfo=LONDON)) == "WSEC0004"


def test_it_keeps_london_s_hours_when_summer_time_comes(at: Callable[..., Callable[[datetime], str | None]]) -> None:
    code = at(service_hours="Mon-Sun 07:00-22:00")

    assert code(datetime(2025, 3, 29, 6, 30, tzinfo=timezone.utc)) == "WSEC0004"
    assert code(datetime(2025, 3, 30, 6, 30, tzinfo=timezone.utc)) == "WSRC0004"
    assert code(datetime(2025, 3, 29, 21, 30, tzinfo=timezone.utc)) == "WSRC0004"
    assert code(datetime(2025, 3, 30, 21, 30, tzinfo=timezone.utc)) == "WSEC0004"
