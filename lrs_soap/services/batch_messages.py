"""LearnerService's messages about batches: the records that were submitted, and the output of a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from lrs_soap.rules.batches.display_codes import DisplayCode, displayed
from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord
from lrs_soap.rules.batches.jobs import Counts, Job
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.services.learner_messages import sent_in
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import batchmsg, learner, vldmsg

_REGISTERED = tuple(field.name for field in fields_of(learner.BatchLearner))
_registered = sent_in(learner.BatchLearner)
_sent_of = attrgetter(*(BY_CONTRACT_NAME[name].name for name in _REGISTERED))


def records_to_register(
    messages: Sequence[learner.BatchLearner], facet_errors: Mapping[int, tuple[str, ...]]
) -> list[SubmittedRecord]:
    """The records of a batch to register; `facet_errors` are the schema's errors of a record, by its place from 0."""
    return [SubmittedRecord(_registered(each), facet_errors.get(place, ())) for place, each in enumerate(messages)]


def records_to_verify(
    messages: Sequence[learner.MIAPBatchLearnerToVerify], facet_errors: Mapping[int, tuple[str, ...]]
) -> list[SubmittedRecord]:
    """The records of a batch to verify; `facet_errors` as for `records_to_register`."""
    return [SubmittedRecord(_to_verify(each), facet_errors.get(place, ())) for place, each in enumerate(messages)]


def _to_verify(message: learner.MIAPBatchLearnerToVerify) -> SentLearner:
    return SentLearner(
        uln=message.ULN,
        mis_identifier=message.MISIdentifier,
        family_name=message.FamilyName,
        given_name=message.GivenName,
        date_of_birth=message.DateOfBirth,
        gender=message.Gender,
    )


def fill_registration_output(
    answer: batchmsg.BatchOutputResp,
    job: Job,
    counts: Counts,
    records: Iterable[JobRecord],
    display_codes: Iterable[DisplayCode],
) -> None:
    """Fill an answer with the counts, times and records of a finished registration job.

    `display_codes` are the return codes that the operator has shown as others.
    """
    for name, number in counts.by_name().items():
        setattr(answer, name, number)
    _fill_times(answer, job)
    answer.Learner = tuple(_registered_message(record, display_codes) for record in records)


def fill_verification_output(answer: vldmsg.VerifyBatchOutputResp, job: Job, records: Iterable[JobRecord]) -> None:
    """Fill an answer with the times and records of a finished verification job."""
    _fill_times(answer, job)
    answer.VerifiedLearner = tuple(map(_verified_message, records))


def _fill_times(answer: batchmsg.BatchOutputResp | vldmsg.VerifyBatchOutputResp, job: Job) -> None:
    answer.JobStartedDateTime = _date_and_time(job.started)
    answer.JobFinishedDateTime = _date_and_time(job.finished)


def _registered_message(record: JobRecord, display_codes: Iterable[DisplayCode]) -> learner.OutputBatchLearner:
    """The record as it was sent, with the ULN and the return code that it got."""
    message = learner.OutputBatchLearner(**dict(zip(_REGISTERED, _sent_of(record.sent), strict=True)))
    message.ULN = record.uln or message.ULN
    if record.return_code is not None:
        message.ReturnCode = displayed(record.return_code, display_codes, by_soap=True)
    return message


def _verified_message(record: JobRecord) -> learner.MIAPVerifiedBatchLearner:
    """The searched fields as they were sent and, if they matched, the learner's own."""
    sent = record.sent
    message = learner.MIAPVerifiedBatchLearner(
        MISIdentifier=sent.mis_identifier,
        SearchedULN=sent.uln,
        SearchedFamilyName=sent.family_name,
        SearchedGivenName=sent.given_name,
        # The schema lets a request have these empty, but not an answer.
        SearchedDateOfBirth=sent.date_of_birth or None,
        SearchedGender=sent.gender or None,
    )
    verified = record.verified
    if verified is not None:
        message.ResponseCode = verified.code.value
        message.ULN, message.FamilyName, message.GivenName = verified.uln, verified.family_name, verified.given_name
        message.DateOfBirth, message.Gender = verified.date_of_birth, verified.gender
        message.FailureFlag = tuple(flag.value for flag in verified.flags)
    return message


def _date_and_time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")
