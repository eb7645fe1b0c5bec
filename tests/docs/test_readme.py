"""What the README shows comes out when it is done."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from functools import partial
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from lrs_soap.cli.app import app
from lrs_soap.rules.values.codes import FailureFlag, FaultCode, ResponseCode, ReturnCode
from lrs_soap.rules.values.learner import python_name
from lrs_soap.sample.starting_data import ORGANISATIONS, starting_learners
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from tests.kit import r9_messages
from tests.kit.batch_files import NAMES, content
from tests.kit.batch_requests import (
    get_output,
    get_verify_output,
    output_when_done,
    submit_batch,
    submit_verify_batch,
    verify_output_when_done,
)
from tests.kit.databases import on_sqlite
from tests.kit.every_operation import Who, ask, code_of
from tests.kit.running_server import PASSWORD, UKPRN, RunningServer
from tests.kit.soap_messages import (
    Answer,
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    register,
    retrieve,
    update,
    verify,
)

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


def _shown(service: str = "LearnerService") -> list[tuple[str, str]]:
    """Each command to a service that is shown, and the answer that is shown below it."""
    command = rf"^    (curl (?:(?!\n\n).)*?/{service}\.svc)$"
    return re.findall(rf"{command}.*?^    (<\?xml .*?)$", README, re.MULTILINE | re.DOTALL)


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


@needs_curl
def test_a_batch_gives_the_answers_that_are_shown(tmp_path: Path, database_url: str) -> None:
    (submit, submitted), (ask, done) = _shown()[2:]
    with RunningServer(tmp_path, database_url=database_url) as server:
        assert _run(submit, server) == submitted
        output_when_done(server.url, 1)
        assert _without_moments(_run(ask, server)) == _without_moments(done)


@pytest.mark.slow
@needs_curl
@on_sqlite
def test_what_is_shown_of_files_and_exceptions_follows(database_kind: str, tmp_path: Path) -> None:
    as_files, exceptions = (_commands(title) for title in ("As files", "Exceptions"))
    with RunningServer(tmp_path) as server:
        _run(_shown()[2][0], server)
        output_when_done(server.url, 1)
        *submitting, status, output = as_files
        assert _told(submitting, tmp_path).endswith(" is right: 1 learner, version 3A.\nJob 2: 1 learner.\n")
        output_when_done(server.url, 2)
        assert re.search(r"^JobStatus +Successful$", _told([status, output], tmp_path), re.MULTILINE)
        assert '"Martha"' in (tmp_path / output.split()[-1]).read_text("utf-8")
        assert re.search(r"^ULN +3968335782$", _told(exceptions, tmp_path), re.MULTILINE)
        assert output_when_done(server.url, 1).texts("ReturnCode") == ["RC001", "RC002"]


def _commands(title: str) -> list[str]:
    """The commands that the section with this title shows."""
    section = README.partition(f"\n### {title}\n")[2].partition("\n#")[0]
    return re.findall("^    (lrs-soap .*)$", section, re.MULTILINE)


def _told(commands: list[str], folder: Path) -> str:
    """What commands print, given in the folder of a database."""
    path = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    shell = ["bash", "-c", "set -e; " + "; ".join(commands)]
    return subprocess.run(shell, cwd=folder, env=path, check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout


def _without_moments(answer: str) -> str:
    """An answer without what is another one each time: the new ULN, which is its first, and the times."""
    return re.sub(r"[0-9-]{10} [0-9:]{8}", "TIME", re.sub("<ULN>[0-9]{10}<", "<ULN>…<", answer, count=1))


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


# The Personal Learning Record


def _records() -> list[tuple[str, ...]]:
    row = r"^\| (\d{10}) \| (\w+) \| (\w+) \| (LNR|ORG|SER) \| ([^|]+) \| (WS\w+): ([^|]+) \|$"
    return re.findall(row, README, re.MULTILINE)


@needs_curl
def test_a_record_is_the_answer_that_is_shown(server: RunningServer) -> None:
    ((command, answer),) = _shown("LearnerServiceR9")
    assert _run(command, server) == answer


def test_the_table_has_every_answer_of_learning_events_and_every_user_type() -> None:
    codes = {code for *_, code, _ in _records()}
    assert codes == {"WSRC0004", "WSRC0022", "WSEC0136", "WSEC0206", "WSEC0208"}
    assert {user_type for _, _, _, user_type, *_ in _records()} == {"LNR", "ORG", "SER"}


@pytest.mark.parametrize(("uln", "given_name", "family_name", "user_type", "events", "code", "words"), _records())
def test_whose_record_has_what(
    server: RunningServer,
    uln: str,
    given_name: str,
    family_name: str,
    user_type: str,
    events: str,
    code: str,
    words: str,
) -> None:
    who = {"uln": uln, "givenName": given_name, "familyName": family_name, "userType": user_type}
    answer = r9_messages.ask(server.url, "GetLearnerLearningEvents", **who)
    assert answer.text("ResponseCode") == code
    sources = Counter(answer.texts("Source")).items()
    assert ", ".join(f"{number} {source}" for source, number in sources) == events.replace("none", "")
    ulns = re.findall("ULN ([0-9]{10})", words)
    assert answer.text("FoundULN") == (ulns[0] if ulns else uln if code in ("WSRC0004", "WSEC0206") else "")
    if "three have Welsh texts" in words:
        in_welsh = r9_messages.ask(server.url, "GetLearnerLearningEvents", **who, language="CYM")
        subjects = zip(answer.texts("Subject"), in_welsh.texts("Subject"), strict=True)
        assert sum(here != there for here, there in subjects) == 3


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

R9 = tuple(each.name for each in LEARNER_SERVICE_R9.operations)


def _r9_message(operation: str, who: Mapping[str, str], **fields: str) -> str:
    asker = Who(ukprn=who.get("UKPRN", UKPRN), password=who.get("OrgPassword", PASSWORD))
    content = r9_messages.content_of(operation, asker, **fields)
    return envelope(f'<{operation} xmlns="{namespaces.TEMPURI}">{content}</{operation}>')


MESSAGES: Mapping[str, Callable[..., str]] = {
    "LearnerByULN": lambda who, **fields: envelope(find_by_uln(**who, **fields)),
    "LearnerByDemographics": lambda who, **fields: envelope(find_by_demographics(**who, **fields)),
    "RegisterLearner": lambda who, **fields: envelope(register(who=who, **fields)),
    "UpdateLearner": lambda who, **fields: envelope(update(who=who, **fields)),
    "VerifyLearner": lambda who, **fields: envelope(verify(who=who, **fields)),
    "RetrieveULNs": lambda who, ULN, **fields: envelope(retrieve(ULN, who=who)),
    "SubmitBatch": lambda who, JobType, LearnerRecordCount, **fields: submit_batch(
        [fields], job_type=JobType, count=int(LearnerRecordCount), who=who
    ),
    "GetSubmitBatchOutput": lambda who, JobID: get_output(JobID, who=who),
    "SubmitVerifyBatch": lambda who, LearnerRecordCount, **fields: submit_verify_batch(
        [fields], count=int(LearnerRecordCount), who=who
    ),
    "GetVerifyBatchOutput": lambda who, JobID: get_verify_output(JobID, who=who),
    **{operation: partial(_r9_message, operation) for operation in R9},
}

# What each can answer, but for faults, which are the same for all.
ANSWERS = {
    "LearnerByULN": {"WSRC0001", "WSRC0003", "WSRC0004", "WSRC0022"},
    "LearnerByDemographics": {"WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004", "WSRC0022"},
    "RegisterLearner": {"WSRC0005", "WSRC0021"},
    "UpdateLearner": {"WSRC0006", "WSRC0013", "WSRC0014", "WSRC0019", "WSRC0020", "WSRC0021"},
    "VerifyLearner": {f"WSVRC00{number}" for number in range(1, 7)} | {flag.value for flag in FailureFlag},
    "RetrieveULNs": {"WSRC0001", "WSRC0004", "WSRC0022"},
    "SubmitBatch": {"WSRC0007", "WSRC0017"},
    "GetSubmitBatchOutput": {"WSRC0008", "WSRC0009", "WSRC0010", "WSRC0018"},
    "SubmitVerifyBatch": {"WSRC0026", "WSRC0030"},
    "GetVerifyBatchOutput": {"WSRC0018", "WSRC0027", "WSRC0028", "WSRC0029"},
    "LearnerByUln": {"WSRC0001", "WSRC0003", "WSRC0004", "WSRC0022", "WSEC0136"},
    "GetLearnerLearningEvents": {"WSRC0004", "WSRC0022", "WSEC0136", "WSEC0206", "WSEC0208"},
    "UpdateLearnerSubsetFields": {"WSRC0006", "WSRC0013", "WSRC0014", "WSRC0019", "WSRC0020", "WSEC0136"},
    # A page has no code.
    "ViewAudit": {"WSEC0136", "WSEC0208"},
    "GetOrganisation": {"WSRC0001", "WSRC0004"},
}
# Of reports on ULNs.
OTHER_CODES = ("WSRC0023", "WSRC0024")
DOMAIN_FAULTS = {code.value for code in FaultCode} - {"WSEC0002", "WSEC0999"}
WCF_FAULTS = {"a:ActionNotSupported", "a:DeserializationFailed", "a:InternalServiceFault"}


class Row(NamedTuple):
    """A code and what gets it: what stands in backquotes is sent, or done before."""

    code: str
    text: str
    operation: str
    changed: str

    @property
    def operations(self) -> tuple[str, ...]:
        several = {"none": (), "all": tuple(ANSWERS), "all of R9": R9}
        return several.get(self.operation, tuple(self.operation.split(", ")))

    @property
    def flags(self) -> str:
        """What the server is started with."""
        return next((step.removeprefix("lrs-soap serve ") for step in self._steps("lrs-soap serve ")), "")

    @property
    def submission(self) -> str | None:
        """What submits the job that is asked for."""
        found = re.search("Submit(?:Verify)?Batch", self.changed)
        return found and found[0]

    @property
    def preparations(self) -> list[str]:
        tables = ("learners", "jobs", "organisations")
        return self._steps("lrs-soap org ", *(f"ALTER TABLE {table} " for table in tables), "UPDATE ")

    @property
    def afterwards(self) -> list[str]:
        return self._steps("ALTER TABLE lost ")

    def request(self, operation: str, **fields: str) -> str:
        """What the row sends, with these fields besides."""
        if operation == "any":
            return envelope(self._steps("<")[0])
        return _request(operation, {**fields, **_fields(self.changed)})

    def _steps(self, *beginnings: str) -> list[str]:
        return [step for step in _steps(self.changed) if step.startswith(beginnings)]


def _steps(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


def _fields(cell: str) -> dict[str, str]:
    return dict(step.split("=", 1) for step in _steps(cell) if re.match(r"\w+=", step))


SENT = {
    operation: _fields(sent) for operation, sent in re.findall(r"^\| (\w+) \| (`\w+=[^|]*) \|$", README, re.MULTILINE)
}
ROWS = [
    Row(*cells)
    for cells in re.findall(r"^\| ((?:WS|VRF|a:)\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", README, re.MULTILINE)
]


def _request(operation: str, changed: Mapping[str, str]) -> str:
    """What the table sends to an operation, but for this."""
    values = {**SENT[operation], **changed}
    values.pop("SOAPAction", None)
    who = {name: values.pop(name) for name in ("UKPRN", "OrgPassword") if name in values}
    return MESSAGES[operation](who, **values)


def _submitted(server: RunningServer, row: Row) -> dict[str, str]:
    """The job that a row asks for, submitted and, where the row says so, done."""
    if row.submission is None:
        return {}
    job = post(server.url, _request(row.submission, {})).text("JobID") or ""
    if "is done" in row.changed:
        when_done = verify_output_when_done if "Verify" in row.submission else output_when_done
        when_done(server.url, int(job))
    return {"JobID": job}


def _do(server: RunningServer, step: str) -> None:
    """Give a command of lrs-soap, or a statement to the database."""
    if step.startswith("lrs-soap "):
        command = [sys.executable, "-m", "lrs_soap", *step.split()[1:], "--database", server.database_url]
        subprocess.run(command, check=True)
    else:
        with closing(sqlite3.connect(server.database_url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute(step)


def _post(server: RunningServer, operation: str, row: Row, job: Mapping[str, str]) -> Answer:
    """Send what a row sends to an operation, to the port that has it."""
    if operation not in R9:
        return post(server.url, row.request(operation, **job))
    action = _fields(row.changed).get("SOAPAction", f"http://tempuri.org/ILearnerServiceR9/{operation}")
    request = row.request(operation)
    return post(server.url, request, path="/LearnerServiceR9.svc", headers={"SOAPAction": f'"{action}"'})


def _codes(answer: Answer) -> list[str]:
    names = ("ResponseCode", "FailureFlag", "UpdateLearnerSubsetFieldsResult", "ErrorCode", "faultcode")
    return [code for name in names for code in answer.texts(name)]


def test_the_table_has_every_code_of_every_operation() -> None:
    assert {operation: {row.code for row in ROWS if operation in row.operations} for operation in SENT} == {
        operation: codes | DOMAIN_FAULTS | (WCF_FAULTS if operation in R9 else {"WSEC0999"})
        for operation, codes in ANSWERS.items()
    }


def test_the_table_has_every_code_but_those_of_other_operations() -> None:
    texts = {
        code.value: code.text.partition(",")[0] for kind in (ResponseCode, FailureFlag, FaultCode) for code in kind
    }
    assert {row.code: row.text for row in ROWS if row.code not in WCF_FAULTS} == {
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
            job = _submitted(server, row)
            for step in row.preparations:
                _do(server, step)
            for operation in row.operations:
                codes = _codes(_post(server, operation, row, job))
                if row.code not in codes:
                    wrong.append((row, operation, codes))
            for step in row.afterwards:
                _do(server, step)
    assert wrong == []


# The table of return codes


class Change(NamedTuple):
    """A way to a return code: by SOAP, in a file, or by both, with what the server is started with."""

    code: str
    ways: tuple[str, ...]
    flags: str
    fields: Mapping[str, str]

    @classmethod
    def of(cls, code: str, text: str) -> Change:
        ways = tuple(way for way in WAYS if way in text) or WAYS
        flags = next((step.removeprefix("lrs-soap serve ") for step in _steps(text) if " serve " in step), "")
        return cls(code, ways, flags, _fields(text))

    @property
    def learner(self) -> dict[str, str]:
        """Its record, without what says nothing of the learner, and the fields that are left out."""
        values = {**SENT["SubmitBatch"], **self.fields, "JobType": "", "LearnerRecordCount": ""}
        return {name: value for name, value in values.items() if value}


WAYS = ("by SOAP", "in a file")
RETURN_CODES = re.findall(
    r"^\| (RC\d{3}) \| ([^|]+) \| (\w+Count) \| (yes)? ?\| (\w+) \| ([^|]+) \|$", README, re.MULTILINE
)
# Whoever is registered is held from then on, so that comes last.
CHANGES = [Change.of(code, text) for code, *_, changed in reversed(RETURN_CODES) for text in changed.split("; or ")]
COUNTED_IN = {code: counted_in for code, _, counted_in, *_ in RETURN_CODES}


def test_the_table_has_every_return_code() -> None:
    assert [(code, text) for code, text, *_ in RETURN_CODES] == [(code.value, code.text) for code in ReturnCode]
    known = {code: how for code, *_, how, _ in RETURN_CODES if how != "unverified"}
    assert known == {**dict.fromkeys(("RC006", "RC011", "RC012", "RC013"), "published"), "RC010": "inferred"}


def _jobs(way: str, flags: str) -> list[tuple[str, list[Change]]]:
    """The changes that are tried this way with such a server, by the type of their job."""
    here = [each for each in CHANGES if way in each.ways and each.flags == flags]
    by_type = [(kind, [each for each in here if each.fields.get("JobType", "FUL") == kind]) for kind in ("CHK", "FUL")]
    return [(kind, changes) for kind, changes in by_type if changes]


def _lrs_soap(server: RunningServer, *command: str) -> str:
    done = CliRunner().invoke(app, [*command, "--database", server.database_url])
    assert done.exit_code == 0, done.output
    return done.stdout


def _submit_file(server: RunningServer, folder: Path, job_type: str, changes: list[Change]) -> int:
    file = folder / NAMES["CSV"]
    file.write_bytes(content(*(each.learner for each in changes)))
    told = _lrs_soap(server, "batch", "submit", str(file), "--organisation", "TEST0001", "--type", job_type)
    return int(told.split(":")[0].removeprefix("Job "))


def _codes_in_file(server: RunningServer, job: int) -> list[str]:
    rows = csv.DictReader(_lrs_soap(server, "batch", "output", str(job)).splitlines())
    return [row["ReturnCode"] for row in rows]


def _codes_of_exceptions(server: RunningServer, job: int) -> list[str]:
    return re.findall("RC[0-9]{3}", _lrs_soap(server, "exceptions", "list", "--job", str(job)))


@pytest.mark.parametrize(
    ("way", "flags"), [("by SOAP", ""), ("by SOAP", "--batch-validation record"), ("in a file", "")]
)
def test_every_return_code_is_got_as_the_table_says(way: str, flags: str, tmp_path: Path) -> None:
    exceptional = {code for code, *_, exception, _, _ in RETURN_CODES if exception}
    with RunningServer(tmp_path, *flags.split()) as server:
        for job_type, changes in _jobs(way, flags):
            expected = [each.code for each in changes]
            if way == "by SOAP":
                learners = [each.learner for each in changes]
                job = int(post(server.url, submit_batch(learners, job_type=job_type)).text("JobID") or 0)
                output = output_when_done(server.url, job)
                assert output.texts("ReturnCode") == expected
                # The age has a code of its own in files.
                too_young = [each.learner["DateOfBirth"] == "2020-09-03" for each in changes]
                expected = ["RC013" if young else code for young, code in zip(too_young, expected, strict=True)]
            else:
                job = _submit_file(server, tmp_path, job_type, changes)
                output = output_when_done(server.url, job)
            assert _codes_in_file(server, job) == expected
            left = [code for code in expected if code in exceptional and job_type == "FUL"]
            assert _codes_of_exceptions(server, job) == left
            for name in set(COUNTED_IN.values()):
                assert output.text(name) == str(sum(COUNTED_IN[code] == name for code in expected)), name


def test_the_operations_are_those_of_the_wsdls() -> None:
    listed = re.findall(r"^\| \w+ \| `(\w+)` \| there \|$", README, re.MULTILINE)
    assert listed == [each.name for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in port.operations]
