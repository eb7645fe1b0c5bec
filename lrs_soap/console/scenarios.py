"""Scenarios of a world: switch the shipped ones on and off, add others, remove them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_wtf import FlaskForm
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, SelectField

from lrs_soap.console.asking import asked, changing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.console.typed import REQUIRED, number_or_text
from lrs_soap.errors import InvalidRecord
from lrs_soap.scenarios.answerable import RESPONSE_CODES
from lrs_soap.scenarios.scenario import Scenario
from lrs_soap.scenarios.scenario_file import is_json, parse
from lrs_soap.scenarios.shipped import SHIPPED
from lrs_soap.web.form_fields import NotesField, TextField
from lrs_soap.web.refusals import sentence_of
from lrs_soap.world import scenarios as world_scenarios

scenarios = Blueprint("scenarios", __name__)

_ANY = [("", "any")]
_NOTHING = [("", "")]
# How many are named when they are added.
_MOST_NAMED = 5

_WHEN = ("operation", "organisation", "user", "uln", "family_name")
_DO = ("delay", "fault", "response_code", "http", "body", "content_type", "maintenance", "drop", "how", "drip", "job")
_NUMBERS = ("after", "share", "seed", "http", "drip")


class ScenarioForm(FlaskForm):
    """A scenario: for which requests, how often, and what happens."""

    name = TextField("Name", [REQUIRED])
    operation = SelectField("Operation", choices=[*_ANY, *((name, name) for name in RESPONSE_CODES)])
    organisation = TextField("Organisation")
    user = TextField("User")
    uln = TextField("ULN")
    family_name = TextField("Family name")
    after = TextField("After", default="0")
    times = TextField("Times", default="1")
    share = TextField("Share", default="1")
    seed = TextField("Seed", default="0")
    delay = TextField("Delay")
    fault = TextField("Fault")
    response_code = TextField("Response code")
    http = TextField("HTTP status")
    body = NotesField("Body")
    content_type = TextField("Content type")
    maintenance = BooleanField("The maintenance page")
    drop = SelectField(
        "Drop the connection",
        choices=[
            *_NOTHING,
            ("before", "before anything is done"),
            ("after", "after it is done"),
            ("midway", "in the middle of the answer"),
        ],
    )
    how = SelectField("How it is dropped", choices=[*_NOTHING, ("close", "close"), ("reset", "reset")])
    drip = TextField("Bytes a second")
    job = SelectField("Job", choices=[*_NOTHING, ("hang", "hangs"), ("fail", "fails"), ("polls", "takes long")])
    polls = TextField("Polls")


class PasteForm(FlaskForm):
    """Scenarios as a text."""

    text = NotesField("Scenarios as JSON or TOML", [REQUIRED], render_kw={"rows": 10})


@scenarios.get("/scenarios")
def listed() -> str:
    """The scenarios, in the order in which they are tried, and what can be added."""
    return _page()


@scenarios.post("/scenarios/switch-on")
def switch_on() -> AnyResponse:
    """Add a shipped scenario by its name, for the next request that fits, or for all of them."""
    name = request.form.get("scenario", "")
    given = {"name": name, "times": None if request.form.get("times") == "all" else 1}
    return _added(ActionForm(), lambda: [_valid(given)], lambda reasons: _page(reasons=reasons))


@scenarios.post("/scenarios")
def add() -> AnyResponse:
    """Add a scenario that was put together in the form."""
    form = ScenarioForm()
    fields = {
        **{name: name for name in ("name", "after", "times", "share", "seed")},
        **{f"when.{name}": name for name in _WHEN},
        **{f"do.{name}": name for name in _DO},
    }
    return _added(form, lambda: [_scenario(form.data)], lambda reasons: _page(form=form, reasons=reasons), fields)


@scenarios.post("/scenarios/paste")
def paste() -> AnyResponse:
    """Add scenarios that were pasted: all of them, or none."""
    form = PasteForm()
    return _added(form, lambda: _pasted(form.text.data or ""), lambda reasons: _page(paste_form=form, reasons=reasons))


@scenarios.post("/scenarios/remove")
def remove() -> AnyResponse:
    """Remove a scenario."""
    name = request.form.get("scenario", "")

    def change() -> str:
        with changing("remove scenario"):
            world_scenarios.remove(asked().world, name)
        return f"The scenario {name} is removed."

    return _carried_out(change, ActionForm(), lambda reasons: _page(reasons=reasons))


@scenarios.post("/scenarios/clear")
def clear() -> AnyResponse:
    """Remove all of them."""

    def change() -> str:
        with changing("clear scenarios"):
            world_scenarios.clear(asked().world)
        return "All scenarios are removed."

    return _carried_out(change, ActionForm(), lambda reasons: _page(reasons=reasons))


def _added(
    form: FlaskForm,
    read: Callable[[], Sequence[Scenario]],
    again: Callable[[Sequence[str]], str],
    fields: Mapping[str, str] | None = None,
) -> AnyResponse:
    def change() -> str:
        with changing("add scenario"):
            added = world_scenarios.add_each(asked().world, read())
        names = [each.scenario.name for each in added]
        return f"Added: {', '.join(names)}." if len(names) <= _MOST_NAMED else f"{len(names)} scenarios are added."

    return _carried_out(change, form, again, fields)


def _carried_out(
    change: Callable[[], str],
    form: FlaskForm,
    again: Callable[[Sequence[str]], str],
    fields: Mapping[str, str] | None = None,
) -> AnyResponse:
    return carried_out(change, form=form, leads_to=lambda: url_for("scenarios.listed"), again=again, fields=fields)


def _scenario(given: Mapping[str, Any]) -> Scenario:
    """The scenario of the form. Raises InvalidRecord, with the field that is wrong."""
    values = dict(given)
    for name in _NUMBERS:
        values[name] = number_or_text(values[name])
    if values["delay"]:
        low, dash, high = values["delay"].partition("-")
        values["delay"] = [number_or_text(low), number_or_text(high)] if dash else number_or_text(low)
    if values["job"] == "polls":
        values["job"] = {"polls": number_or_text(values["polls"])}
    return _valid(
        {
            "name": values["name"],
            "when": {name: values[name] for name in _WHEN if given[name]},
            "times": None if given["times"] in ("", "all") else number_or_text(given["times"]),
            **{name: values[name] for name in ("after", "share", "seed") if given[name]},
            "do": {name: values[name] for name in _DO if given[name]} or None,
        }
    )


def _pasted(text: str) -> list[Scenario]:
    """The scenarios of a text. Raises InvalidRecord and InvalidSetting."""
    if not is_json(text):
        found = parse(text, "What was pasted")
        if not found:
            raise InvalidRecord("What was pasted has no [[scenario]] table.")
        return [Scenario(name=name, **json.loads(definition)) for name, definition in found.items()]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f": {error.msg} in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidRecord(f"What was pasted is not JSON{where}.") from None
    if value == []:
        raise InvalidRecord("What was pasted has no scenario.")
    return [_valid(each) for each in (value if isinstance(value, list) else [value])]


def _valid(value: Any) -> Scenario:
    try:
        return Scenario.model_validate(value)
    except ValidationError as error:
        first, *others = error.errors(include_url=False, include_context=False, include_input=False)
        if others:
            raise InvalidRecord(sentence_of(error)) from None
        raise InvalidRecord(f"{first['msg']}.", ".".join(map(str, first["loc"]))) from None


def _page(*, form: ScenarioForm | None = None, paste_form: PasteForm | None = None, reasons: Sequence[str] = ()) -> str:
    form, paste_form = form or ScenarioForm(formdata=None), paste_form or PasteForm(formdata=None)
    held = world_scenarios.listed(asked().world)
    return render_template(
        "scenarios.html",
        title="Scenarios",
        held=held,
        shipped=SHIPPED.values(),
        names={each.scenario.name for each in held},
        words_of=_words_of,
        form=form,
        paste_form=paste_form,
        reasons=reasons,
        is_wrong=bool(form.errors or paste_form.errors or reasons),
    )


def _words_of(part: Mapping[str, Any]) -> str:
    """A part of a definition on one line."""
    return ", ".join(f"{name} {json.dumps(value, ensure_ascii=False).strip(chr(34))}" for name, value in part.items())
