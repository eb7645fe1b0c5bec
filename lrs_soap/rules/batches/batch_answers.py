"""The answers to a caller that submits a batch, or asks for its output."""

from __future__ import annotations

from dataclasses import replace

from lrs_soap.rules.batches.jobs import Job, JobKind, JobState
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.rule import Outcome, Rule

# As many records as an answer can hold.
_MOST_RECORDS = {JobKind.REGISTRATION: 200, JobKind.VERIFICATION: 5000}

_SUBMITTED = {
    JobKind.REGISTRATION: ResponseCode.BATCH_SUBMITTED,
    JobKind.VERIFICATION: ResponseCode.VERIFY_BATCH_SUBMITTED,
}
_MISCOUNTED = {
    JobKind.REGISTRATION: ResponseCode.RECORD_COUNT_INCORRECT,
    JobKind.VERIFICATION: ResponseCode.VERIFY_RECORD_COUNT_INCORRECT,
}
_OUTPUT = {
    (JobKind.REGISTRATION, JobState.WAITING): ResponseCode.BATCH_INCOMPLETE,
    (JobKind.REGISTRATION, JobState.IN_PROGRESS): ResponseCode.BATCH_INCOMPLETE,
    (JobKind.REGISTRATION, JobState.SUCCESSFUL): ResponseCode.BATCH_SUCCESSFUL,
    (JobKind.REGISTRATION, JobState.FAILED): ResponseCode.BATCH_FAILED,
    (JobKind.VERIFICATION, JobState.WAITING): ResponseCode.VERIFY_BATCH_INCOMPLETE,
    (JobKind.VERIFICATION, JobState.IN_PROGRESS): ResponseCode.VERIFY_BATCH_INCOMPLETE,
    (JobKind.VERIFICATION, JobState.SUCCESSFUL): ResponseCode.VERIFY_BATCH_SUCCESSFUL,
    (JobKind.VERIFICATION, JobState.FAILED): ResponseCode.VERIFY_BATCH_FAILED,
}


def miscounted(kind: JobKind, *, declared: int, sent: int) -> Decision | None:
    """The answer when a batch declares another count than it has records; None when the count is right."""
    if declared == sent:
        return None
    reason = Reason(Rule.RECORD_COUNT, Outcome.MISCOUNTED, ("record_count",), (str(declared),), (str(sent),))
    return Decision(_MISCOUNTED[kind], reasons=(reason,))


def submitted(kind: JobKind, job_id: int) -> Decision:
    """The answer when a batch has become this job."""
    return Decision(_SUBMITTED[kind], reasons=(Reason(Rule.JOB, Outcome.SUBMITTED, ("job_id",), held=(str(job_id),)),))


def fits_answer(job: Job) -> bool:
    """Whether an answer can hold a job's records. Jobs that came as files can have too many."""
    return job.record_count <= _MOST_RECORDS[job.kind]


def job_status(job: Job | None) -> Decision:
    """The answer to a caller that asks for a job's output; None is a job that this caller does not have."""
    if job is None:
        return Decision(ResponseCode.UNKNOWN_JOB, reasons=(Reason(Rule.JOB, Outcome.UNKNOWN),))
    held = (job.state.shown, str(job.position), str(job.record_count))
    progress = Reason(Rule.JOB, Outcome.PROGRESS, ("state", "position", "record_count"), held=held)
    return Decision(_OUTPUT[job.kind, job.state], reasons=(progress,))


def withheld_status(job: Job) -> tuple[JobState, Decision]:
    """The state, and the answer, of a job whose output is withheld: it is told as one that is not done."""
    state = JobState.WAITING if job.state is JobState.WAITING else JobState.IN_PROGRESS
    return state, job_status(replace(job, state=state))
