"""The policy of a world: the settings that are its own, with their meanings, and a form that changes one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Field, SelectField

from lrs_soap.console.asking import asked, changing
from lrs_soap.console.changes import carried_out
from lrs_soap.web.form_fields import NotesField, TextField
from lrs_soap.world.steering import PolicySetting, patch_policy, policy_settings

policy = Blueprint("policy", __name__)

# Its texts have commas in them.
_BY_LINES = ("certificate_subjects",)


@policy.get("/policy")
def shown() -> str:
    """The settings as they are in force."""
    return render_template("policy.html", title="Policy", settings=policy_settings(asked().world), text_of=text_of)


@policy.get("/policy/<name>")
def setting(name: str) -> str:
    """One setting, in a form."""
    known = _known(name)
    return _page(known, _form(known))


@policy.post("/policy/<name>")
def change(name: str) -> AnyResponse:
    """Change a setting, or with the other button take a change back."""
    known = _known(name)
    form = _form(known)
    is_back = request.form.get("do") == "back"

    def carry_out() -> str:
        given = form["value"].data or ""
        value = None if is_back else given.splitlines() if name in _BY_LINES else given
        with changing("change policy"):
            patch_policy(asked().world, {name: value})
        return f"{name} is as the server's settings say." if is_back else f"{name} is changed."

    return carried_out(
        carry_out,
        form=form,
        leads_to=lambda: url_for("policy.shown"),
        again=lambda reasons: _page(known, form, reasons),
    )


def text_of(value: Any) -> str:
    """A value as people read and write it."""
    if isinstance(value, list):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _known(name: str) -> PolicySetting:
    found = next((each for each in policy_settings(asked().world) if each.name == name), None)
    if found is None:
        abort(404, f"{name!r} is not a setting of a world.")
    return found


def _form(known: PolicySetting) -> FlaskForm:
    """A form with one field, whose label is the name of the setting."""
    value: Field
    if known.choices:
        value = SelectField(known.name, choices=[(each, each) for each in known.choices], default=text_of(known.value))
    elif known.name in _BY_LINES:
        value = NotesField(known.name, default="\n".join(known.value))
    else:
        value = TextField(known.name, default=text_of(known.value))
    form: FlaskForm = type("PolicyForm", (FlaskForm,), {"value": value})()
    return form


def _page(known: PolicySetting, form: FlaskForm, reasons: Sequence[str] = ()) -> str:
    return render_template(
        "policy_setting.html",
        title=f"Change {known.name}",
        known=known,
        form=form,
        is_by_lines=known.name in _BY_LINES,
        server_value=text_of(known.server_value),
        reasons=reasons,
        is_wrong=bool(form.errors or reasons),
    )
