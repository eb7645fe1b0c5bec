"""The Personal Learning Record of a learner who was found (user guide, 5.2 and 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for

from lrs_soap.operations.get_learning_events import RecordAnswer, RecordAsked, get_learning_events
from lrs_soap.operations.look_up_learners import learner_with_history
from lrs_soap.portal.acting import exchanging, may_see, require_found, writing
from lrs_soap.portal.signed_in import page
from lrs_soap.portal.words import EVENT_LABELS, shown_of_event
from lrs_soap.report.columns import COLUMNS
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.user_types import ORGANISATION

learning_record = Blueprint("learning_record", __name__)

PAGE_SIZE = 25

_ASCENDING, _DESCENDING = "ascending", "descending"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as a link: the order that it is in now, and where it leads."""

    text: str
    order: str | None
    address: str


@learning_record.get("/learners/<uln>/record")
@page(Page.LEARNING_RECORD)
def record(uln: str) -> str:
    """The record, sorted over all pages by one of its columns."""
    learner, answer = record_of(uln)
    column, order = request.args.get("sort"), request.args.get("order", _ASCENDING)
    if (column is not None and column not in COLUMNS) or order not in (_ASCENDING, _DESCENDING):
        abort(404)
    events = list(answer.events)
    if column is not None:
        events.sort(key=COLUMNS[column].key, reverse=order == _DESCENDING)
    pages = max(1, -(-len(events) // PAGE_SIZE))
    number = request.args.get("page", "1")
    if not number.isdecimal() or len(number) > 6 or not 1 <= int(number) <= pages:
        abort(404)
    current = int(number)
    return render_template(
        "record.html",
        title="Personal Learning Record",
        learner=learner,
        may_report=may_see(Page.REPORT_PROBLEM),
        may_print=may_see(Page.CREATE_REPORT),
        is_shared=answer.decision.is_found,
        headings=_headings(uln, column, order),
        columns=list(COLUMNS.values()),
        events=events[(current - 1) * PAGE_SIZE : current * PAGE_SIZE],
        total=len(events),
        current=current,
        pages=pages,
        sorting={"sort": column, "order": order} if column is not None else {},
    )


@learning_record.get("/learners/<uln>/record/<int:event_id>")
@page(Page.LEARNING_RECORD)
def event(uln: str, event_id: int) -> str:
    """All that is known of one qualification."""
    learner, answer = record_of(uln)
    found = next((each for each in answer.events if each.id == event_id), None)
    if found is None:
        abort(404)
    return render_template(
        "event.html", title="Qualification details", learner=learner, event=found, details=_shown(found)
    )


def record_of(uln: str) -> tuple[Learner, RecordAnswer]:
    """The record, as a program of the organisation gets it, and noted as its look at it is."""
    require_found(uln)
    with exchanging("GetLearnerLearningEvents") as exchange:
        with writing(durable=False) as work:
            learner, _ = learner_with_history(work, uln)
            asked = RecordAsked(uln, ToVerify(learner.given_name, learner.family_name), ORGANISATION)
            answer = get_learning_events(work, asked)
        exchange.decide(answer.decision)
    if not answer.decision.found_uln:
        abort(404)
    return learner, answer


def _headings(uln: str, sorted_by: str | None, order: str) -> Sequence[Heading]:
    headings = []
    for name, column in COLUMNS.items():
        now = order if name == sorted_by else None
        then = _DESCENDING if now == _ASCENDING else _ASCENDING
        address = url_for("learning_record.record", uln=uln, sort=name, order=then)
        headings.append(Heading(column.heading, now, address))
    return headings


def _shown(event: LearningEvent) -> list[tuple[str, str]]:
    return [(label, shown_of_event(name, getattr(event, name))) for name, label in EVENT_LABELS.items()]
