"""Batch files: looked through, submitted, their progress, their outcome (user guide, 4.3)."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, RadioField
from wtforms.validators import DataRequired

from lrs_soap.batch import batch_file, file_checking, outcome_file, upload
from lrs_soap.batch.file_name import CSV, FileName
from lrs_soap.batch.foresight import WITH_ERRORS, foresee
from lrs_soap.errors import InvalidRecord
from lrs_soap.operations.batch_output import job_of_author, jobs_of_author, outcomes_of
from lrs_soap.operations.kept_files import KeptFile, give_file_back, keep_file, kept_file, set_job, take_file
from lrs_soap.operations.list_exceptions import sections_of_author
from lrs_soap.operations.users import note_activity
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.portal.acting import author, exchanging, may_see, reading, writing
from lrs_soap.portal.asking import asked, visit
from lrs_soap.portal.forms import PortalForm
from lrs_soap.portal.signed_in import page
from lrs_soap.portal.words import moment
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.batches.display_codes import displayed
from lrs_soap.rules.batches.jobs import Job, JobKind, JobState, JobType
from lrs_soap.rules.values.codes import ReturnCode

batches = Blueprint("batches", __name__)

SUBMISSION_TYPES = {"FUL": "Full", "CHK": "Verification Only"}

_MOST_ERRORS = 200
_MOST_JOBS = 100
# While a file is looked through, others have to be answered, so there is a pause after so many records.
_RECORDS_BEFORE_PAUSE = 10
_PAUSE_SECONDS = 0.004


@dataclass(frozen=True, slots=True)
class FoundError:
    """Something wrong in a file: where, the return code that the record will have, and what is wrong."""

    place: str
    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a job will say of a file: how many records get each return code, and the first errors."""

    records: int
    blank_rows: int
    codes: tuple[tuple[str, str, int], ...]
    errors: tuple[FoundError, ...]
    more_errors: int

    def as_text(self) -> str:
        """The preview as it is kept with the file."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> Preview:
        """The preview that was kept."""
        values = json.loads(text)
        return cls(
            values["records"],
            values["blank_rows"],
            tuple((code, meaning, number) for code, meaning, number in values["codes"]),
            tuple(FoundError(**each) for each in values["errors"]),
            values["more_errors"],
        )


class UploadForm(PortalForm):
    """A batch file, and what to do with it."""

    file = FileField("Batch file", [DataRequired("Choose a file.")])
    job_type = RadioField("Submission type", [DataRequired("Choose one.")], choices=list(SUBMISSION_TYPES.items()))


@batches.get("/batches/upload")
@page(Page.UPLOAD_BATCH)
def form() -> str:
    """The form."""
    return _form(UploadForm(formdata=None, data={"job_type": "FUL"}))


@batches.post("/batches/upload")
@page(Page.UPLOAD_BATCH)
def look_through() -> ResponseReturnValue:
    """Look through a file: what cannot be read is refused, and everything else is listed before it is submitted."""
    form = UploadForm()
    if not form.validate():
        return _form(form), 422
    name, content = form.file.data.filename or "", form.file.data.read()
    job_type = JobType(form.job_type.data)
    try:
        preview = _preview(name, content, job_type)
    except InvalidRecord as error:
        form.file.errors = [f"{error}."]
        return _form(form), 422
    with writing() as work:
        file_id = keep_file(work, visit(), name, content, job_type=job_type, preview=preview.as_text())
    return redirect(url_for("batches.preview", file_id=file_id), 303)


@batches.get("/batches/upload/<file_id>")
@page(Page.UPLOAD_BATCH)
def preview(file_id: str) -> ResponseReturnValue:
    """What a job will say of the records, those with errors by row and column."""
    file = _file(file_id)
    if file.job_id is not None:
        return redirect(url_for("batches.job", job_id=file.job_id), 303)
    return render_template(
        "batch_preview.html",
        title="Check the batch file",
        file=file,
        file_id=file_id,
        submission_type=SUBMISSION_TYPES[file.job_type.value],
        preview=Preview.of_text(file.preview),
    )


@batches.post("/batches/upload/<file_id>")
@page(Page.UPLOAD_BATCH)
def submit(file_id: str) -> ResponseReturnValue:
    """Submit the file, once, however often it is asked for."""
    file = _file(file_id)
    with writing() as work:
        content = take_file(work, visit(), file_id)
    if content is not None:
        with exchanging("submitBatchRegistration") as exchange:
            try:
                job_id = exchange.job = _submitted(file, content)
            except BaseException:
                with writing() as work:
                    give_file_back(work, visit(), file_id)
                raise
        with writing() as work:
            set_job(work, visit(), file_id, job_id)
            note_activity(work, "submitted the batch job", str(job_id))
        return redirect(url_for("batches.job", job_id=job_id), 303)
    job = _file(file_id).job_id
    # Without a job yet, the first click is still at it, and the list will have the job.
    address = url_for("batches.jobs") if job is None else url_for("batches.job", job_id=job)
    return redirect(address, 303)


@batches.get("/batches")
@page(Page.BATCH_JOBS)
def jobs() -> str:
    """The jobs of the organisation, the last first."""
    with reading() as work:
        found = jobs_of_author(work, limit=_MOST_JOBS)
    return render_template(
        "batch_jobs.html",
        title="Batch jobs",
        jobs=[_shown(each) for each in found],
        most=_MOST_JOBS,
        may_upload=may_see(Page.UPLOAD_BATCH),
    )


@batches.get("/batches/<int:job_id>")
@page(Page.BATCH_JOBS)
def job(job_id: int) -> str:
    """A job: how far it is, and what came of it."""
    with reading() as work:
        found = _job(work, job_id)
        outcomes = outcomes_of(work, found)
        sections = sections_of_author(work, job_id=job_id, limit=0) if found.job_type is JobType.FUL else []
        all_exceptions = sum(each.number for each in sections)
    return render_template(
        "batch_job.html",
        title=f"Batch job {job_id}",
        job=found,
        shown=_shown(found),
        outcomes=[(f"{code} - {_meaning(code, text)}", number) for code, (text, number) in outcomes.items()],
        open_exceptions=all_exceptions,
        is_successful=found.state is JobState.SUCCESSFUL,
        is_over=found.finished is not None,
    )


@batches.get("/batches/<int:job_id>/output")
@page(Page.BATCH_JOBS)
def output(job_id: int) -> Response:
    """The output file."""
    text = io.StringIO(newline="")
    with reading() as work:
        found = _job(work, job_id)
        if found.state is not JobState.SUCCESSFUL:
            abort(404)
        outcome_file.write_output(work, found, text, defused=request.args.get("for") == "spreadsheet")
    name = found.file.name if found.file is not None else str(FileName(found.organisation, found.submitted, CSV))
    return download(text.getvalue(), name, is_xml=found.file is not None and found.file.format != CSV)


def download(text: str, name: str, *, is_xml: bool) -> Response:
    """A file to save."""
    media_type = "application/xml" if is_xml else "text/csv"
    answer = Response(text.encode(), content_type=f"{media_type}; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _preview(name: str, content: bytes, job_type: JobType) -> Preview:
    """Look through a file. Raises InvalidRecord where it cannot be read."""
    now = asked()
    batch = batch_file.read(name, io.BytesIO(content), organisation=author().organisation)
    codes: Counter[ReturnCode] = Counter()
    errors: list[FoundError] = []
    more = 0
    for number, foreseen in enumerate(foresee(now.world, batch, now.check, full=job_type is JobType.FUL), 1):
        codes[foreseen.code] += 1
        if foreseen.code in WITH_ERRORS:
            shown = displayed(foreseen.code, now.world.policy.return_codes)
            for field, reason in [(each.field, each.reason) for each in foreseen.findings] or [
                ("", foreseen.code.text)
            ]:
                if len(errors) < _MOST_ERRORS:
                    errors.append(FoundError(batch.place_of(foreseen.record, field), shown, str(reason)))
                else:
                    more += 1
        if number % _RECORDS_BEFORE_PAUSE == 0:
            time.sleep(_PAUSE_SECONDS)
    counted: dict[str, tuple[str, int]] = {}
    for code, records in sorted(codes.items()):
        shown = displayed(code, now.world.policy.return_codes)
        counted[shown] = (code.text, counted.get(shown, ("", 0))[1] + records)
    rows = tuple((code, _meaning(code, text), records) for code, (text, records) in counted.items())
    return Preview(sum(codes.values()), batch.blank_rows.count, rows, tuple(errors), more)


def _submitted(file: KeptFile, content: bytes) -> int:
    now = asked()
    by = author()
    batch = batch_file.read(file.name, io.BytesIO(content), organisation=by.organisation)
    now.world.say_work()
    records = (file_checking.submitted_record(record.sent, now.check) for record in batch.records)
    return upload.upload(now.world, records, job_type=file.job_type, author=by, file=batch.facts)


def _file(file_id: str) -> KeptFile:
    with reading() as work:
        return kept_file(work, visit(), file_id)


def _job(work: UnitOfWork, job_id: int) -> Job:
    """The job of registrations with this number, if it is the organisation's; else 404."""
    found = job_of_author(work, job_id)
    if found is None or found.kind is not JobKind.REGISTRATION:
        abort(404)
    return found


def _meaning(code: str, text: str) -> str:
    """What a return code means, in the portal's words where it has its own."""
    return "Learner(s) outside of permitted age range" if code == ReturnCode.OUTSIDE_AGE_RANGE.value else text


def _shown(job: Job) -> dict[str, Any]:
    """A job as a person reads it."""
    return {
        "id": job.id,
        "file": "by web service" if job.file is None else job.file.name,
        "type": "" if job.job_type is None else SUBMISSION_TYPES[job.job_type.value],
        "user": job.user,
        "state": _STATES[job.state],
        "submitted": moment(job.submitted),
        "started": "" if job.started is None else moment(job.started),
        "finished": "" if job.finished is None else moment(job.finished),
        "done": job.position,
        "records": job.record_count,
    }


_STATES = {
    JobState.WAITING: "Waiting",
    JobState.IN_PROGRESS: "In progress",
    JobState.SUCCESSFUL: "Successful",
    JobState.FAILED: "Failed",
}


def _form(form: UploadForm) -> str:
    return render_template(
        "batch_upload.html",
        title="Upload a batch file",
        form=form,
        ukprn=author().organisation,
        is_wrong=bool(form.errors),
    )
