"""Batches, and what becomes of them, as the messages of LearnerService have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from lrs_soap.rules.batches.display_codes import ShownAs, shown
from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord
from lrs_soap.rules.batches.jobs import Counts, Job
from lrs_soap.wsdl.declare import fields_of
from lrs_soap.wsdl.messages import batchmsg, learner, vldmsg

_REGISTERED = tuple(field.name for field in fields_of(learner.BatchLearner))
_VERIFIED = tuple(field.name for field in fields_of(learner.MIAPBatchLearnerToVerify))


def records_to_register(
    messages: Sequence[learner.BatchLearner], trouble: Mapping[int, tuple[str, ...]]
) -> list[SubmittedRecord]:
    """The records of a batch; `trouble` is what is wrong with the form of each, by its place."""
    return [_submitted(message, _REGISTERED, trouble.get(place, ())) for place, message in enumerate(messages)]


def records_to_verify(
    messages: Sequence[learner.MIAPBatchLearnerToVerify], trouble: Mapping[int, tuple[str, ...]]
) -> list[SubmittedRecord]:
    """As `records_to_register`, of a batch for verification."""
    return [_submitted(message, _VERIFIED, trouble.get(place, ())) for place, message in enumerate(messages)]


def _submitted(message: object, fields: Iterable[str], trouble: tuple[str, ...]) -> SubmittedRecord:
    return SubmittedRecord({name: getattr(message, name) for name in fields}, trouble)


def show_registrations(
    answer: batchmsg.BatchOutputResp, job: Job, counts: Counts, records: Iterable[JobRecord], instead: Iterable[ShownAs]
) -> None:
    """Put into an answer what has become of a job of registrations that is done."""
    answer.NewLearnersCount = counts.new
    answer.ExistsUpdatedLearnersCount = counts.exists_updated
    answer.PossibleMatchLearnersCount = counts.possible_match
    answer.LearnersNotFoundCount = counts.not_found
    answer.RejectedLearnersCount = counts.rejected
    _show_times(answer, job)
    answer.Learner = tuple(_registered_message(record, instead) for record in records)


def show_verifications(answer: vldmsg.VerifyBatchOutputResp, job: Job, records: Iterable[JobRecord]) -> None:
    """Put into an answer what has become of a job of verifications that is done."""
    _show_times(answer, job)
    answer.VerifiedLearner = tuple(map(_verified_message, records))


def _show_times(answer: batchmsg.BatchOutputResp | vldmsg.VerifyBatchOutputResp, job: Job) -> None:
    answer.JobStartedDateTime = _moment(job.started)
    answer.JobFinishedDateTime = _moment(job.finished)


def _registered_message(record: JobRecord, instead: Iterable[ShownAs]) -> learner.OutputBatchLearner:
    """A record as it was sent, with its ULN, where that is known now, and what became of it."""
    message = learner.OutputBatchLearner(**{name: record.sent.get(name) for name in _REGISTERED})
    message.ULN = record.uln or message.ULN
    if record.return_code is not None:
        message.ReturnCode = shown(record.return_code, instead, by_soap=True)
    return message


def _verified_message(record: JobRecord) -> learner.MIAPVerifiedBatchLearner:
    """What was searched, as it was sent, and what the learner's record had where it matched."""
    sent = record.sent
    message = learner.MIAPVerifiedBatchLearner(
        MISIdentifier=sent.get("MISIdentifier"),
        SearchedULN=sent.get("ULN"),
        SearchedFamilyName=sent.get("FamilyName"),
        SearchedGivenName=sent.get("GivenName"),
        # Not sent and empty are the same here, and the answer cannot be empty.
        SearchedDateOfBirth=sent.get("DateOfBirth") or None,
        SearchedGender=sent.get("Gender") or None,
    )
    verified = record.verified
    if verified is not None:
        message.ResponseCode = verified.code.value
        message.ULN, message.FamilyName, message.GivenName = verified.uln, verified.family_name, verified.given_name
        message.DateOfBirth, message.Gender = verified.date_of_birth, verified.gender
        message.FailureFlag = tuple(flag.value for flag in verified.flags)
    return message


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")
