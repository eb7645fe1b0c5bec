"""The batch jobs of a world: list them, and let one begin at once, or fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from lrs_soap.console.asking import reading, writing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.operations import steer_jobs
from lrs_soap.operations.batch_output import counts_of
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.jobs import Job, JobKind

jobs = Blueprint("jobs", __name__)

_MOST = 100


@jobs.get("/jobs")
def listed() -> str:
    """The jobs of all organisations, the last first."""
    return _page(ActionForm())


@jobs.post("/jobs/<int:job_id>/run")
def run(job_id: int) -> AnyResponse:
    """Let a worker take a job at once, whatever its delay."""
    return _changed("run job", job_id, steer_jobs.begin_at_once, "A worker takes the job {} as soon as it can.")


@jobs.post("/jobs/<int:job_id>/fail")
def fail(job_id: int) -> AnyResponse:
    """Let a job fail. Its records that are done stay done."""
    return _changed("fail job", job_id, steer_jobs.fail, "The job {} has failed.")


def _changed(what: str, job_id: int, change: Callable[[UnitOfWork, int], Job], said: str) -> AnyResponse:
    form = ActionForm()

    def carry_out() -> str:
        with writing(what) as (work, exchange):
            exchange.job = job_id
            change(work, job_id)
        return said.format(job_id)

    return carried_out(
        carry_out, form=form, leads_to=lambda: url_for("jobs.listed"), again=lambda reasons: _page(form, reasons)
    )


def _page(form: ActionForm, reasons: Sequence[str] = ()) -> str:
    with reading() as work:
        found = [
            (job, counts_of(work, job).by_name() if job.kind is JobKind.REGISTRATION else {})
            for job in steer_jobs.newest_jobs(work, limit=_MOST)
        ]
    return render_template(
        "jobs.html", title="Jobs", jobs=found, most=_MOST, form=form, reasons=reasons, is_wrong=bool(reasons)
    )
