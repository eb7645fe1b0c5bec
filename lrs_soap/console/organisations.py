"""The organisations that may use a world, and their users."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from lrs_soap.console.asking import reading, writing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.operations import organisations as operations
from lrs_soap.operations import users
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.web.form_fields import BoxesField

organisations = Blueprint("organisations", __name__)


class RolesForm(FlaskForm):
    """The roles of an organisation."""

    roles = BoxesField("Roles", choices=[(role.value, role.value) for role in Role])


@organisations.get("/organisations")
def listed() -> str:
    """Every organisation, by UKPRN."""
    with reading() as work:
        found = operations.everyone(work)
    return render_template("organisations.html", title="Organisations", organisations=found)


@organisations.get("/organisations/<ukprn>")
def show(ukprn: str) -> str:
    """An organisation with its users."""
    return _page(ukprn, ActionForm())


@organisations.post("/organisations/<ukprn>/roles")
def set_roles(ukprn: str) -> AnyResponse:
    """Give the organisation exactly the roles that are ticked."""
    form = RolesForm()
    roles = frozenset(role for role in Role if role.value in (form.roles.data or ()))
    return _changed(ukprn, lambda work: operations.set_roles(work, ukprn, roles), "has these roles now", form)


@organisations.post("/organisations/<ukprn>/suspend")
def suspend(ukprn: str) -> AnyResponse:
    """Have the organisation answered as if it were unknown."""
    return _changed(ukprn, lambda work: operations.set_suspended(work, ukprn, True), "is suspended")


@organisations.post("/organisations/<ukprn>/resume")
def resume(ukprn: str) -> AnyResponse:
    """Let a suspended organisation ask again."""
    return _changed(ukprn, lambda work: operations.set_suspended(work, ukprn, False), "is suspended no more")


@organisations.post("/organisations/<ukprn>/disable")
def disable(ukprn: str) -> AnyResponse:
    """Disable the permissions of the organisation."""
    return _changed(
        ukprn, lambda work: operations.set_permissions_disabled(work, ukprn, True), "has its permissions disabled"
    )


@organisations.post("/organisations/<ukprn>/enable")
def enable(ukprn: str) -> AnyResponse:
    """Enable the permissions of the organisation again."""
    return _changed(
        ukprn, lambda work: operations.set_permissions_disabled(work, ukprn, False), "has its permissions again"
    )


@organisations.post("/organisations/<ukprn>/users/<name>/disable")
def disable_user(ukprn: str, name: str) -> AnyResponse:
    """Disable the permissions of a user of the organisation."""
    return _user_changed(ukprn, name, True, "has the permissions disabled")


@organisations.post("/organisations/<ukprn>/users/<name>/enable")
def enable_user(ukprn: str, name: str) -> AnyResponse:
    """Enable the permissions of a user of the organisation again."""
    return _user_changed(ukprn, name, False, "has the permissions again")


def _changed(
    ukprn: str, change: Callable[[UnitOfWork], Organisation], said: str, form: FlaskForm | None = None
) -> AnyResponse:
    def carry_out() -> str:
        with writing("put organisation") as (work, _):
            return f"{change(work).ukprn} {said}."

    return _carried_out(ukprn, carry_out, form or ActionForm())


def _user_changed(ukprn: str, name: str, disabled: bool, said: str) -> AnyResponse:
    def carry_out() -> str:
        with writing("put user") as (work, _):
            users.held(work, ukprn, name)
            return f"The user {users.set_disabled(work, name, disabled).name} {said}."

    return _carried_out(ukprn, carry_out, ActionForm())


def _carried_out(ukprn: str, carry_out: Callable[[], str], form: FlaskForm) -> AnyResponse:
    return carried_out(
        carry_out,
        form=form,
        leads_to=lambda: url_for("organisations.show", ukprn=ukprn),
        again=lambda reasons: _page(ukprn, form, reasons),
    )


def _page(ukprn: str, form: FlaskForm, reasons: Sequence[str] = ()) -> str:
    with reading() as work:
        held = operations.held(work, ukprn)
        found = users.find(work, held.ukprn, users.Criteria())
    return render_template(
        "organisation.html",
        title=held.name,
        held=held,
        users=found,
        roles_form=RolesForm(formdata=None, roles=[role.value for role in held.roles]),
        form=form,
        reasons=reasons,
        is_wrong=bool(form.errors or reasons),
    )
