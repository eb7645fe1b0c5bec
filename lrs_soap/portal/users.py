"""User Management: what Super Users do with the users of their own organisation, chapter 3 of the user guide."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.operations import organisations, own_account, users
from lrs_soap.portal.asking import asked
from lrs_soap.portal.forms import PortalForm
from lrs_soap.portal.login import link_to
from lrs_soap.portal.signed_in import current_user, page
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.access.users import User, UserDetails
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.organisation import Role, role_named
from lrs_soap.web.form_fields import BoxesField

user_management = Blueprint("users", __name__, url_prefix="/users")

_ALL = "all"
_FOUND_NOBODY = "found_nobody"
_SHOWN_ONCE = "shown_once"
_MANDATORY = InputRequired("This is mandatory.")
_STATUSES = [("", "Active or Suspended"), ("active", "Active"), ("suspended", "Suspended")]


class FindUserForm(Form):
    """Whom to find. Nothing filled in, and all roles, finds everybody."""

    user_name = StringField("Username")
    given_name = StringField("Given Name")
    family_name = StringField("Family Name")
    status = SelectField("Status", choices=_STATUSES, validate_choice=False)
    roles = BoxesField("Roles", choices=[*((role.value, role.value) for role in Role), (_ALL, "All Roles")])

    def criteria(self) -> users.Criteria:
        """What was filled in. No box is the same as All Roles."""
        chosen = self.roles.data or []
        status: str = self.status.data or ""
        return users.Criteria(
            self.user_name.data or "",
            self.given_name.data or "",
            self.family_name.data or "",
            None if not status else status == "suspended",
            frozenset() if _ALL in chosen else frozenset(role for role in map(role_named, chosen) if role is not None),
        )


class UserForm(PortalForm):
    """The details of a user, and the roles: those that the organisation has."""

    given_name = StringField("Given Name", [_MANDATORY])
    family_name = StringField("Family Name", [_MANDATORY])
    roles = BoxesField("User Role", [_MANDATORY])
    email = StringField("E-mail address", [_MANDATORY])
    verification = StringField("Verification Provided", [_MANDATORY])
    title = StringField("Title")
    landline = StringField("Telephone (landline)")
    mobile = StringField("Telephone (mobile)")
    reference = StringField("Staff ID or Your reference")

    def offer(self, roles: frozenset[Role]) -> None:
        """Offer these roles."""
        self.roles.choices = [(role.value, role.value) for role in Role if role in roles]

    def details(self) -> UserDetails:
        """What was typed, without spaces around it."""
        return UserDetails(**{name: (self[name].data or "").strip() for name in UserDetails.__dataclass_fields__})

    def chosen(self) -> frozenset[Role]:
        """The roles that were ticked."""
        return frozenset(map(Role, self.roles.data or ()))

    def refuse(self, error: InvalidRecord) -> None:
        """Show at its field what was refused."""
        self[error.field if error.field in self._fields else "given_name"].errors = [error.reason]


class StatusForm(PortalForm):
    """The status of a user."""

    status = SelectField("Status", choices=_STATUSES[1:])


class ConfirmForm(PortalForm):
    """Nothing but a button."""


class IdentityForm(PortalForm):
    """What a user has answered on the telephone."""

    answer = StringField("Answer", [_MANDATORY], render_kw={"autocomplete": "off"})


class ActivityForm(Form):
    """Whose activity is shown, and of which days."""

    user = SelectField("User", validate_choice=False)
    first = DateField("From", [Optional()])
    last = DateField("To", [Optional()])


@user_management.get("/")
@page(Page.FIND_USER)
def find() -> str:
    """Find User."""
    return render_template("users/find.html", title=Page.FIND_USER.title, form=FindUserForm(), confirm=ConfirmForm())


@user_management.get("/results")
@page(Page.FIND_USER)
def results() -> str:
    """Find User Results. Who finds nobody may create a user."""
    form = FindUserForm(request.args)
    with asked().world.reading(_author(), has_looked=True) as work:
        found = users.find(work, current_user().organisation, form.criteria())
    if not found:
        session[_FOUND_NOBODY] = True
    names = {name: form[name].data or "" for name in ("given_name", "family_name")}
    return render_template("users/results.html", title="Find User Results", found=found, names=names)


@user_management.get("/chosen")
@page(Page.UPDATE_USER)
def chosen() -> Response:
    """Where `Update User` leads to: the user whose radio button was chosen."""
    name = request.args.get("user", "")
    if not name:
        flash("Choose a user first.")
        return redirect(url_for("users.find"), 303)
    return redirect(url_for("users.update", name=name), 303)


@user_management.route("/create", methods=["GET", "POST"])
@page(Page.CREATE_USER)
def create() -> str | Response:
    """Create User, after a search that has found nobody."""
    if not session.get(_FOUND_NOBODY):
        flash("Find out first whether the user has an account already.")
        return redirect(url_for("users.find"), 303)
    form = _user_form(current_user().roles, request.args)
    if form.validate_on_submit():
        one_time, one_time_hash = asked().world.passwords.one_time()
        try:
            with asked().world.writing(_author()) as work:
                user = users.create(work, current_user().organisation, form.details(), form.chosen(), one_time_hash)
        except InvalidRecord as error:
            form.refuse(error)
        else:
            session.pop(_FOUND_NOBODY)
            return _show_once(user, one_time)
    return render_template(
        "users/edit.html", title="Create User", form=form, button="Create User", is_wrong=form.errors
    )


@user_management.get("/named/<name>/password")
@page(Page.VIEW_USER)
def shown_once(name: str) -> str | Response:
    """The user name and the one-time password, once."""
    user = _held(name)
    known, one_time = session.pop(_SHOWN_ONCE, (None, ""))
    if known != user.name:
        return redirect(url_for("users.view", name=user.name), 303)
    return render_template("users/shown_once.html", title="One-time password", held=user, one_time=one_time)


@user_management.get("/named/<name>")
@page(Page.VIEW_USER)
def view(name: str) -> str:
    """View User."""
    user = _held(name)
    form = StatusForm(status="suspended" if user.state.is_suspended else "active")
    return render_template("users/view.html", title="View User", held=user, form=form, by_mail=_is_by_mail())


@user_management.route("/named/<name>/update", methods=["GET", "POST"])
@page(Page.UPDATE_USER)
def update(name: str) -> str | Response:
    """Update User."""
    user = _held(name)
    held = {each: getattr(user.details, each) for each in UserDetails.__dataclass_fields__}
    form = _user_form(user.roles, {**held, "roles": [role.value for role in user.roles]})
    if form.validate_on_submit():
        try:
            with asked().world.writing(_author()) as work:
                users.update(work, user.organisation, user.name, form.details(), form.chosen())
        except InvalidRecord as error:
            form.refuse(error)
        else:
            flash(f"The user {user.name} is updated.")
            return redirect(url_for("users.view", name=user.name), 303)
    return render_template(
        "users/edit.html", title="Update User", form=form, button="OK", is_wrong=form.errors, held=user
    )


@user_management.post("/named/<name>/status")
@page(Page.UPDATE_USER)
def status(name: str) -> Response:
    """Suspend a user, or reactivate one."""
    user = _held(name)
    form = StatusForm()
    if form.validate_on_submit():
        change = users.suspend if form.status.data == "suspended" else users.reactivate
        # It may have this status already.
        with suppress(NotPossible), asked().world.writing(_author()) as work:
            change(work, user.organisation, user.name)
        flash(f"The status of the user {user.name} is {form.status.data}.")
    return redirect(url_for("users.view", name=user.name), 303)


@user_management.route("/named/<name>/delete", methods=["GET", "POST"])
@page(Page.UPDATE_USER)
def delete(name: str) -> str | Response:
    """Delete User, after a question."""
    user = _held(name)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return render_template("users/delete.html", title="Delete User", held=user, form=form)
    with asked().world.writing(_author()) as work:
        users.delete(work, user.organisation, user.name)
    flash(f"The account of the user {user.name} is closed.")
    return redirect(url_for("users.find"), 303)


@user_management.route("/named/<name>/reset", methods=["GET", "POST"])
@page(Page.UPDATE_USER)
def reset(name: str) -> str | Response:
    """Reset Password, after a question."""
    user = _held(name)
    form = ConfirmForm()
    if _is_by_mail():
        return redirect(url_for("users.view", name=user.name), 303)
    if not form.validate_on_submit():
        return render_template("users/reset.html", title="Reset Password", held=user, form=form)
    one_time, one_time_hash = asked().world.passwords.one_time()
    with asked().world.writing(_author()) as work:
        users.reset_password(work, user.organisation, user.name, one_time_hash)
    return _show_once(user, one_time)


@user_management.route("/named/<name>/identity", methods=["GET", "POST"])
@page(Page.VIEW_USER)
def identity(name: str) -> str | Response:
    """Verify Identity: the question, then the answer as it was taken, then whether it was right."""
    user = _held(name)
    world, form = asked().world, IdentityForm()
    if user.question is None or _is_by_mail():
        flash(f"The user {user.name} has no secret question.")
        return redirect(url_for("users.view", name=user.name), 303)
    is_taken = form.validate_on_submit()
    is_right = None
    if is_taken and request.form.get("do") == "verify":
        with world.reading(_author(), has_looked=True) as work:
            is_right = users.check_identity(work, world.passwords, user.organisation, user.name, form.answer.data or "")
        with world.writing(_author()) as work:
            users.note_identity(work, user.name, is_right=is_right)
    return render_template(
        "users/identity.html",
        title="Verify Identity",
        held=user,
        form=form,
        is_taken=is_taken,
        is_right=is_right,
        is_wrong=bool(form.errors),
    )


@user_management.post("/named/<name>/mail")
@page(Page.UPDATE_USER)
def mail(name: str) -> Response:
    """Send the mail again by which an e-mail address is verified."""
    user = _held(name)
    if _is_by_mail() and ConfirmForm().validate_on_submit():
        with asked().world.writing(_author()) as work:
            own_account.send_verification_link(work, user, link_to("login.email_verified"))
        flash(f"A mail is sent to {user.details.email}.")
    return redirect(url_for("users.view", name=user.name), 303)


@user_management.post("/reviewed")
@page(Page.FIND_USER)
def reviewed() -> Response:
    """Note that the users were looked through."""
    if ConfirmForm().validate_on_submit():
        with asked().world.writing(_author()) as work:
            users.mark_reviewed(work)
        flash("The review of your users is marked done.")
    return redirect(url_for("users.find"), 303)


@user_management.get("/activity")
@page(Page.USER_ACTIVITY)
def activity() -> str:
    """What the organisation's users looked at and changed, by user and day."""
    form = ActivityForm(request.args)
    world, organisation = asked().world, current_user().organisation
    today = world.clock.today()
    form.last.data = form.last.data or today
    form.first.data = form.first.data or form.last.data - timedelta(days=1)
    with world.reading(_author(), has_looked=True) as work:
        everybody = users.find(work, organisation, users.Criteria())
        found = users.activities(
            work, organisation, first=form.first.data, last=form.last.data, user_name=form.user.data or None
        )
    form.user.choices = [("", "All users"), *((user.name, user.name) for user in everybody)]
    is_wrong = not form.validate()
    return render_template(
        "users/activity.html",
        title=Page.USER_ACTIVITY.title,
        form=form,
        found=found,
        most=users.MOST_ACTIVITIES,
        is_wrong=is_wrong,
    )


def hints() -> list[users.Hint]:
    """What the Super User who is logged in should think of; nothing for anybody else."""
    if Role.SUPER_USER not in current_user().roles:
        return []
    with asked().world.reading(_author(), has_looked=True) as work:
        return users.hints(work, current_user().organisation)


def _author() -> Author:
    return current_user().author


def _held(name: str) -> User:
    """A user of the own organisation. Raises NotHeld."""
    with asked().world.reading(_author(), has_looked=True) as work:
        return users.held(work, current_user().organisation, name)


def _is_by_mail() -> bool:
    return asked().world.policy.password_by_mail


def _user_form(roles: frozenset[Role], values: Any) -> UserForm:
    """The form of a user with these values, which offers the roles of the organisation, and those that the user has."""
    with asked().world.reading(_author(), has_looked=True) as work:
        granted = organisations.held(work, current_user().organisation).roles
    form = UserForm(data=dict(values.items() if isinstance(values, MultiDict) else values))
    form.offer(granted | roles)
    return form


def _show_once(user: User, one_time: str) -> Response:
    session[_SHOWN_ONCE] = (user.name, one_time)
    return redirect(url_for("users.shown_once", name=user.name), 303)
