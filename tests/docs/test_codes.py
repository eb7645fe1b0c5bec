"""docs/codes.md: the fifteen operations, and for every code a request that gets it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from lrs_soap.rules.values.codes import FailureFlag, FaultCode, ResponseCode
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from tests.kit.batch_requests import output_when_done, verify_output_when_done
from tests.kit.documented_requests import CODES, OPERATIONS, R9, SENT, fields, request, server_flags, steps
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, post

# What each can answer, but for faults, which are the same for all.
ANSWERS = {
    "LearnerByULN": {"WSRC0001", "WSRC0003", "WSRC0004", "WSRC0022"},
    "LearnerByDemographics": {"WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004", "WSRC0022"},
    "RegisterLearner": {"WSRC0005", "WSRC0021"},
    "UpdateLearner": {"WSRC0006", "WSRC0013", "WSRC0014", "WSRC0019", "WSRC0020", "WSRC0021"},
    "SubmitBatch": {"WSRC0007", "WSRC0017"},
    "GetSubmitBatchOutput": {"WSRC0008", "WSRC0009", "WSRC0010", "WSRC0018"},
    "SubmitVerifyBatch": {"WSRC0026", "WSRC0030"},
    "GetVerifyBatchOutput": {"WSRC0018", "WSRC0027", "WSRC0028", "WSRC0029"},
    "RetrieveULNs": {"WSRC0001", "WSRC0004", "WSRC0022"},
    "VerifyLearner": {f"WSVRC00{number}" for number in range(1, 7)} | {flag.value for flag in FailureFlag},
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

# WSRC0015 is never answered. For the others tests/server makes a job fail, or the service itself.
WITHOUT_REQUEST = {"WSRC0010", "WSRC0015", "WSRC0029", "WSEC0999", "a:InternalServiceFault"}


class Row(NamedTuple):
    """A code, and what gets it."""

    code: str
    text: str
    operation: str
    changed: str

    @property
    def operations(self) -> tuple[str, ...]:
        several = {
            "none": (),
            "all": tuple(ANSWERS),
            "all of R9": R9,
            "all of LearnerService": tuple(each for each in ANSWERS if each not in R9),
        }
        return several.get(self.operation, tuple(self.operation.split(", ")))

    @property
    def has_request(self) -> bool:
        return not self.changed.startswith("no request gets it: ")

    @property
    def submission(self) -> str | None:
        """What submits the job that is asked for."""
        found = re.search("Submit(?:Verify)?Batch", self.changed)
        return found and found[0]

    @property
    def preparations(self) -> list[str]:
        """The commands that are given first."""
        return [step for step in steps(self.changed) if step.startswith("lrs-soap org ")]

    def message(self, operation: str, **job: str) -> str:
        """What the row sends, about this job."""
        if operation == "any":
            return envelope(steps(self.changed)[0])
        return request(operation, {**job, **fields(self.changed)})


ROWS = [Row(*cells) for cells in CODES.rows("Every code, and the request that gets it", *Row._fields)]
REQUESTS = [row for row in ROWS if row.has_request]


def test_the_operations_are_those_of_the_wsdls() -> None:
    declared = [each.name for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in port.operations]
    assert [on_the_wire for _, on_the_wire, _ in OPERATIONS] == [f"`{name}`" for name in declared]
    assert list(ANSWERS) == [operation for operation, *_ in OPERATIONS]


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


def test_all_codes_but_these_have_a_request() -> None:
    assert {row.code for row in ROWS if not row.has_request} == WITHOUT_REQUEST
    assert {row.code for row in REQUESTS} == {row.code for row in ROWS} - WITHOUT_REQUEST


# Each needs a server of its own.
FLAGS = [
    pytest.param(flags, marks=[pytest.mark.slow] if flags else [])
    for flags in sorted({server_flags(row.changed) for row in REQUESTS})
]


@pytest.mark.parametrize("flags", FLAGS)
def test_every_code_is_got_as_the_table_says(flags: str, tmp_path: Path) -> None:
    # What changes the learner that others ask for comes last.
    rows = sorted(
        (row for row in REQUESTS if server_flags(row.changed) == flags), key=lambda row: row.code == "WSRC0006"
    )
    wrong = []
    with RunningServer(tmp_path, *flags.split()) as server:
        for row in rows:
            job = _submitted(server, row)
            for command in row.preparations:
                _run(server, command)
            for operation in row.operations:
                codes = _codes(_post(server, operation, row, job))
                if row.code not in codes:
                    wrong.append((row, operation, codes))
    assert wrong == []


def _submitted(server: RunningServer, row: Row) -> dict[str, str]:
    """The job that a row asks for, submitted and, where the row says so, done."""
    if row.submission is None:
        return {}
    job = post(server.url, request(row.submission, {})).text("JobID") or ""
    if "is done" in row.changed:
        when_done = verify_output_when_done if "Verify" in row.submission else output_when_done
        when_done(server.url, int(job))
    return {"JobID": job}


def _run(server: RunningServer, command: str) -> None:
    """Give a command of lrs-soap."""
    arguments = command.removeprefix("lrs-soap ").split()
    subprocess.run([sys.executable, "-m", "lrs_soap", *arguments, "--database", server.database_url], check=True)


def _post(server: RunningServer, operation: str, row: Row, job: Mapping[str, str]) -> Answer:
    """Send what a row sends to an operation, to the port that has it."""
    message = row.message(operation, **job)
    if operation not in R9:
        return post(server.url, message)
    action = fields(row.changed).get("SOAPAction", f"http://tempuri.org/ILearnerServiceR9/{operation}")
    return post(server.url, message, path="/LearnerServiceR9.svc", headers={"SOAPAction": f'"{action}"'})


def _codes(answer: Answer) -> list[str]:
    names = ("ResponseCode", "FailureFlag", "UpdateLearnerSubsetFieldsResult", "ErrorCode", "faultcode")
    return [code for name in names for code in answer.texts(name)]
