"""The faults of LearnerService over the wire: their bytes, their codes, which comes first, and what they keep quiet."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from lrs_soap.clock import LONDON
from tests.kit.answer_schema import assert_declared
from tests.kit.running_server import ORGANISATION_REF, PASSWORD, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import EXCEPTIONS, Answer, envelope, find_by_uln, post

WRONG = "NotTheRightPass1"
ORGANISATION_VALIDATOR = "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validateOrganisation()"
VALIDATOR = "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()"

INVALID = (
    "Invalid request, The request was badly formed - this may include missing mandatory parameters, "
    "or invalid data types."
)
UNKNOWN_REQUEST = "Unknown request, The request refers to an operation which is not supported by the web service."
UNKNOWN_ORGANISATION = (
    "Unknown organisation, The request contains an Organisation code which is either not recognised by the web "
    "service, or not authorised to access the web service functions."
)
INCORRECT_PASSWORD = "Incorrect password, The Organisation Password is not correct."

# In summer time, by which UTC and London differ.
SUMMER = ("--clock", "2025-07-14T14:23:47Z")


def written(fields: tuple[tuple[str, str], ...], prefix: str = "") -> bytes:
    """A whole fault, byte for byte."""
    children = "".join(
        f"<{prefix}{name}>{text}</{prefix}{name}>" if text else f"<{prefix}{name}/>" for name, text in fields
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>'
        "<faultcode>soapenv:Server</faultcode>"
        "<faultstring>uk.gov.miap.lrs.api.exceptions.MIAPAPIException</faultstring>"
        f'<detail><ns10:MIAPAPIException xmlns:ns10="http://api.lrs.miap.gov.uk/exceptions">{children}'
        "</ns10:MIAPAPIException></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    ).encode()


SHORT_ULN = (
    ("ErrorCode", "WSEC0001"),
    ("ErrorActor", VALIDATOR),
    ("Description", INVALID),
    (
        "FurtherDetails",
        "cvc-pattern-valid: Value '417026583' is not facet-valid with respect to pattern '[1-9][0-9]{9}' "
        "for type 'MIAPULN'.",
    ),
    ("ErrorTimestamp", "2025-07-14 15:23:47"),
)
NO_FURTHER_DETAILS = (
    ("ErrorCode", "WSEC0005"),
    ("ErrorActor", ORGANISATION_VALIDATOR),
    ("Description", INCORRECT_PASSWORD),
    ("FurtherDetails", ""),
    ("ErrorTimestamp", "2025-07-14 15:23:47"),
)


@pytest.fixture(scope="module")
def in_summer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    with ServerHere(tmp_path_factory.mktemp("summer"), *SUMMER) as running:
        yield running


def test_a_fault_to_the_letter(in_summer: ServerHere) -> None:
    answer = post(in_summer.url, envelope(find_by_uln(ULN="417026583")))

    assert answer.body == written(SHORT_ULN)
    assert answer.status == 500
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert post(in_summer.url, envelope(find_by_uln(OrgPassword=WRONG))).body == written(NO_FURTHER_DETAILS)


def test_a_declared_fault_is_qualified_and_valid_by_the_wsdl(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--fault-detail", "declared", *SUMMER) as server:
        by_schema = post(server.url, envelope(find_by_uln(ULN="417026583")))
        by_password = post(server.url, envelope(find_by_uln(OrgPassword=WRONG)))

    assert by_schema.body == written(SHORT_ULN, "ns10:")
    assert by_password.body == written(NO_FURTHER_DETAILS, "ns10:")
    for answer in (by_schema, by_password):
        (detail,) = answer.root.iter(f"{{{EXCEPTIONS}}}MIAPAPIException")
        assert_declared(detail)


def test_the_setting_is_read_from_the_environment(tmp_path: Path) -> None:
    with RunningServer(tmp_path, environment={"LRS_FAULT_DETAIL": "declared"}) as server:
        assert b"<ns10:ErrorCode>" in post(server.url, envelope(find_by_uln(ULN=""))).body


@pytest.mark.parametrize(
    ("moment", "stamp"),
    [
        ("2025-01-14T15:23:47", "2025-01-14 15:23:47"),
        ("2025-01-14T15:23:47Z", "2025-01-14 15:23:47"),
        ("2025-07-14T15:23:47", "2025-07-14 15:23:47"),
        ("2025-07-14T23:30:00.999Z", "2025-07-15 00:30:00"),
    ],
    ids=["winter in London", "winter in UTC", "summer in London", "summer in UTC, past midnight"],
)
def test_timestamps_are_london_s_by_the_service_s_clock(tmp_path: Path, moment: str, stamp: str) -> None:
    with ServerHere(tmp_path, "--clock", moment) as server:
        assert post(server.url, envelope("<x/>")).text("ErrorTimestamp") == stamp


def test_without_a_clock_of_its_own_the_service_goes_by_the_machine_s(server: RunningServer) -> None:
    before = datetime.now(LONDON).replace(microsecond=0)
    stamp = post(server.url, envelope("<x/>")).text("ErrorTimestamp")

    told = datetime.strptime(stamp or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=LONDON)
    assert before <= told <= datetime.now(LONDON)


# Which code, by whom, in what words


def fault_of(answer: Answer) -> tuple[str | None, ...]:
    assert answer.status == 500
    assert answer.text("faultcode") == "soapenv:Server"
    assert answer.text("faultstring") == "uk.gov.miap.lrs.api.exceptions.MIAPAPIException"
    return tuple(map(answer.text, ("ErrorCode", "ErrorActor", "Description", "FurtherDetails")))


@pytest.mark.parametrize(
    ("body", "local_name"),
    [
        ("<learnerByULN/>", "learnerByULN"),
        ("<f:learnerByULN/>", "learnerByULN"),
        ("<FindLearnerByULN/>", "FindLearnerByULN"),
        ('<x:FindLearnerByULN xmlns:x="urn:other"/>', "FindLearnerByULN"),
        ("<f:FindLearnerByULNs/>", "FindLearnerByULNs"),
        ("<f:findLearnerByULN/>", "findLearnerByULN"),
        ("<f:FindLearnerResponse/>", "FindLearnerResponse"),
        ('<Find xmlns="http://tempuri.org/"/>', "Find"),
    ],
)
def test_an_unknown_body_is_wsec0002(server: RunningServer, body: str, local_name: str) -> None:
    answer = post(server.url, envelope(body))

    actor = f"uk.gov.miap.lrs.api.learner.LearnerService.{local_name}()"
    assert fault_of(answer) == ("WSEC0002", actor, UNKNOWN_REQUEST, "")


@pytest.mark.parametrize(
    "codes",
    [
        {"UKPRN": "10000001"},
        {"UKPRN": None, "OrganisationRef": "NOBODY"},
        {"UKPRN": "TEST0001", "OrganisationRef": "NOBODY"},
        {"UKPRN": "10000001", "OrganisationRef": ORGANISATION_REF},
    ],
    ids=["unknown UKPRN", "unknown OrganisationRef", "the UKPRN's is another", "the reference's is another"],
)
@pytest.mark.parametrize("password", [PASSWORD, WRONG])
def test_an_unknown_organisation_is_wsec0003(
    server: RunningServer, password: str, codes: dict[str, str | None]
) -> None:
    answer = post(server.url, envelope(find_by_uln(OrgPassword=password, **codes)))

    assert fault_of(answer) == ("WSEC0003", ORGANISATION_VALIDATOR, UNKNOWN_ORGANISATION, "")


@pytest.mark.parametrize("password", [WRONG, PASSWORD.upper(), PASSWORD[:-1] + "é", " " + PASSWORD[1:]])
def test_a_wrong_password_is_wsec0005(server: RunningServer, password: str) -> None:
    answer = post(server.url, envelope(find_by_uln(OrgPassword=password)))

    assert fault_of(answer) == ("WSEC0005", ORGANISATION_VALIDATOR, INCORRECT_PASSWORD, "")


def test_neither_ukprn_nor_organisation_ref_is_wsec0001(server: RunningServer) -> None:
    answer = post(server.url, envelope(find_by_uln(UKPRN=None)))

    details = "Either UKPRN or OrganisationRef must be supplied."
    assert fault_of(answer) == ("WSEC0001", VALIDATOR, INVALID, details)


VIOLATIONS = {
    "qualified children": (
        find_by_uln().replace("<ULN>", "<f:ULN>").replace("</ULN>", "</f:ULN>"),
        "cvc-complex-type.2.4.a: Invalid content was found starting with element "
        "'{\"http://api.lrs.miap.gov.uk/findmsg\":ULN}'. One of '{ULN}' is expected.",
    ),
    "children in the default namespace": (
        find_by_uln()
        .replace("f:FindLearnerByULN>", "FindLearnerByULN>")
        .replace("<FindLearnerByULN>", '<FindLearnerByULN xmlns="http://api.lrs.miap.gov.uk/findmsg">'),
        "cvc-complex-type.2.4.a: Invalid content was found starting with element "
        "'{\"http://api.lrs.miap.gov.uk/findmsg\":FindType}'. One of '{FindType}' is expected.",
    ),
    "a child of another's": (
        find_by_uln().replace("<ULN>", '<x:ULN xmlns:x="urn:other">').replace("</ULN>", "</x:ULN>"),
        "cvc-complex-type.2.4.a: Invalid content was found starting with element "
        "'{\"urn:other\":ULN}'. One of '{ULN}' is expected.",
    ),
    "names the wrong way round": (
        find_by_uln(FamilyName=None, raw="<FamilyName>Okafor</FamilyName>"),
        "cvc-complex-type.2.4.a: Invalid content was found starting with element 'GivenName'. "
        "One of '{FamilyName}' is expected.",
    ),
    "an unknown element between": (
        find_by_uln().replace("<ULN>", "<Unknown/><ULN>"),
        "cvc-complex-type.2.4.a: Invalid content was found starting with element 'Unknown'. "
        "One of '{ULN}' is expected.",
    ),
    "a ULN twice": (
        find_by_uln().replace("<FamilyName>", "<ULN>4170265830</ULN><FamilyName>"),
        "cvc-complex-type.2.4.a: Invalid content was found starting with element 'ULN'. "
        "One of '{FamilyName}' is expected.",
    ),
    "a surplus element": (
        find_by_uln(raw="<More/>"),
        "cvc-complex-type.2.4.d: Invalid content was found starting with element 'More'. "
        "No child element is expected at this point.",
    ),
    "no ULN": (
        find_by_uln(ULN=None),
        "cvc-complex-type.2.4.a: Invalid content was found starting with element 'FamilyName'. "
        "One of '{ULN}' is expected.",
    ),
    "an empty ULN": (
        find_by_uln(ULN=""),
        "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern '[1-9][0-9]{9}' for type 'MIAPULN'.",
    ),
    "no UserName, which would be first": (
        find_by_uln(UserName=None, FindType="XXX"),
        "cvc-pattern-valid: Value 'XXX' is not facet-valid with respect to pattern 'FUL|CHK' for type 'MIAPFindType'.",
    ),
    "text between elements": (
        find_by_uln(raw="text"),
        "cvc-complex-type.2.3: Element 'f:FindLearnerByULN' cannot have character [children], "
        "because the type's content type is element-only.",
    ),
    "a name one character too long": (
        find_by_uln(FamilyName="x" * 36),
        f"cvc-maxLength-valid: Value '{'x' * 36}' with length = '36' is not facet-valid with respect to maxLength '35' "
        "for type 'MIAPNameNonEmpty'.",
    ),
    "18 emoji": (
        find_by_uln(FamilyName="😀" * 18),
        f"cvc-maxLength-valid: Value '{'😀' * 18}' with length = '36' is not facet-valid with respect to "
        "maxLength '35' for type 'MIAPNameNonEmpty'.",
    ),
}


@pytest.mark.parametrize(("body", "details"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_what_the_schema_refuses_is_refused_in_xerces_words(server: RunningServer, body: str, details: str) -> None:
    assert fault_of(post(server.url, envelope(body))) == ("WSEC0001", VALIDATOR, INVALID, details)


def test_a_default_namespace_that_the_children_take_back_is_served(server: RunningServer) -> None:
    children = re.sub(r"<([A-Z]\w+)>", r'<\1 xmlns="">', find_by_uln().split(">", 1)[1].rsplit("<", 1)[0])
    call = f'<FindLearnerByULN xmlns="http://api.lrs.miap.gov.uk/findmsg">{children}</FindLearnerByULN>'

    assert post(server.url, envelope(call)).text("ResponseCode") == "WSRC0004"


LENIENT = [
    "qualified children",
    "children in the default namespace",
    "a child of another's",
    "names the wrong way round",
    "an unknown element between",
    "a ULN twice",
    "a surplus element",
    "text between elements",
]


def test_when_not_strict_form_is_let_pass_and_kept_as_a_finding(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--no-strict", "--log-format", "json") as server:
        for name in LENIENT:
            body, _ = VIOLATIONS[name]
            assert post(server.url, envelope(body)).text("ResponseCode") == "WSRC0004", name
        for name in ("no ULN", "an empty ULN", "a name one character too long"):
            assert post(server.url, envelope(VIOLATIONS[name][0])).text("ErrorCode") == "WSEC0001", name

        assert server.logged_until('"code": "WSEC0001"').count("Invalid content was found starting with") >= 7


# Two things wrong at once: the earlier answers


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<x><OrgPassword/></x>", "WSEC0002"),
        (find_by_uln(ULN="1", OrgPassword=WRONG), "WSEC0001"),
        (find_by_uln(ULN="1", UKPRN=None), "cvc-pattern-valid"),
        (find_by_uln(ULN="1", UKPRN="10000001"), "WSEC0001"),
        (find_by_uln(UKPRN=None, OrgPassword=WRONG), "Either UKPRN or OrganisationRef must be supplied."),
        (find_by_uln(UKPRN="10000001", OrgPassword=WRONG), "WSEC0003"),
        (find_by_uln(ULN="4170265831", OrgPassword=WRONG), "WSEC0005"),
        (find_by_uln(ULN="1000000000", UKPRN="10000001"), "WSEC0003"),
    ],
    ids=[
        "unknown body before its content",
        "schema before password",
        "schema before who asks",
        "schema before organisation",
        "who asks before password",
        "organisation before password",
        "password before check digit",
        "organisation before unknown ULN",
    ],
)
def test_the_earlier_of_two_wrongs_answers(server: RunningServer, body: str, code: str) -> None:
    answer = post(server.url, envelope(body))

    assert code in (f"{answer.text('ErrorCode')} {answer.text('FurtherDetails')}")


def test_soap_comes_before_the_operation_and_http_before_soap(server: RunningServer) -> None:
    header = '<soapenv:Header><x:A xmlns:x="urn:x" soapenv:mustUnderstand="1"/></soapenv:Header>'
    not_understood = envelope("<unknown/>", header=header)

    assert post(server.url, not_understood).text("faultcode") == "soapenv:MustUnderstand"
    assert post(server.url, not_understood, headers={"Content-Type": "text/plain"}).status == 415
    assert post(server.url, not_understood, headers={"Content-Type": "text/plain"}, path="/nothing").status == 404
    assert post(server.url, b"\xff", headers={"Content-Type": "text/xml; charset=foo"}).status == 415


# What goes wrong in the service itself


@contextmanager
def damaged(database: Path) -> Iterator[None]:
    """The database without its table of learners, for a while."""
    for rename in ("learners RENAME TO lost", "lost RENAME TO learners"):
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute(f"ALTER TABLE {rename}")
        if rename.startswith("learners"):
            yield


def test_what_nobody_foresaw_is_wsec0999_with_a_reference_that_the_log_has(tmp_path: Path) -> None:
    with ServerHere(tmp_path) as server:
        with damaged(tmp_path / "lrs.db"):
            answer = post(server.url, envelope(find_by_uln()))
        after = post(server.url, envelope(find_by_uln()))

        code, actor, description, reference = fault_of(answer)
        assert (code, description) == ("WSEC0999", "Unknown exception")
        assert actor == "uk.gov.miap.lrs.api.learner.LearnerService.FindLearnerByULN()"
        assert re.fullmatch("[0-9a-f]{16}", reference or "")
        log = server.logged_until("Traceback")
        assert f"exchange={reference}" in log
        for secret in ("Traceback", "sqlite", "SELECT", "learners", ".py", str(tmp_path)):
            assert secret not in answer.body.decode().replace("api.learner.LearnerService", "")
        assert PASSWORD not in log
        assert after.text("ResponseCode") == "WSRC0004"


# Secrets


@pytest.mark.slow
def test_no_password_is_in_the_log_or_a_fault(tmp_path: Path) -> None:
    secrets = {
        "right": PASSWORD,
        "wrong": WRONG,
        "too short": "TooShortASecret",
        "not escaped": "Pass<Word5ecret1",
        "half an entity": "Pass&Word5ecret;",
    }
    requests = {
        name: envelope(find_by_uln(OrgPassword=secret, ULN="1" if name == "right" else "4170265830"))
        for name, secret in secrets.items()
    }
    requests["given twice"] = envelope(find_by_uln(raw=f"<OrgPassword>{WRONG}</OrgPassword>"))
    requests["unknown organisation"] = envelope(find_by_uln(OrgPassword=WRONG, UKPRN="10000001"))
    requests["cut off"] = envelope(find_by_uln())[:-120]
    for form in ("text", "json"):
        folder = tmp_path / form
        folder.mkdir()
        with RunningServer(folder, "--log-format", form, "--log-level", "debug", "--no-strict") as server:
            answers = {name: post(server.url, request) for name, request in requests.items()}
            post(server.url, envelope("<last/>"))
            log = server.logged_until("WSEC0002")

        for answer in (answers["wrong"], answers["unknown organisation"], answers["right"]):
            assert PASSWORD.encode() not in answer.body
            assert WRONG.encode() not in answer.body
        for secret in (*secrets.values(), "Word5ecret"):
            assert secret not in log
