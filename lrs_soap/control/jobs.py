"""Batch jobs of a world: list them, and let one begin at once, or fail."""

from __future__ import annotations

from flask import Response

from lrs_soap.control.answering import answered, asked, part, writing
from lrs_soap.control.models import Error, JobList, JobPath, JobQuery, JobShown
from lrs_soap.operations import batch_output, steer_jobs
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.jobs import Job, JobKind
from lrs_soap.rules.values.change import OPERATOR

jobs = part("jobs")


@jobs.get("/jobs", responses={200: JobList}, operation_id="list_jobs")
def newest(query: JobQuery) -> Response:
    """The batch jobs of all organisations."""
    with asked().world.reading(OPERATOR) as work:
        shown = [_shown(work, each) for each in steer_jobs.newest_jobs(work, limit=query.limit)]
    return answered(JobList(shown))


@jobs.get("/jobs/<int:job_id>", responses={200: JobShown}, operation_id="get_job")
def show(path: JobPath) -> Response:
    """A batch job."""
    with asked().world.reading(OPERATOR) as work:
        shown = _shown(work, batch_output.any_job(work, path.job_id))
    return answered(shown)


@jobs.post("/jobs/<int:job_id>/run", responses={200: JobShown, 409: Error}, operation_id="run_job")
def run(path: JobPath) -> Response:
    """Let a worker take a job at once, whatever its delay. Ask for the job to see when it is done."""
    with writing("run job") as (work, exchange):
        exchange.job = path.job_id
        shown = _shown(work, steer_jobs.begin_at_once(work, path.job_id))
    return answered(shown)


@jobs.post("/jobs/<int:job_id>/fail", responses={200: JobShown, 409: Error}, operation_id="fail_job")
def fail(path: JobPath) -> Response:
    """Let a job fail. Its records that are done stay done."""
    with writing("fail job") as (work, exchange):
        exchange.job = path.job_id
        shown = _shown(work, steer_jobs.fail(work, path.job_id))
    return answered(shown)


def _shown(work: UnitOfWork, job: Job) -> JobShown:
    is_registration = job.kind is JobKind.REGISTRATION
    return JobShown(
        job_id=job.id,
        kind=job.kind.value,
        status=job.state.shown,
        records=job.record_count,
        done=job.position,
        counts=batch_output.counts_of(work, job).by_name() if is_registration else None,
        submitted=job.submitted.isoformat(),
    )
