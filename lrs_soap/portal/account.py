"""My Account: the own details, password and secret question."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lrs_soap.portal.asking import asked
from lrs_soap.portal.login import ChangePasswordForm, QuestionForm, new_password, new_question
from lrs_soap.portal.signed_in import current_signed_in, page
from lrs_soap.rules.access.pages import Page

account = Blueprint("account", __name__, url_prefix="/account")


@account.get("/")
@page(Page.MY_ACCOUNT)
def overview() -> str:
    """My Account."""
    by_mail = asked().world.policy.password_by_mail
    return render_template("account.html", title="My Account", held=current_signed_in().user, by_mail=by_mail)


@account.route("/password", methods=["GET", "POST"])
@page(Page.MY_ACCOUNT)
def password() -> str | Response:
    """Change the password."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and new_password(form, current_signed_in()):
        return redirect(url_for("account.overview"), 303)
    return render_template("change_password.html", title="Change password", form=form, is_wrong=bool(form.errors))


@account.route("/question", methods=["GET", "POST"])
@page(Page.MY_ACCOUNT)
def question() -> str | Response:
    """Change the secret question."""
    form = QuestionForm()
    if asked().world.policy.password_by_mail:
        return redirect(url_for("account.overview"), 303)
    if form.validate_on_submit():
        new_question(form)
        return redirect(url_for("account.overview"), 303)
    return render_template("secret_question.html", title="Secret question", form=form, is_wrong=bool(form.errors))
