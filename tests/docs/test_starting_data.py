"""docs/starting-data.md: everybody whom it names gets the answer that it shows."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from lrs_soap.clock import LONDON, midnight
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access.password_policy import broken_by
from lrs_soap.rules.access.secret_questions import canonical_answer
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.organisation import Role
from lrs_soap.sample.starting_data import ORGANISATIONS, starting_learners
from lrs_soap.sample.starting_users import starting_users
from tests.kit.documents import Document, typed
from tests.kit.every_operation import Who, ask, code_of
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import (
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    register,
    retrieve,
    update,
    verify,
)

STARTING_DATA = Document("docs/starting-data.md")

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def code_in(answer: str) -> str:
    """The code that a cell shows."""
    found = re.match(r"WS[A-Z]+\d+", answer)
    assert found is not None, answer
    return found[0]


# Organisations

ORGANISATION_ROWS = STARTING_DATA.rows("Organisations", "UKPRN", "OrganisationRef", "OrgPassword", "may", "else")
USER_ROWS = STARTING_DATA.rows("Users of the portal", "Username", "Password", "UKPRN", "roles", "else")
ANSWER_ROWS = STARTING_DATA.rows("Users of the portal", "Username", "question", "answer")
# What each of the starting data's organisations may do, by an operation that it may and one that it may not.
ASKED = {
    "everything": {"learnerByULN": "WSRC0004", "GetLearnerLearningEvents": "WSRC0004"},
    "find, retrieve ULNs": {"learnerByULN": "WSRC0004", "registerSingleLearner": "WSEC0006", "ViewAudit": "WSEC0006"},
    "nothing: suspended": {"learnerByULN": "WSEC0003", "ViewAudit": "WSEC0003"},
    "everything but learning events and their audit": {
        "learnerByULN": "WSRC0004",
        "GetLearnerLearningEvents": "WSEC0006",
        "ViewAudit": "WSEC0006",
    },
}


def test_the_users_are_those_of_the_starting_data_with_their_passwords_and_answers() -> None:
    users = list(starting_users(datetime(2025, 3, 10, 12, 30, tzinfo=LONDON)))
    assert [row[:4] for row in USER_ROWS] == [
        (each.account.user.name, each.password, each.account.user.organisation, in_words(each.account.user.roles))
        for each in users
    ]
    assert [
        (each.account.user.name, each.account.user.question, each.answer) for each in users if each.answer
    ] == ANSWER_ROWS
    passwords = Passwords()
    for each in users:
        assert passwords.is_right(each.password, each.account.password_hash)
        assert broken_by(each.password) is None
        if each.answer is not None:
            assert passwords.is_right(canonical_answer(each.answer), each.account.answer_hash)


def in_words(roles: frozenset[Role]) -> str:
    return "all" if len(roles) == len(Role) else ", ".join(sorted((role.value for role in roles), reverse=True))


def test_the_organisations_are_those_of_the_starting_data() -> None:
    assert [(ukprn, reference, password) for ukprn, reference, password, *_ in ORGANISATION_ROWS] == [
        (each.ukprn, each.organisation_ref, password) for each, password in ORGANISATIONS.items()
    ]


@pytest.mark.parametrize(("ukprn", "reference", "password", "may", "fault"), ORGANISATION_ROWS)
def test_who_may_ask_for_what(
    server: RunningServer, ukprn: str, reference: str, password: str, may: str, fault: str
) -> None:
    for operation, code in ASKED[may].items():
        assert code_of(ask(server.url, operation, Who(ukprn, password, reference))) == code
    assert {code for code in ASKED[may].values() if code.startswith("WSEC")} == ({fault} if fault else set())


def test_another_organisations_password_is_wrong(server: RunningServer) -> None:
    passwords = [password for _, _, password, *_ in ORGANISATION_ROWS]
    for (ukprn, reference, _, may, _), password in zip(ORGANISATION_ROWS, passwords[1:] + passwords[:1], strict=True):
        expected = "WSEC0003" if "suspended" in may else "WSEC0005"
        assert code_of(ask(server.url, "learnerByULN", Who(ukprn, password, reference))) == expected


# Find by ULN

BY_ULN = STARTING_DATA.rows("Find by ULN", "ULN", "FamilyName", "GivenName", "answer")


def test_the_table_has_every_answer_of_a_find_by_uln() -> None:
    assert {code_in(answer) for *_, answer in BY_ULN} == {"WSRC0001", "WSRC0003", "WSRC0004", "WSRC0022"}


@pytest.mark.parametrize(("uln", "family_name", "given_name", "answer"), BY_ULN)
def test_whom_a_uln_finds(server: RunningServer, uln: str, family_name: str, given_name: str, answer: str) -> None:
    request = find_by_uln(ULN=uln, FamilyName=family_name, GivenName=given_name)
    assert post(server.url, envelope(request)).text("ResponseCode") == code_in(answer)


# Find by demographics

PERSON = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode")
BY_DEMOGRAPHICS = STARTING_DATA.rows("Find by demographics", *PERSON, "learners", "answer")


def test_the_table_has_every_answer_of_a_find_by_demographics() -> None:
    codes = {code_in(answer) for *_, answer in BY_DEMOGRAPHICS}
    assert codes == {"WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004", "WSRC0022"}


@pytest.mark.parametrize("row", BY_DEMOGRAPHICS)
def test_whom_demographics_find(server: RunningServer, row: tuple[str, ...]) -> None:
    *values, learners, expected = row
    answer = post(server.url, envelope(find_by_demographics(**dict(zip(PERSON, values, strict=True)))))
    assert answer.text("ResponseCode") == code_in(expected)
    assert len(answer.texts("Learner")) == int(learners)


# Register


@needs_curl
def test_registering_gives_the_answer_that_is_shown(tmp_path: Path, database_url: str) -> None:
    ((command, answer),) = STARTING_DATA.examples("Register")
    with ServerHere(tmp_path, database_url=database_url) as server:
        first = typed([command], tmp_path, url=server.url)
        assert re.sub("[0-9]{10}", "ULN", first) == re.sub("[0-9]{10}", "ULN", answer)
        assert "<ResponseCode>WSRC0021</ResponseCode></" in typed([command], tmp_path, url=server.url)


def test_what_registering_gives(tmp_path: Path, database_url: str) -> None:
    rows = STARTING_DATA.rows("Register", *PERSON, "answer")
    assert {code_in(answer) for *_, answer in rows} == {"WSRC0005", "WSRC0021", "WSEC0001"}
    with ServerHere(tmp_path, database_url=database_url) as server:
        for *values, expected in rows:
            person = dict(zip(PERSON, values, strict=True))
            answer = post(server.url, envelope(register(**person, VerificationType="2", AbilityToShare="1")))
            assert code_of(answer) == code_in(expected), values


# Update


def test_what_updating_gives(tmp_path: Path, database_url: str) -> None:
    rows = STARTING_DATA.rows("Update", "ULN", "VersionNumber", "field", "value", "answer")
    held = {each.uln: each for each in starting_learners(midnight(date(2025, 1, 1)))}
    mandatory = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode", "AbilityToShare")
    # A description goes with the VerificationType that asks for one.
    as_held = (*mandatory, "VerificationType", "OtherVerificationDescription")
    codes = {"WSRC0006", "WSRC0013", "WSRC0014", "WSRC0019", "WSRC0020", "WSRC0021", "WSEC0001"}
    assert {code_in(answer) for *_, answer in rows} == codes
    with ServerHere(tmp_path, database_url=database_url) as server:
        for uln, version, field, value, expected in rows:
            learner = {name: getattr(held[uln], BY_CONTRACT_NAME[name].name) for name in as_held}
            sent = update(**{**learner, "ULN": uln, "VersionNumber": version, field: value})
            assert code_of(post(server.url, envelope(sent))) == code_in(expected), (uln, field, value)


# Verify

VERIFIED = ("ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender")
VERIFICATIONS = STARTING_DATA.rows("Verify", *VERIFIED, "answer")


def test_the_table_has_every_answer_of_a_verification() -> None:
    codes = {code_in(answer) for *_, answer in VERIFICATIONS}
    assert codes == {f"WSVRC00{number}" for number in range(1, 7)} | {"WSEC0001"}


@pytest.mark.parametrize("row", VERIFICATIONS)
def test_what_verifying_gives(server: RunningServer, row: tuple[str, ...]) -> None:
    *values, expected = row
    answer = post(server.url, envelope(verify(**dict(zip(VERIFIED, values, strict=True)))))
    assert code_of(answer) == code_in(expected)
    assert answer.texts("FailureFlag") == re.findall(r"VRF\d", expected)


# Retrieve ULNs


def test_what_retrieving_gives(server: RunningServer) -> None:
    ulns, codes = STARTING_DATA.section("Retrieve ULNs").split(" gives ")
    answer = post(server.url, envelope(retrieve(*re.findall(r"\d{10}", ulns))))
    assert answer.texts("ResponseCode") == re.findall(r"WSRC\d{4}", codes)
