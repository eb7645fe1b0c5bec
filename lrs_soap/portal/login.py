"""In and out: the login, the agreement, the steps of a first login, and the way in for who forgot the password."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response
from wtforms import Field, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired

from lrs_soap.errors import InvalidRecord
from lrs_soap.operations import log_in, own_account
from lrs_soap.operations.log_in import LogIn, SignedIn
from lrs_soap.portal.asking import asked
from lrs_soap.portal.forms import PortalForm
from lrs_soap.portal.signed_in import (
    BACK,
    FORM,
    TOKEN,
    current_user,
    look,
    seconds_now,
    signed_in,
    step,
    step_of,
    where_to_go,
)
from lrs_soap.rules.access.secret_questions import QUESTIONS
from lrs_soap.rules.access.users import Step
from lrs_soap.rules.values.change import NOBODY

login = Blueprint("login", __name__)

IDLE = (
    "Due to the session inactivity and for security reasons you are required to login again to continue with your "
    "current session"
)
_WRONG = "The username or the password is not right."
_SUSPENDED = (
    "Your account is suspended. Ask a Super User of your organisation to reactivate it, or select "
    "I have forgotten my password."
)
_WRONG_OLD = "This is not your password."
_NOT_THE_SAME = "This is not the same as above."
_CHANGED = "Your password is changed."
_NOT_RECOVERED = (
    "The answer is not right, or the account cannot be reactivated in this way. Ask a Super User of your organisation."
)
_FORGOTTEN = "I have forgotten my password"
_MAILED = "If somebody has this e-mail address, a mail with a link to choose a new password is sent to it."

MANDATORY = InputRequired("This is mandatory.")
"""The validator of what has to be filled in."""


_QUESTIONS = [("", "Choose a question"), *((each, each) for each in QUESTIONS)]


class LoginForm(PortalForm):
    """The username and the password."""

    user_name = StringField("Username", [MANDATORY], render_kw={"autocomplete": "username"})
    password = PasswordField("Password", [MANDATORY], render_kw={"autocomplete": "current-password"})


class AgreementForm(PortalForm):
    """Nothing but two buttons."""


class NewPasswordForm(PortalForm):
    """A new password, twice."""

    new_password = PasswordField("New password", [MANDATORY], render_kw={"autocomplete": "new-password"})
    new_password_again = PasswordField("New password again", [MANDATORY], render_kw={"autocomplete": "new-password"})

    def validate_new_password(self, field: Field) -> None:
        """Hold it to the policy."""
        old = self._fields.get("old_password")
        try:
            own_account.check_new_password(field.data, old=None if old is None else old.data)
        except InvalidRecord as error:
            raise ValidationError(error.reason) from None

    def validate_new_password_again(self, field: Field) -> None:
        """Hold it to the first one."""
        if field.data != self.new_password.data:
            raise ValidationError(_NOT_THE_SAME)


class ChangePasswordForm(NewPasswordForm):
    """The old password before the new one."""

    old_password = PasswordField("Current password", [MANDATORY], render_kw={"autocomplete": "current-password"})


class QuestionForm(PortalForm):
    """A secret question, and its answer twice."""

    question = SelectField("Secret question", [MANDATORY], choices=_QUESTIONS)
    answer = PasswordField("Answer", [MANDATORY], render_kw={"autocomplete": "off"})
    answer_again = PasswordField("Answer again", [MANDATORY], render_kw={"autocomplete": "off"})

    def validate_answer(self, field: Field) -> None:
        """Hold it to what an answer can be."""
        try:
            own_account.check_question(self.question.data or QUESTIONS[0], field.data)
        except InvalidRecord as error:
            raise ValidationError(error.reason) from None

    def validate_answer_again(self, field: Field) -> None:
        """Hold it to the first one."""
        if field.data != self.answer.data:
            raise ValidationError(_NOT_THE_SAME)


class ForgottenForm(PortalForm):
    """Whose password was forgotten."""

    email = StringField("E-mail address", [MANDATORY], render_kw={"autocomplete": "email"})
    user_name = StringField("Username", render_kw={"autocomplete": "username"})


class ForgottenByMailForm(PortalForm):
    """Whose password was forgotten, where a link is mailed."""

    email = StringField("E-mail address", [MANDATORY], render_kw={"autocomplete": "email"})


class AnswerForm(NewPasswordForm):
    """The secret answer, and a new password."""

    answer = PasswordField("Answer", [MANDATORY], render_kw={"autocomplete": "off"})


@login.route("/login", methods=["GET", "POST"], endpoint="login")
def log_in_page() -> str | Response:
    """The login page."""
    form = LoginForm()
    more: list[str] = []
    if form.validate_on_submit():
        outcome = _log_in(form.user_name.data or "", form.password.data or "")
        if not isinstance(outcome, LogIn):
            kept = {name: session[name] for name in (FORM, BACK) if name in session}
            session.clear()
            session.update({**kept, TOKEN: outcome})
            return redirect(url_for("login.agreement"), 303)
        more = [_SUSPENDED if outcome is LogIn.SUSPENDED else _WRONG]
    is_wrong = bool(form.errors or more)
    is_idle = request.method == "GET" and (g.was_idle is not None or BACK in session)
    return render_template("login.html", title="Login", form=form, more=more, is_wrong=is_wrong, idle=is_idle and IDLE)


@login.post("/logout")
def logout() -> Response:
    """End the session."""
    signed = signed_in()
    if signed is not None:
        with asked().world.writing(log_in.author_of(signed.user)) as work:
            log_in.log_out(work, session[TOKEN])
    session.clear()
    return redirect(url_for("login.login"), 303)


@login.route("/agreement", methods=["GET", "POST"])
@step(Step.AGREE)
def agreement() -> str | Response:
    """The agreement, which is accepted or declined after every login."""
    form = AgreementForm()
    if not form.validate_on_submit():
        return render_template("agree.html", title="User Agreement", form=form)
    if request.form.get("decision") != "accept":
        return logout()
    with asked().world.writing(current_user().author) as work:
        log_in.agree(work, session[TOKEN])
    return _next()


@login.route("/change-password", methods=["GET", "POST"])
@step(Step.CHANGE_PASSWORD)
def change_password() -> str | Response:
    """The screen that comes by itself for a one-time password, and for one that has expired."""
    signed = _signed()
    form = ChangePasswordForm()
    if signed.user.has_one_time_password:
        form.old_password.label.text = "One-time password"
    if form.validate_on_submit() and new_password(form, signed):
        return _next()
    return render_template(
        "change_password.html",
        title="Change your password",
        form=form,
        is_wrong=bool(form.errors),
        is_one_time=signed.user.has_one_time_password,
    )


@login.route("/secret-question", methods=["GET", "POST"])
@step(Step.CHOOSE_QUESTION)
def choose_question() -> str | Response:
    """The secret question at the first login."""
    form = QuestionForm()
    if form.validate_on_submit():
        new_question(form)
        return redirect(url_for("home.welcome"), 303)
    return render_template("secret_question.html", title="Secret question", form=form, is_wrong=bool(form.errors))


@login.route("/verify-email", methods=["GET", "POST"])
@step(Step.VERIFY_EMAIL)
def verify_email() -> str | Response:
    """Waits until the link is followed that was mailed when the page was first asked."""
    form = AgreementForm()
    user = _signed().user
    if form.validate_on_submit() or session.pop("mails", False):
        with asked().world.writing(current_user().author) as work:
            own_account.send_verification_link(work, user, link_to("login.email_verified"))
    return render_template("verify_email.html", title="Verify your e-mail address", form=form, email=user.details.email)


@login.get("/verify-email/<token>")
def email_verified(token: str) -> str:
    """What a mailed link leads to."""
    with asked().world.writing(NOBODY) as work:
        is_verified = own_account.verify_email(work, token)
    return render_template("email_verified.html", title="Verify your e-mail address", is_verified=is_verified)


@login.route("/forgotten-password", methods=["GET", "POST"])
def forgotten() -> str | Response:
    """Whose password was forgotten."""
    by_mail = asked().world.policy.password_by_mail
    form: ForgottenForm | ForgottenByMailForm = ForgottenByMailForm() if by_mail else ForgottenForm()
    is_valid = form.validate_on_submit()
    if is_valid and by_mail:
        with asked().world.writing(NOBODY) as work:
            own_account.send_reset_links(work, form.email.data or "", link_to("login.new_password_by_link"))
        flash(_MAILED)
        return redirect(url_for("login.login"), 303)
    if is_valid and isinstance(form, ForgottenForm):
        session["forgotten"] = [form.email.data, form.user_name.data or ""]
        return redirect(url_for("login.recover"), 303)
    return render_template("forgotten.html", title=_FORGOTTEN, form=form, is_wrong=bool(form.errors), by_mail=by_mail)


@login.route("/secret-answer", methods=["GET", "POST"])
def recover() -> str | Response:
    """The secret question of whoever has forgotten the password, and the new password."""
    world = asked().world
    if world.policy.password_by_mail or "forgotten" not in session:
        return redirect(url_for("login.forgotten"), 303)
    email, user_name = session["forgotten"]
    form = AnswerForm()
    more = []
    if form.validate_on_submit():
        password_hash = world.passwords.hash(form.new_password.data or "")
        with world.reading(NOBODY, has_looked=True) as work:
            proof = own_account.check_answer(work, world.passwords, email, user_name, form.answer.data or "")
        asked().tried(proof.is_right)
        with world.writing(NOBODY) as work:
            is_done = own_account.recover(work, proof, password_hash)
        if is_done:
            return _recovered()
        more = [_NOT_RECOVERED]
    with world.reading(NOBODY, has_looked=True) as work:
        question = own_account.question_of(work, email, user_name, secret=g.portal_key)
    is_wrong = bool(form.errors or more)
    return render_template("recover.html", title=_FORGOTTEN, form=form, more=more, is_wrong=is_wrong, question=question)


@login.route("/new-password/<token>", methods=["GET", "POST"])
def new_password_by_link(token: str) -> str | Response:
    """What a mailed link leads to: a new password."""
    world = asked().world
    form = NewPasswordForm()
    if form.validate_on_submit():
        password_hash = world.passwords.hash(form.new_password.data or "")
        with world.writing(NOBODY) as work:
            is_done = own_account.recover_by_link(work, token, password_hash)
        if is_done:
            return _recovered()
    with world.reading(NOBODY, has_looked=True) as work:
        is_known = own_account.linked_user(work, token) is not None
    return render_template(
        "new_password.html", title=_FORGOTTEN, form=form, is_wrong=bool(form.errors), is_known=is_known
    )


def new_password(form: ChangePasswordForm, signed: SignedIn) -> bool:
    """Change the password of who is logged in, whose session is another one then; return whether the old one was right.

    Where it was not, the form says so.
    """
    world = asked().world
    password_hash = world.passwords.hash(form.new_password.data or "")
    with world.reading(NOBODY, has_looked=True) as work:
        proof = log_in.check_password(work, world.passwords, signed.user.name, form.old_password.data or "")
    with world.writing(log_in.author_of(signed.user)) as work:
        token = own_account.change_password(
            work, proof, password_hash, seconds=seconds_now(), has_agreed=signed.has_agreed
        )
    if token is None:
        form.old_password.errors = [_WRONG_OLD]
        return False
    session[TOKEN] = token
    flash(_CHANGED)
    return True


def new_question(form: QuestionForm) -> None:
    """Change the secret question of who is logged in."""
    world, user = asked().world, current_user()
    answer_hash = own_account.hash_of_answer(world.passwords, form.answer.data or "")
    with world.writing(user.author) as work:
        own_account.choose_question(work, user.name, form.question.data, answer_hash)
    flash("Your secret question is changed.")


def _signed() -> SignedIn:
    """Who is logged in, behind `step`."""
    signed = signed_in()
    assert signed is not None
    return signed


def _log_in(user_name: str, password: str) -> LogIn | str:
    """The token of a session of somebody who has logged in, or why there is none."""
    world = asked().world
    with world.reading(NOBODY, has_looked=True) as work:
        proof = log_in.check_password(work, world.passwords, user_name, password)
    asked().tried(proof.is_right)
    with world.writing(NOBODY) as work:
        return log_in.log_in(work, proof, seconds_now())


def _next() -> Response:
    """To the next step, or the page after all of them."""
    look()
    signed = _signed()
    session["mails"] = step_of(signed) is Step.VERIFY_EMAIL
    return redirect(where_to_go(signed), 303)


def _recovered() -> Response:
    """To the login, with the new password."""
    session.pop("forgotten", None)
    flash(f"{_CHANGED} You can log in with it now.")
    return redirect(url_for("login.login"), 303)


def link_to(endpoint: str) -> own_account.AddressOf:
    """Makes addresses of a page that a mailed link leads to."""
    return lambda token: url_for(endpoint, token=token, _external=True)
