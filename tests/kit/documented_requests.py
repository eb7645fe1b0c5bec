"""The requests that docs/codes.md describes in words: what each operation is sent, and what a cell changes in it.

A cell's words are for people. What stands in backquotes is sent, or done before: `Field=value`, a command, an element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from tests.kit import r9_messages
from tests.kit.batch_requests import get_output, get_verify_output, submit_batch, submit_verify_batch
from tests.kit.documents import Document
from tests.kit.every_operation import Who
from tests.kit.running_server import PASSWORD, UKPRN
from tests.kit.soap_messages import envelope, find_by_demographics, find_by_uln, register, retrieve, update, verify

CODES = Document("docs/codes.md")
OPERATIONS = CODES.rows("Operations", "operation", "on the wire", "sent")
R9 = tuple(each.name for each in LEARNER_SERVICE_R9.operations)


def steps(cell: str) -> list[str]:
    """Return the texts in backquotes."""
    return re.findall("`([^`]+)`", cell)


def fields(cell: str) -> dict[str, str]:
    """Return the fields that a cell names, with their values, which may be empty."""
    return dict(step.split("=", 1) for step in steps(cell) if re.match(r"\w+=", step))


def server_flags(cell: str) -> str:
    """Return the flags with which a cell starts the server."""
    start = "lrs-soap serve "
    return next((step.removeprefix(start) for step in steps(cell) if step.startswith(start)), "")


SENT = {operation: fields(sent) for operation, _, sent in OPERATIONS}


def request(operation: str, changed: Mapping[str, str]) -> str:
    """Return the documented envelope of an operation, with these fields in place of its own."""
    values = {**SENT[operation], **changed}
    values.pop("SOAPAction", None)
    who = {name: values.pop(name) for name in ("UKPRN", "OrgPassword") if name in values}
    return _MESSAGES[operation](who, **values)


def _r9_message(operation: str, who: Mapping[str, str], **fields: str) -> str:
    asker = Who(ukprn=who.get("UKPRN", UKPRN), password=who.get("OrgPassword", PASSWORD))
    content = r9_messages.content_of(operation, asker, **fields)
    return envelope(f'<{operation} xmlns="{namespaces.TEMPURI}">{content}</{operation}>')


_MESSAGES: Mapping[str, Callable[..., str]] = {
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
