"""Register a learner for a new ULN (user guide, 4.2.2 and 4.2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrs_soap.operations.kept_searches import keep_search, kept_search, set_registered
from lrs_soap.operations.register import register
from lrs_soap.operations.users import note_activity
from lrs_soap.portal.acting import exchanging, reading, writing
from lrs_soap.portal.asking import visit
from lrs_soap.portal.find_learner import MANY, find_and_keep, found_before, look
from lrs_soap.portal.learner_forms import MANDATORY, MORE_TO_REGISTER, OTHERS, RegisterForm
from lrs_soap.portal.signed_in import page
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.kept_search import Asked, KeptSearch
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import passed_over

register_learner = Blueprint("register_learner", __name__)

WARNING = (
    "Please confirm by selecting Register learner that the learner you are about to register is not included in the "
    "list of learners found by the search. If there is any doubt you should select Cancel and review the learners on "
    "the list. LRS actively checks and takes appropriate follow up action where learners have multiple ULNs created. "
    "Creating a potential duplicate ULN for this learner may result in additional work for Awarding Organisations and "
    "other organisations that rely on the ULN you are assigning to this learner."
)
NOT_ALLOWED = (
    "The data you have entered will create a Learner with key information identical to one already registered – this "
    "is not allowed. This may be because you are attempting to register a Learner that already has a ULN or you have a "
    "genuinely identical Learner. If the data you have entered is correct and the Learner should be registered, please "
    "call the Help Desk for further assistance"
)


@register_learner.get("/learners/register")
@page(Page.REGISTER_LEARNER)
def form() -> str:
    """The form, filled in with what was searched for."""
    search_id = request.args.get("search", "")
    typed = {}
    if search_id:
        with reading() as work:
            typed = kept_search(work, visit(), search_id).fields._asdict()
    return _form(RegisterForm(formdata=None, data={name: value for name, value in typed.items() if value is not None}))


@register_learner.post("/learners/register")
@page(Page.REGISTER_LEARNER)
def check() -> ResponseReturnValue:
    """Take what was typed: it is registered, or first there is a warning of possible matches."""
    form = RegisterForm()
    search_id = request.args.get("search", "")
    if not form.validate():
        return _form(form), 422
    try:
        results_id, found = find_and_keep(KeptSearch(Asked.BY_DETAILS, form.sent))
    except FieldsRefused as refused:
        return _form(form, form.refuse_broken(refused.violations)), 422
    has_matches = found.code in MANY
    if search_id:
        with reading() as work:
            before = look(work, kept_search(work, visit(), search_id))
        # What was found last is what the person has on the list.
        has_matches = has_matches or before.code in MANY
        results_id = search_id if before.code in MANY else results_id
    with writing() as work:
        draft = keep_search(work, visit(), KeptSearch(Asked.TO_REGISTER, form.sent))
    if has_matches:
        return redirect(url_for("register_learner.warning", draft=draft, results=results_id), 303)
    return _register(draft, results_id, form)


@register_learner.get("/learners/register/<draft>")
@page(Page.REGISTER_LEARNER)
def warning(draft: str) -> ResponseReturnValue:
    """The warning of possible matches."""
    kept = _draft(draft)
    if kept.uln is not None:
        return redirect(url_for("register_learner.done", draft=draft), 303)
    return render_template(
        "register_warning.html",
        title="Register learner warning",
        warning=WARNING,
        fields=kept.fields,
        cancel=url_for("find_learner.results", search_id=request.args["results"]),
    )


@register_learner.post("/learners/register/<draft>")
@page(Page.REGISTER_LEARNER)
def confirm(draft: str) -> ResponseReturnValue:
    """Register in spite of possible matches."""
    _draft(draft)
    return _register(draft, request.args.get("results", ""))


@register_learner.get("/learners/register/<draft>/not-allowed")
@page(Page.REGISTER_LEARNER)
def not_allowed(draft: str) -> str:
    """Somebody has the five identity keys already. Who that is, nobody is told.

    A problem can be reported about each possible match of the search before.
    """
    kept = _draft(draft)
    return render_template(
        "register_refused.html",
        title="Register Learner not allowed",
        why=NOT_ALLOWED,
        fields=kept.fields,
        draft=draft,
        found=found_before(request.args.get("results", "")),
    )


@register_learner.get("/learners/register/<draft>/done")
@page(Page.REGISTER_LEARNER)
def done(draft: str) -> str:
    """The ULN of the learner who was registered."""
    kept = _draft(draft)
    if kept.uln is None:
        abort(404)
    notes = [] if request.args.get("upn") != "not-kept" else [UPN_NOT_KEPT]
    return render_template("registered.html", title="Learner registered", uln=kept.uln, fields=kept.fields, notes=notes)


UPN_NOT_KEPT = "The UPN was not kept, because the learner is 16 or older."


def _draft(draft: str) -> KeptSearch:
    with reading() as work:
        kept = kept_search(work, visit(), draft)
    if kept.asked is not Asked.TO_REGISTER:
        abort(404)
    return kept


def _register(draft: str, results_id: str, form: RegisterForm | None = None) -> ResponseReturnValue:
    """Register what was kept as a draft, once, however often it is asked for."""
    notes: list[str] = []
    with exchanging("registerSingleLearner") as exchange:
        try:
            with writing() as work:
                kept = kept_search(work, visit(), draft)
                if kept.uln is None:
                    decision = register(work, kept.fields)
                    exchange.decide(decision)
                    if decision.code is ResponseCode.REGISTERED:
                        set_registered(work, visit(), draft, decision.learners[0].uln)
                        note_activity(work, "registered the learner", decision.learners[0].uln)
                        notes = passed_over(decision.reasons)
        except FieldsRefused as refused:
            form = form or RegisterForm(formdata=None, data=kept.fields._asdict())
            return _form(form, form.refuse_broken(refused.violations)), 422
    if _draft(draft).uln is None:
        # Another click of the same person was not faster, so it is somebody else's learner.
        return redirect(url_for("register_learner.not_allowed", draft=draft, results=results_id), 303)
    return redirect(url_for("register_learner.done", draft=draft, upn="not-kept" if notes else None), 303)


def _form(form: RegisterForm, more: Sequence[str] = ()) -> str:
    return render_template(
        "register.html",
        title="Register a learner",
        form=form,
        mandatory=MANDATORY,
        optional=MORE_TO_REGISTER,
        others=OTHERS,
        more=more,
        cancel=url_for("find_learner.forms"),
        is_wrong=bool(form.errors or more),
    )
