"""The Welcome page, the home of Learner Management, and the terms."""

from __future__ import annotations

from flask import Blueprint, render_template

from lrs_soap.portal.acting import may_see
from lrs_soap.portal.find_learner import uln_form
from lrs_soap.portal.signed_in import page
from lrs_soap.rules.access.pages import Page

home = Blueprint("home", __name__)


@home.get("/")
@page(Page.WELCOME)
def welcome() -> str:
    """The Welcome page."""
    form = uln_form() if may_see(Page.FIND_LEARNER) else None
    return render_template("welcome.html", title="Welcome", uln_form=form)


@home.get("/learners/")
@page(Page.LEARNER_MANAGEMENT)
def learner_management() -> str:
    """The home of Learner Management, to which the agreement leads."""
    return render_template("learner_management.html", title="Learner Management")


@home.get("/terms")
def terms() -> str:
    """What a user agrees to at each login."""
    return render_template("terms.html", title="Terms & Conditions")
