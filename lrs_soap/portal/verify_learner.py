"""Verify a learner by hand."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lrs_soap.operations.kept_searches import keep_search, kept_search
from lrs_soap.operations.verify import verify
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.portal.acting import exchanging, reading, writing
from lrs_soap.portal.asking import visit
from lrs_soap.portal.learner_forms import VerifyForm
from lrs_soap.portal.signed_in import page
from lrs_soap.portal.words import LABELS
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.kept_search import Asked, KeptSearch
from lrs_soap.rules.learners.verification import ToVerify, Verification
from lrs_soap.rules.values.codes import FailureFlag

verify_learner = Blueprint("verify_learner", __name__)

_COMPARED = {
    LABELS["given_name"]: (
        FailureFlag.GIVEN_AGAINST_GIVEN,
        FailureFlag.GIVEN_AGAINST_FAMILY,
        FailureFlag.GIVEN_AGAINST_PREVIOUS_FAMILY,
    ),
    LABELS["family_name"]: (
        FailureFlag.FAMILY_AGAINST_FAMILY,
        FailureFlag.FAMILY_AGAINST_GIVEN,
        FailureFlag.FAMILY_AGAINST_PREVIOUS_FAMILY,
    ),
    LABELS["date_of_birth"]: (FailureFlag.DATE_OF_BIRTH,),
    LABELS["gender"]: (FailureFlag.GENDER,),
}
_FIELDS = ("uln", "given_name", "family_name", "date_of_birth", "gender")


@verify_learner.get("/learners/verify")
@page(Page.VERIFY_LEARNER)
def form() -> str:
    """The form."""
    return _form(VerifyForm(formdata=None))


@verify_learner.post("/learners/verify")
@page(Page.VERIFY_LEARNER)
def check() -> ResponseReturnValue:
    """Verify, and lead to the answer."""
    form = VerifyForm()
    if not form.validate():
        return _form(form), 422
    search = KeptSearch(Asked.TO_VERIFY, form.sent)
    with exchanging("verifyLearner") as exchange:
        try:
            with reading() as work:
                exchange.decide(_verified(work, search))
        except FieldsRefused as refused:
            form.refuse_broken(refused.violations)
            return _form(form), 422
        with writing(durable=False) as work:
            search_id = keep_search(work, visit(), search)
    return redirect(url_for("verify_learner.answer", search_id=search_id), 303)


@verify_learner.get("/learners/verify/<search_id>")
@page(Page.VERIFY_LEARNER)
def answer(search_id: str) -> str:
    """The answer: the code's text, the fields that did not agree, and what is held where it may be told."""
    with reading() as work:
        search = kept_search(work, visit(), search_id)
        if search.asked is not Asked.TO_VERIFY:
            abort(404)
        verification = _verified(work, search)
    return render_template(
        "verified.html",
        title="Learner verification",
        sent=search.fields,
        verification=verification,
        wrong=[label for label, flags in _COMPARED.items() if not set(flags).isdisjoint(verification.flags)],
        held=next(iter(verification.learners), None),
        names=_FIELDS,
    )


def _verified(work: UnitOfWork, search: KeptSearch) -> Verification:
    sent = search.fields
    asked = ToVerify(sent.given_name or "", sent.family_name or "", sent.date_of_birth, sent.gender)
    return verify(work, asked, uln=sent.uln or "")


def _form(form: VerifyForm) -> str:
    return render_template(
        "verify.html", title="Verify a learner", form=form, names=_FIELDS, is_wrong=bool(form.errors)
    )
