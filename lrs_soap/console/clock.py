"""The clock of a world: what it shows, set it, move it, and let it go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField

from lrs_soap.clock import ClockMode
from lrs_soap.console.asking import asked, changing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.console.typed import REQUIRED, number_or_text
from lrs_soap.web.form_fields import TextField
from lrs_soap.world.steering import ClockNow, change_clock, read_clock

clock = Blueprint("clock", __name__)

_MODES = {
    ClockMode.REAL: "It is the machine's clock.",
    ClockMode.STILL: "It stands still.",
    ClockMode.RUNNING: "It runs from where it was set.",
}


class SetForm(FlaskForm):
    """A moment at which the clock stands, or from which it runs."""

    moment = TextField("Set to")
    mode = SelectField(
        "From then on", choices=[(ClockMode.STILL.value, "it stands still"), (ClockMode.RUNNING.value, "it runs")]
    )


class AdvanceForm(FlaskForm):
    """How far the clock is moved."""

    advance = TextField("Advance by", [REQUIRED])


@clock.get("/clock")
def shown() -> str:
    """What the clock shows."""
    return _page()


@clock.post("/clock/set")
def set_to() -> AnyResponse:
    """Set the clock to a moment, or without one, have it stand or run from where it is."""
    form = SetForm()
    return _changed(
        form,
        lambda: change_clock(asked().world, moment=form.moment.data or None, mode=ClockMode(form.mode.data)),
        lambda reasons: _page(set_form=form, reasons=reasons),
        {"set": "moment", "the clock": "moment"},
    )


@clock.post("/clock/advance")
def advance() -> AnyResponse:
    """Move the clock, forward or back."""
    form = AdvanceForm()
    return _changed(
        form,
        lambda: change_clock(asked().world, advance=number_or_text(form.advance.data or "")),
        lambda reasons: _page(advance_form=form, reasons=reasons),
        {"advance": "advance", "the clock": "advance"},
    )


@clock.post("/clock/real")
def real() -> AnyResponse:
    """Let the clock be the machine's again."""
    return _changed(
        ActionForm(),
        lambda: change_clock(asked().world, mode=ClockMode.REAL),
        lambda reasons: _page(reasons=reasons),
        {},
    )


def _changed(
    form: FlaskForm, change: Callable[[], ClockNow], again: Callable[[Sequence[str]], str], fields: dict[str, str]
) -> AnyResponse:
    def carry_out() -> str:
        with changing("set clock"):
            now = change()
        return f"The clock shows {now.now:%A %Y-%m-%d %H:%M:%S}. {_MODES[now.mode]}"

    return carried_out(carry_out, form=form, leads_to=lambda: url_for("clock.shown"), again=again, fields=fields)


def _page(
    *, set_form: SetForm | None = None, advance_form: AdvanceForm | None = None, reasons: Sequence[str] = ()
) -> str:
    now = read_clock(asked().world)
    set_form, advance_form = set_form or SetForm(formdata=None), advance_form or AdvanceForm(formdata=None)
    return render_template(
        "clock.html",
        title="Clock",
        now=now,
        meaning=_MODES[now.mode],
        is_real=now.mode is ClockMode.REAL,
        set_form=set_form,
        advance_form=advance_form,
        reasons=reasons,
        is_wrong=bool(set_form.errors or advance_form.errors or reasons),
    )
