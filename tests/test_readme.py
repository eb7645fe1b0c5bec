"""What the README shows comes out when it is done."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest
from every_operation import Who, ask, code_of
from running_server import RunningServer
from soap_messages import Answer, envelope, find_by_demographics, find_by_uln, post, register, retrieve, update, verify

from lrs_soap.operations.starting_data import ORGANISATIONS, starting_learners
from lrs_soap.rules.codes import FailureFlag, FaultCode, ResponseCode
from lrs_soap.rules.learner import python_name

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

README = (Path(__file__).resolve().parent.parent / "README.md").read_text("utf-8")


def _shown() -> list[tuple[str, str]]:
    """Each command that is shown, and the answer that is shown below it."""
    return re.findall(r"^    (curl .*?/LearnerService\.svc)$.*?^    (<\?xml .*?)$", README, re.MULTILINE | re.DOTALL)


def _run(command: str, server: RunningServer) -> str:
    command = command.replace("http://127.0.0.1:8080", server.url)
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60).stdout


def _rows() -> list[tuple[str, str, str, str]]:
    return re.findall(r"^\| (\d{10}) \| ([^|]+) \| ([^|]+) \| (WS\w+)", README, re.MULTILINE)


def _registrations() -> list[tuple[str, ...]]:
    return re.findall(r"^\| (\w+) \| (\w+) \| ([\d-]{10}) \| (\d) \| ([^|]+) \| (WS\w+)", README, re.MULTILINE)


def _questions() -> list[tuple[str, ...]]:
    row = r"^\| (\w+) \| (\w+) \| ([\d-]{10}) \| (\d) \| ([^|]+) \| (\d+) \| (WS\w+)"
    return re.findall(row, README, re.MULTILINE)


@needs_curl
def test_the_first_request_gives_the_answer_that_is_shown(server: RunningServer) -> None:
    command, answer = _shown()[0]
    assert _run(command, server) == answer


@needs_curl
def test_registering_gives_the_answer_that_is_shown(tmp_path: Path, database_url: str) -> None:
    command, answer = _shown()[1]
    with RunningServer(tmp_path, database_url=database_url) as server:
        first = _run(command, server)
        assert re.sub("[0-9]{10}", "ULN", first) == re.sub("[0-9]{10}", "ULN", answer)
        assert "<ResponseCode>WSRC0021</ResponseCode></" in _run(command, server)


def test_the_table_has_every_answer_of_a_find_by_uln() -> None:
    assert {code for *_, code in _rows()} == {"WSRC0001", "WSRC0003", "WSRC0004", "WSRC0022"}


@pytest.mark.parametrize(("uln", "family_name", "given_name", "code"), _rows())
def test_whom_to_ask_for(server: RunningServer, uln: str, family_name: str, given_name: str, code: str) -> None:
    request = find_by_uln(ULN=uln, FamilyName=unescape(family_name), GivenName=given_name)
    assert post(server.url, envelope(request)).text("ResponseCode") == code


def test_the_table_has_every_answer_of_a_find_by_demographics() -> None:
    assert {code for *_, code in _questions()} == {"WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004", "WSRC0022"}


@pytest.mark.parametrize(("given_name", "family_name", "birth", "gender", "post_code", "count", "code"), _questions())
def test_whom_demographics_find(
    server: RunningServer,
    given_name: str,
    family_name: str,
    birth: str,
    gender: str,
    post_code: str,
    count: str,
    code: str,
) -> None:
    request = find_by_demographics(
        GivenName=given_name, FamilyName=family_name, DateOfBirth=birth, Gender=gender, LastKnownPostCode=post_code
    )
    answer = post(server.url, envelope(request))
    assert answer.text("ResponseCode") == code
    assert len(answer.texts("Learner")) == int(count)


def test_what_registering_gives(tmp_path: Path, database_url: str) -> None:
    fields = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode")
    rows = _registrations()
    assert {code for *_, code in rows} == {"WSRC0005", "WSRC0021", "WSEC0001"}
    with RunningServer(tmp_path, database_url=database_url) as server:
        for *values, code in rows:
            sent = register(**dict(zip(fields, values, strict=True)), VerificationType="2", AbilityToShare="1")
            answer = post(server.url, envelope(sent))
            assert (answer.text("ResponseCode") or answer.text("ErrorCode")) == code, values


def _updates() -> list[tuple[str, ...]]:
    return re.findall(r"^\| (\d{10}) \| (\d) \| (\w+) \| ([^|]+) \| (WS\w+)", README, re.MULTILINE)


def test_what_updating_gives(tmp_path: Path, database_url: str) -> None:
    rows = _updates()
    held = {each.uln: each for each in starting_learners(date(2025, 1, 1))}
    mandatory = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode", "AbilityToShare")
    # A description goes with the VerificationType that asks for one.
    as_held = (*mandatory, "VerificationType", "OtherVerificationDescription")
    codes = {"WSRC0006", "WSRC0013", "WSRC0014", "WSRC0019", "WSRC0020", "WSRC0021", "WSEC0001"}
    assert {code for *_, code in rows} == codes
    with RunningServer(tmp_path, database_url=database_url) as server:
        for uln, version, field, value, code in rows:
            learner = {name: getattr(held[uln], python_name(name)) for name in as_held}
            sent = update(**{**learner, "ULN": uln, "VersionNumber": version, field: value})
            answer = post(server.url, envelope(sent))
            assert (answer.text("ResponseCode") or answer.text("ErrorCode")) == code, (uln, field, value)


def _verifications() -> list[tuple[str, ...]]:
    row = r"^\| (\d{10}) \| ([^|]+) \| ([^|]+) \| ([\d-]{10}) \| (\d) \| (WS\w+)(?:, (VRF[^|:]*[^|: ]))?"
    return re.findall(row, README, re.MULTILINE)


def test_the_table_has_every_answer_of_a_verification() -> None:
    codes = {code for *_, code, _ in _verifications()}
    assert codes == {f"WSVRC00{number}" for number in range(1, 7)} | {"WSEC0001"}


@pytest.mark.parametrize(("uln", "family_name", "given_name", "birth", "gender", "code", "flags"), _verifications())
def test_what_verifying_gives(
    server: RunningServer,
    uln: str,
    family_name: str,
    given_name: str,
    birth: str,
    gender: str,
    code: str,
    flags: str,
) -> None:
    request = verify(ULN=uln, FamilyName=family_name, GivenName=given_name, DateOfBirth=birth, Gender=gender)
    answer = post(server.url, envelope(request))
    assert (answer.text("ResponseCode") or answer.text("ErrorCode")) == code
    assert answer.texts("FailureFlag") == flags.split()


def test_what_retrieving_gives(server: RunningServer) -> None:
    shown = re.search(r"Retrieving the ULNs ([^.]+) gives ([^.]+)\.", README)
    assert shown is not None
    answer = post(server.url, envelope(retrieve(*re.findall(r"\d{10}", shown[1]))))
    assert answer.texts("ResponseCode") == re.findall(r"WSRC\d{4}", shown[2])


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


def _organisations() -> list[tuple[str, ...]]:
    return re.findall(r"^\| (\w{8}) \| (\w{6}) \| (\S{16}) \| ([^|]+) \| (WSEC\w+)? ?\|$", README, re.MULTILINE)


def test_the_organisations_are_those_of_the_starting_data() -> None:
    assert [(ukprn, reference, password) for ukprn, reference, password, *_ in _organisations()] == [
        (each.ukprn, each.organisation_ref, password) for each, password in ORGANISATIONS.items()
    ]


@pytest.mark.parametrize(("ukprn", "reference", "password", "may", "fault"), _organisations())
def test_who_may_ask_for_what(
    server: RunningServer, ukprn: str, reference: str, password: str, may: str, fault: str
) -> None:
    for operation, code in ASKED[may].items():
        assert code_of(ask(server.url, operation, Who(ukprn, password, reference))) == code
    assert {code for code in ASKED[may].values() if code.startswith("WSEC")} == ({fault} if fault else set())


# The table of every code

MESSAGES: Mapping[str, Callable[..., str]] = {
    "LearnerByULN": lambda who, **fields: find_by_uln(**who, **fields),
    "LearnerByDemographics": lambda who, **fields: find_by_demographics(**who, **fields),
    "RegisterLearner": lambda who, **fields: register(who=who, **fields),
    "UpdateLearner": lambda who, **fields: update(who=who, **fields),
    "VerifyLearner": lambda who, **fields: verify(who=who, **fields),
    "RetrieveULNs": lambda who, ULN, **fields: retrieve(ULN, who=who),
}

# What each can answer, but for faults, which are the same for all.
ANSWERS = {
    "LearnerByULN": {"WSRC0001", "WSRC0003", "WSRC0004", "WSRC0022"},
    "LearnerByDemographics": {"WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004", "WSRC0022"},
    "RegisterLearner": {"WSRC0005", "WSRC0021"},
    "UpdateLearner": {"WSRC0006", "WSRC0013", "WSRC0014", "WSRC0019", "WSRC0020", "WSRC0021"},
    "VerifyLearner": {f"WSVRC00{number}" for number in range(1, 7)} | {flag.value for flag in FailureFlag},
    "RetrieveULNs": {"WSRC0001", "WSRC0004", "WSRC0022"},
}
# Of batches, of reports on ULNs, and of learning events.
OTHER_CODES = (
    *("WSRC0007", "WSRC0008", "WSRC0009", "WSRC0010", "WSRC0017", "WSRC0018", "WSRC0023", "WSRC0024", "WSRC0026"),
    *("WSRC0027", "WSRC0028", "WSRC0029", "WSRC0030", "WSEC0136", "WSEC0206", "WSEC0208"),
)


class Row(NamedTuple):
    """A code and what gets it: what stands in backquotes is sent, or done before."""

    code: str
    text: str
    operation: str
    changed: str

    @property
    def operations(self) -> tuple[str, ...]:
        if self.operation == "none":
            return ()
        return tuple(ANSWERS) if self.operation == "all six" else tuple(self.operation.split(", "))

    @property
    def flags(self) -> str:
        """What the server is started with."""
        return next((step.removeprefix("lrs-soap serve ") for step in self._steps("lrs-soap serve ")), "")

    @property
    def preparations(self) -> list[str]:
        return self._steps("lrs-soap org ", "ALTER TABLE learners ")

    @property
    def afterwards(self) -> list[str]:
        return self._steps("ALTER TABLE lost ")

    def body(self, operation: str) -> str:
        if operation == "any":
            return self._steps("<")[0]
        values = {**SENT[operation], **_fields(self.changed)}
        who = {name: values.pop(name) for name in ("UKPRN", "OrgPassword") if name in values}
        return MESSAGES[operation](who, **values)

    def _steps(self, *beginnings: str) -> list[str]:
        return [step for step in _steps(self.changed) if step.startswith(beginnings)]


def _steps(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


def _fields(cell: str) -> dict[str, str]:
    return dict(step.split("=", 1) for step in _steps(cell) if re.match(r"\w+=", step))


SENT = {
    operation: _fields(sent) for operation, sent in re.findall(r"^\| (\w+) \| (`\w+=.*`) \|$", README, re.MULTILINE)
}
ROWS = [
    Row(*cells)
    for cells in re.findall(r"^\| ((?:WS|VRF)\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", README, re.MULTILINE)
]


def _do(server: RunningServer, step: str) -> None:
    """Give a command of lrs-soap, or a statement to the database."""
    if step.startswith("lrs-soap "):
        command = [sys.executable, "-m", "lrs_soap", *step.split()[1:], "--database", server.database_url]
        subprocess.run(command, check=True)
    else:
        with closing(sqlite3.connect(server.database_url.removeprefix("sqlite:///"))) as connection:
            connection.execute(step)


def _codes(answer: Answer) -> list[str]:
    return [code for name in ("ResponseCode", "FailureFlag", "ErrorCode") for code in answer.texts(name)]


def test_the_table_has_every_code_of_every_operation() -> None:
    faults = {code.value for code in FaultCode} - {"WSEC0002"}
    assert {operation: {row.code for row in ROWS if operation in row.operations} for operation in SENT} == {
        operation: codes | faults for operation, codes in ANSWERS.items()
    }


def test_the_table_has_every_code_but_those_of_other_operations() -> None:
    texts = {
        code.value: code.text.partition(",")[0] for kind in (ResponseCode, FailureFlag, FaultCode) for code in kind
    }
    assert {row.code: row.text for row in ROWS} == {
        code: text for code, text in texts.items() if code not in OTHER_CODES
    }
    assert [row.code for row in ROWS if not row.operations] == ["WSRC0015"]


@pytest.mark.parametrize("flags", sorted({row.flags for row in ROWS}))
def test_every_code_is_got_as_the_table_says(flags: str, tmp_path: Path) -> None:
    # What changes the learner that others ask for comes last.
    rows = sorted((row for row in ROWS if row.flags == flags), key=lambda row: row.code == "WSRC0006")
    wrong = []
    with RunningServer(tmp_path, *flags.split()) as server:
        for row in rows:
            for step in row.preparations:
                _do(server, step)
            for operation in row.operations:
                codes = _codes(post(server.url, envelope(row.body(operation))))
                if row.code not in codes:
                    wrong.append((row, operation, codes))
            for step in row.afterwards:
                _do(server, step)
    assert wrong == []


def test_the_operations_are_those_of_the_wsdls() -> None:
    from lrs_soap.services.learner_service import LEARNER_SERVICE
    from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9

    listed = re.findall(r"^\| \w+ \| `(\w+)` \| (?:there|coming) \|$", README, re.MULTILINE)
    assert listed == [each.name for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in port.operations]
