"""Find a learner: by ULN or by personal details (user guide, 4.2.1 and 4.2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lrs_soap.errors import NotHeld
from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.operations.find_by_uln import find_by_uln
from lrs_soap.operations.kept_searches import keep_search, kept_search, note_found, was_found
from lrs_soap.operations.note_search import note_search
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.portal.acting import exchanging, may_see, reading, writing
from lrs_soap.portal.asking import asked, visit
from lrs_soap.portal.learner_forms import MORE_TO_REGISTER, DetailsForm, UlnForm
from lrs_soap.portal.signed_in import current_user, page
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.kept_search import Asked, KeptSearch
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.organisation import Role

find_learner = Blueprint("find_learner", __name__)

TOO_MANY = "Your search returns more than the maximum number of Learners permitted"

MANY = (ResponseCode.POSSIBLE_MATCHES, ResponseCode.TOO_MANY_MATCHES)

_EXACT = (ResponseCode.EXACT_MATCH, ResponseCode.MASTER_SUBSTITUTED)


@find_learner.get("/learners/find/uln")
@find_learner.get("/learners/find/details")
@find_learner.get("/learners/find")
@page(Page.FIND_LEARNER)
def forms() -> str:
    """Both forms, empty, or with what was typed before the user had to log in again."""
    return _forms(uln_form(), DetailsForm())


@find_learner.post("/learners/find/uln")
@page(Page.FIND_LEARNER)
def by_uln() -> ResponseReturnValue:
    """Find by ULN: an exact match leads to the profile."""
    form = uln_form()
    more: list[str] = []
    if form.validate():
        try:
            search_id, decision = find_and_keep(KeptSearch(Asked.BY_ULN, form.sent))
        except FieldsRefused as refused:
            more = form.refuse_broken(refused.violations)
        else:
            if decision.code in _EXACT:
                return redirect(url_for("learner_profile.profile", uln=decision.learners[0].uln), 303)
            return redirect(url_for("find_learner.results", search_id=search_id), 303)
    return _forms(form, DetailsForm(formdata=None), more), 422


@find_learner.post("/learners/find/details")
@page(Page.FIND_LEARNER)
def by_details() -> ResponseReturnValue:
    """Find by Personal Details."""
    form = DetailsForm()
    more: list[str] = []
    if form.validate():
        try:
            search_id, _ = find_and_keep(KeptSearch(Asked.BY_DETAILS, form.sent))
        except FieldsRefused as refused:
            more = form.refuse_broken(refused.violations)
        else:
            return redirect(url_for("find_learner.results", search_id=search_id), 303)
    return _forms(uln_form(formdata=None), form, more), 422


@find_learner.get("/learners/results/<search_id>")
@page(Page.FIND_RESULTS)
def results(search_id: str) -> str:
    """Whom a search finds now, with what was asked for, to be changed and asked again."""
    with reading() as work:
        search = kept_search(work, visit(), search_id)
        if search.asked is Asked.TO_VERIFY:
            abort(404)
        decision = look(work, search)
        is_new = any(not was_found(work, visit(), each.uln) for each in decision.learners)
    if is_new:
        with writing(durable=False) as work:
            note_found(work, visit(), [each.uln for each in decision.learners])
    typed = search.fields._asdict()
    is_by_uln = search.asked is Asked.BY_ULN
    return render_template(
        "results.html",
        title="Find Learner Results",
        search_id=search_id,
        decision=decision,
        too_many=TOO_MANY if decision.code is ResponseCode.TOO_MANY_MATCHES else None,
        uln_form=uln_form(formdata=None, data=typed) if is_by_uln else None,
        details_form=None if is_by_uln else DetailsForm(formdata=None, data=typed),
        optional=MORE_TO_REGISTER,
        may_register=may_see(Page.REGISTER_LEARNER),
        sees_details=may_see_details(),
    )


def look(work: UnitOfWork, search: KeptSearch) -> Decision:
    """Whom a search finds now. Raises FieldsRefused."""
    if search.asked is Asked.BY_ULN:
        fields = search.fields
        names = {"given_name": fields.given_name or "", "family_name": fields.family_name or ""}
        return find_by_uln(work, uln=fields.uln or "", **names)
    return find_by_demographics(work, search.demographics)


def found_before(search_id: str) -> Sequence[Learner]:
    """The possible matches that the search under this id finds now; nobody if there is none that can be asked again.

    An exact match is nobody, too: who has the five identity keys is never named where they are refused.
    """
    with reading() as work:
        try:
            decision = look(work, kept_search(work, visit(), search_id))
        except (NotHeld, FieldsRefused):
            return ()
    return decision.learners if decision.code in MANY else ()


def find_and_keep(search: KeptSearch) -> tuple[str, Decision]:
    """Find, record it in the journal, and keep the search. Returns its id, and the decision. Raises FieldsRefused."""
    is_by_uln = search.asked is Asked.BY_ULN
    with exchanging("learnerByULN" if is_by_uln else "learnerByDemographics") as exchange:
        with reading() as work:
            decision = look(work, search)
        exchange.decide(decision)
        age = asked().world.policy.search_age
        with writing(durable=False) as work:
            if age is not None and not is_by_uln:
                note_search(work, search.demographics, decision, age=age)
            search_id = keep_search(work, visit(), search, found=[each.uln for each in decision.learners])
    return search_id, decision


def may_see_details() -> bool:
    """Whether the user sees more of a learner than ULN and names: not who may only see learning records."""
    return not current_user().roles.isdisjoint({Role.ONLINE_USER, Role.VIEW_ONLY_USER})


def uln_form(**more: Any) -> UlnForm:
    """The form to find by ULN. Its fields have ids of their own, because it is beside another form."""
    form = UlnForm(**more)
    for field in form:
        field.id = f"by-uln-{field.id}"
    return form


def _forms(by_uln_form: UlnForm, details_form: DetailsForm, more: Sequence[str] = ()) -> str:
    return render_template(
        "find.html",
        title="Find a learner",
        uln_form=by_uln_form,
        details_form=details_form,
        optional=MORE_TO_REGISTER,
        more=more,
        is_wrong=bool(by_uln_form.errors or details_form.errors or more),
    )
