"""Exceptions: records of batches that a person has to decide (user guide, 4.3)."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrs_soap.batch import outcome_file
from lrs_soap.batch.file_name import CSV, XML, FileName
from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.operations.kept_searches import keep_search, kept_search, note_found, was_found
from lrs_soap.operations.list_exceptions import exception_of_author, possible_learners, sections_of_author
from lrs_soap.operations.resolve_exception import (
    KeysTaken,
    Resolution,
    choose_learner,
    register_corrected,
    withdraw_exception,
)
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.portal.acting import author, exchanging, may_see, reading, writing
from lrs_soap.portal.asking import asked, visit
from lrs_soap.portal.batches import download
from lrs_soap.portal.find_learner import TOO_MANY, find_and_keep, look
from lrs_soap.portal.learner_forms import MANDATORY, MORE_TO_REGISTER, OTHERS, DetailsForm, RegisterForm
from lrs_soap.portal.learner_profile import NOT_ALLOWED as UPDATE_NOT_ALLOWED
from lrs_soap.portal.register_learner import NOT_ALLOWED, WARNING
from lrs_soap.portal.signed_in import page
from lrs_soap.portal.words import LABELS, moment
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.batches.batch_exceptions import CORRECTABLE_FIELDS, ExceptionState, RecordException
from lrs_soap.rules.batches.display_codes import displayed
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.kept_search import Asked, KeptSearch
from lrs_soap.rules.values.codes import RETURN_CODES, ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner

exceptions = Blueprint("exceptions", __name__)

_MOST_OF_A_CODE = 50

_STATES = {
    ExceptionState.OPEN: "Open",
    ExceptionState.RESOLVED: "Resolved",
    ExceptionState.WITHDRAWN: "Withdrawn",
    ExceptionState.EXPIRED: "Expired",
}
_SENT = tuple(field.name for field in CORRECTABLE_FIELDS if field.name != "unique_pupil_number")


@exceptions.get("/exceptions")
@page(Page.BATCH_EXCEPTIONS)
def listed() -> str:
    """The exceptions of the organisation, a section a code, by filters."""
    job_id, first = _number("job"), _number("first") or 0
    code = request.args.get("code") or None
    if code is not None and code not in RETURN_CODES:
        abort(404)
    also_closed = request.args.get("closed") == "yes"
    with reading() as work:
        sections = sections_of_author(
            work,
            job_id=job_id,
            code=None if code is None else RETURN_CODES[code],
            also_closed=also_closed,
            first=first,
            limit=_MOST_OF_A_CODE,
        )
        shown = [
            {
                "code": section.code.value,
                "heading": f"{displayed(section.code, work.policy.return_codes)} {section.code.text}",
                "number": section.number,
                "rows": [_row(work, each) for each in section.exceptions],
            }
            for section in sections
        ]
    return render_template(
        "exceptions.html",
        title="Exceptions",
        sections=shown,
        codes=list(RETURN_CODES.values()),
        job_id=job_id,
        code=code,
        also_closed=also_closed,
        first=first,
        most=_MOST_OF_A_CODE,
        filters={
            name: value
            for name, value in (("job", job_id), ("code", code), ("closed", "yes" if also_closed else None))
            if value is not None
        },
    )


@exceptions.get("/exceptions/export")
@page(Page.BATCH_EXCEPTIONS)
def export() -> Response:
    """The records of all open exceptions of the organisation, as a file."""
    file_format = request.args.get("format", CSV)
    if file_format not in (CSV, XML):
        abort(404)
    text = io.StringIO(newline="")
    with reading() as work:
        is_defused = request.args.get("for") == "spreadsheet"
        outcome_file.write_exceptions(work, author().organisation, text, file_format=file_format, defused=is_defused)
        name = str(FileName(author().organisation, work.now, file_format))
    return download(text.getvalue(), name, is_xml=file_format == XML)


@exceptions.get("/exceptions/<int:number>/search")
@exceptions.get("/exceptions/<int:number>")
@page(Page.BATCH_EXCEPTIONS)
def show(number: int) -> str:
    """The record, and beside it those whom it may mean, or who were searched for."""
    return _shown(number)


@exceptions.post("/exceptions/<int:number>/search")
@page(Page.BATCH_EXCEPTIONS)
def search(number: int) -> ResponseReturnValue:
    """Search for the learner whom the record means."""
    _exception(number)
    form = DetailsForm()
    more: Sequence[str] = ()
    if form.validate():
        try:
            search_id, _ = find_and_keep(KeptSearch(Asked.BY_DETAILS, form.sent))
            return redirect(url_for("exceptions.show", number=number, search=search_id, _anchor="found"), 303)
        except FieldsRefused as refused:
            more = form.refuse_broken(refused.violations)
    return _shown(number, form=form, more=more), 422


@exceptions.post("/exceptions/<int:number>/choose/<uln>")
@page(Page.BATCH_EXCEPTIONS)
def choose(number: int, uln: str) -> ResponseReturnValue:
    """Resolve it: the record means this learner."""
    exception = _exception(number)
    with reading() as work:
        is_candidate = uln in exception.possible or was_found(work, visit(), uln)
        is_master = any(each.uln == uln for each in possible_learners(work, exception))
    if not is_candidate and not is_master:
        abort(404)
    return _resolve(
        number,
        "resolve exception",
        lambda work: choose_learner(work, number, uln, check=asked().check),
        not_allowed=UPDATE_NOT_ALLOWED,
    )


@exceptions.get("/exceptions/<int:number>/register")
@page(Page.BATCH_EXCEPTIONS)
def register_form(number: int) -> ResponseReturnValue:
    """The form to register the record's learner, filled in where the record is valid."""
    exception = _exception(number)
    if exception.state_on(_today()) is not ExceptionState.OPEN:
        return redirect(url_for("exceptions.show", number=number), 303)
    return _register_form(exception, RegisterForm(formdata=None, data=_filled_in(exception)))


@exceptions.post("/exceptions/<int:number>/register")
@page(Page.BATCH_EXCEPTIONS)
def register_check(number: int) -> ResponseReturnValue:
    """Register the record's learner as it was corrected, or warn first of possible matches."""
    exception = _exception(number)
    form = RegisterForm()
    if not form.validate():
        return _register_form(exception, form), 422
    typed = KeptSearch(Asked.BY_DETAILS, form.sent)
    try:
        search_id, found = find_and_keep(typed)
    except FieldsRefused as refused:
        return _register_form(exception, form, form.refuse_broken(refused.violations)), 422
    with writing() as work:
        draft = keep_search(work, visit(), KeptSearch(Asked.TO_REGISTER, form.sent))
    if found.code in (ResponseCode.POSSIBLE_MATCHES, ResponseCode.TOO_MANY_MATCHES):
        return redirect(url_for("exceptions.warning", number=number, draft=draft, search=search_id), 303)
    return _register(number, form.sent)


@exceptions.get("/exceptions/<int:number>/register/<draft>")
@page(Page.BATCH_EXCEPTIONS)
def warning(number: int, draft: str) -> str:
    """The warning of possible matches."""
    _exception(number)
    return render_template(
        "register_warning.html",
        title="Register learner warning",
        warning=WARNING,
        fields=_draft(draft),
        cancel=url_for("exceptions.show", number=number, search=request.args.get("search") or None),
    )


@exceptions.post("/exceptions/<int:number>/register/<draft>")
@page(Page.BATCH_EXCEPTIONS)
def confirm(number: int, draft: str) -> ResponseReturnValue:
    """Register in spite of possible matches."""
    _exception(number)
    return _register(number, _draft(draft))


@exceptions.get("/exceptions/<int:number>/withdraw")
@page(Page.BATCH_EXCEPTIONS)
def withdraw_question(number: int) -> str:
    """Ask whether it is to be withdrawn."""
    _exception(number)
    return render_template("exception_withdraw.html", title="Withdraw an exception", number=number)


@exceptions.post("/exceptions/<int:number>/withdraw")
@page(Page.BATCH_EXCEPTIONS)
def withdraw(number: int) -> ResponseReturnValue:
    """Withdraw it: nobody needs to decide."""
    _exception(number)
    return _resolve(number, "withdraw exception", lambda work: withdraw_exception(work, number))


def _resolve(
    number: int,
    what: str,
    resolve: Callable[[UnitOfWork], Resolution | RecordException],
    *,
    not_allowed: str = NOT_ALLOWED,
) -> ResponseReturnValue:
    """Close an exception. Whoever clicks twice is led to what the first click has done.

    `not_allowed` is told where another learner has the same key information.
    """
    try:
        with exchanging(what) as exchange, writing() as work:
            resolved = resolve(work)
            if isinstance(resolved, Resolution):
                exchange.decide(resolved)
    except KeysTaken:
        # Who has them, nobody is told.
        return _shown(number, more=[not_allowed]), 409
    except (NotPossible, InvalidRecord) as error:
        closed = _exception(number)
        if closed.closed is None or closed.closed_by != author().user:
            return _shown(number, more=[str(error)]), 409
    else:
        for sentence in resolved.not_written if isinstance(resolved, Resolution) else ():
            flash(f"Not written: {sentence}.")
    return redirect(url_for("exceptions.show", number=number), 303)


def _register(number: int, typed: SentLearner) -> ResponseReturnValue:
    # A UPN is never filled in, so an empty one says nothing.
    corrections = typed._replace(unique_pupil_number=typed.unique_pupil_number or None)
    return _resolve(
        number,
        "resolve exception",
        lambda work: register_corrected(work, number, corrections, check=asked().check),
    )


def _exception(number: int) -> RecordException:
    """The exception with this number, if it is the organisation's; else 404."""
    with reading() as work:
        return exception_of_author(work, number)


def _draft(draft: str) -> SentLearner:
    with reading() as work:
        kept = kept_search(work, visit(), draft)
    if kept.asked is not Asked.TO_REGISTER:
        abort(404)
    return kept.fields


def _shown(number: int, *, form: DetailsForm | None = None, more: Sequence[str] = ()) -> str:
    decision: Decision | None = None
    with reading() as work:
        exception = exception_of_author(work, number)
        state = exception.state_on(work.today)
        candidates: tuple[Learner, ...] = possible_learners(work, exception)
        code = displayed(exception.code, work.policy.return_codes)
        search_id = request.args.get("search")
        if search_id is not None:
            kept = kept_search(work, visit(), search_id)
            if kept.asked is not Asked.BY_DETAILS:
                abort(404)
            decision = look(work, kept)
            form = form or DetailsForm(formdata=None, data=kept.fields._asdict())
    found = () if decision is None else decision.learners
    with writing(durable=False) as work:
        # Whom a record may mean may be looked at.
        note_found(work, visit(), [each.uln for each in (*candidates, *found)])
    return render_template(
        "exception.html",
        title=f"{code} {exception.code.text}",
        exception=exception,
        is_open=state is ExceptionState.OPEN,
        state=_STATES[state],
        closed=None if exception.closed is None else moment(exception.closed),
        days=_days_left(exception),
        sent=[(LABELS[name], name) for name in _SENT if getattr(exception.sent, name)],
        candidates=candidates,
        decision=decision,
        too_many=TOO_MANY,
        may_view=may_see(Page.LEARNER_PROFILE),
        found=[each for each in found if each not in candidates],
        form=form or DetailsForm(formdata=None, data=_filled_in(exception)),
        optional=MORE_TO_REGISTER,
        more=more,
        is_wrong=bool(more or (form is not None and form.errors)),
    )


def _register_form(exception: RecordException, form: RegisterForm, more: Sequence[str] = ()) -> str:
    return render_template(
        "register.html",
        title="Register the learner of the record",
        form=form,
        mandatory=MANDATORY,
        optional=MORE_TO_REGISTER,
        others=OTHERS,
        more=more,
        cancel=url_for("exceptions.show", number=exception.id),
        is_wrong=bool(form.errors or more),
    )


def _filled_in(exception: RecordException) -> dict[str, str]:
    """The values with which a form begins: the record's, but the UPN, or none where they are wrong."""
    if not exception.is_filled_in:
        return {}
    sent = exception.sent._replace(unique_pupil_number=None, uln=None, mis_identifier=None)
    return {name: value for name, value in sent._asdict().items() if value}


def _row(work: UnitOfWork, exception: RecordException) -> dict[str, Any]:
    state = exception.state_on(work.today)
    return {
        "id": exception.id,
        "job": exception.job_id,
        "record": exception.position + 1,
        "mis": exception.sent.mis_identifier or "",
        "name": " ".join(filter(None, (exception.sent.given_name, exception.sent.family_name))),
        "state": _STATES[state],
        "days": _days_left(exception) if state is ExceptionState.OPEN else None,
    }


def _days_left(exception: RecordException) -> int:
    return (exception.last_day - _today()).days


def _today() -> date:
    return asked().world.clock.today()


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        abort(404)
    return int(text)
