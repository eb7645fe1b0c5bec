"""Create a Report: the qualifications that are ticked, as a PDF for the learner (user guide, 5.4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from http import HTTPStatus

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from lrs_soap.portal.asking import asked
from lrs_soap.portal.learning_record import record_of
from lrs_soap.portal.signed_in import current_user, note, page
from lrs_soap.report.columns import COLUMNS
from lrs_soap.report.contents import MOST_EVENTS, contents_of, in_date_order
from lrs_soap.report.making import ReportFailed
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner

record_report = Blueprint("record_report", __name__)


@record_report.get("/learners/<uln>/record/report")
@page(Page.CREATE_REPORT)
def form(uln: str) -> str:
    """All qualifications in the order of their dates, all of them ticked."""
    learner, events = _record(uln)
    return _form(learner, events, {event.id for event in events})


@record_report.post("/learners/<uln>/record/report")
@page(Page.CREATE_REPORT)
def view(uln: str) -> ResponseReturnValue:
    """The report of those that are ticked, to open, save or print."""
    learner, events = _record(uln)
    texts = set(request.form.getlist("event"))
    chosen = [event for event in events if str(event.id) in texts]
    ticked = {event.id for event in chosen}
    if not chosen:
        return _form(learner, events, ticked, "Tick at least one qualification."), HTTPStatus.UNPROCESSABLE_ENTITY
    if len(chosen) > MOST_EVENTS:
        told = f"A report has {MOST_EVENTS:,} qualifications at most, and {len(chosen):,} are ticked."
        return _form(learner, events, ticked, told), HTTPStatus.UNPROCESSABLE_ENTITY
    organisation, now = current_user().organisation_name, asked().world.clock.now()
    contents = contents_of(learner, chosen, organisation=organisation, printed=now)
    try:
        content = asked().reports.make(contents)
    except ReportFailed as failed:
        return _form(learner, events, ticked, str(failed)), HTTPStatus.SERVICE_UNAVAILABLE
    note("made a report of", uln)
    answer = Response(content, content_type="application/pdf")
    # The browser asks whether to open or to save it, as the guide has it, and stays on this page.
    answer.headers.set("Content-Disposition", "attachment", filename=f"learning-record-{learner.uln}.pdf")
    return answer


def _record(uln: str) -> tuple[Learner, Sequence[LearningEvent]]:
    """The learner and the qualifications; 404 where the record cannot be seen, or is empty."""
    learner, answer = record_of(uln)
    if not answer.events:
        abort(404)
    return learner, in_date_order(answer.events)


def _form(learner: Learner, events: Sequence[LearningEvent], ticked: Collection[int], wrong: str = "") -> str:
    return render_template(
        "record_report.html",
        title=Page.CREATE_REPORT.title,
        learner=learner,
        events=events,
        columns=list(COLUMNS.values()),
        ticked=ticked,
        wrong=wrong,
        is_wrong=bool(wrong),
    )
