"""Requests about batches: submit one, ask for its output, wait until it is done."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages.learner import BatchLearner, MIAPBatchLearnerToVerify
from tests.kit.running_server import PASSWORD, UKPRN
from tests.kit.soap_messages import Answer, envelope, post
from tests.kit.waiting import PATIENCE

Record = Mapping[str, str | None]

_FIELDS = tuple(field.name for field in fields_of(BatchLearner))
_TO_VERIFY = tuple(field.name for field in fields_of(MIAPBatchLearnerToVerify))


def new_learner(number: int, **changed: str | None) -> dict[str, str | None]:
    """Return a record that resembles no other learner of the tests; a field that is None is left out."""
    return {
        "MISIdentifier": f"mis-{number}",
        "GivenName": f"Ottoline{_letters(number)}",
        "FamilyName": f"{_letters(number)}wardour",
        "LastKnownPostCode": "TR1 2PQ",
        "DateOfBirth": f"{1990 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}",
        "Gender": "2",
        "AbilityToShare": "1",
        "VerificationType": "1",
        **changed,
    }


def submit_batch(
    records: Sequence[Record], *, job_type: str = "FUL", count: int | None = None, who: Mapping[str, str] | None = None
) -> str:
    """Return an envelope with a batch to register or check; `count` replaces the true number of records."""
    content = f"<JobType>{job_type}</JobType>{_count(records, count)}{_records(records, _FIELDS)}"
    return _message(namespaces.BATCH, "SubmitBatch", f"{_asking(who)}{content}")


def submit_verify_batch(
    records: Sequence[Record], *, count: int | None = None, who: Mapping[str, str] | None = None
) -> str:
    """An envelope with a batch to verify."""
    content = f"{_count(records, count)}{_records(records, _TO_VERIFY)}"
    return _message(namespaces.VERIFY_BATCH, "SubmitVerifyBatch", f"{_asking(who)}{content}")


def get_output(job_id: int | str, *, who: Mapping[str, str] | None = None) -> str:
    """An envelope that asks for the output of a batch."""
    return _message(namespaces.BATCH, "GetSubmitBatchOutput", f"{_asking(who)}<JobID>{job_id}</JobID>")


def get_verify_output(job_id: int | str, *, who: Mapping[str, str] | None = None) -> str:
    """An envelope that asks for the output of a batch to verify."""
    return _message(namespaces.VERIFY_BATCH, "GetVerifyBatchOutput", f"{_asking(who)}<JobID>{job_id}</JobID>")


def submitted(url: str, records: Sequence[Record], *, job_type: str = "FUL") -> int:
    """Submit a batch and return its JobID."""
    answer = post(url, submit_batch(records, job_type=job_type))
    assert answer.text("ResponseCode") == "WSRC0007", answer.body
    return int(answer.text("JobID") or 0)


def output_when_done(url: str, job_id: int) -> Answer:
    """Wait until a batch is done or has failed, and return its output."""
    return _when_done(url, get_output(job_id), "WSRC0008")


def verify_output_when_done(url: str, job_id: int) -> Answer:
    """Wait until a batch to verify is done or has failed, and return its output."""
    return _when_done(url, get_verify_output(job_id), "WSRC0027")


def records_of(answer: Answer, name: str = "Learner") -> list[dict[str, str]]:
    """Return the records of an output in its order, each as the texts of its elements by name."""
    return [
        {str(field.tag): field.text or "" for field in record}
        for record in answer.root.xpath("//*[local-name()=$name]", name=name)
    ]


def _when_done(url: str, request: str, incomplete: str) -> Answer:
    deadline = time.monotonic() + PATIENCE
    while (answer := post(url, request)).text("ResponseCode") == incomplete:
        assert time.monotonic() < deadline, answer.body
        time.sleep(0.05)
    return answer


def _letters(number: int) -> str:
    """Write a number in letters, so that names made of different numbers are never similar."""
    digits = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu"]
    return "".join(digits[int(digit)] for digit in f"{number:05}").title()


def _count(records: Sequence[Record], count: int | None) -> str:
    return f"<LearnerRecordCount>{len(records) if count is None else count}</LearnerRecordCount>"


def _records(records: Sequence[Record], fields: Sequence[str]) -> str:
    for record in records:
        assert record.keys() <= set(fields)
    return "".join(f"<Learner>{_elements(record, fields)}</Learner>" for record in records)


def _elements(values: Record, order: Sequence[str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name in order if (value := values.get(name)) is not None)


def _asking(who: Mapping[str, str] | None) -> str:
    return _elements(
        {"UKPRN": UKPRN, "OrgPassword": PASSWORD, "UserName": "A Tester", **(who or {})},
        ("OrganisationRef", "UKPRN", "OrgPassword", "UserName"),
    )


def _message(namespace: str, name: str, content: str) -> str:
    return envelope(f'<b:{name} xmlns:b="{namespace}">{content}</b:{name}>')
