"""The worlds of the server: where each answers; make one, and delete one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from lrs_soap.console.asking import asked, changing, url_of_server
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.console.typed import REQUIRED, SEED
from lrs_soap.errors import NotHeld
from lrs_soap.web.form_fields import TextField
from lrs_soap.world import START, images
from lrs_soap.world.addresses import addresses_of

worlds = Blueprint("worlds", __name__)


class NewWorldForm(FlaskForm):
    """A world to make."""

    name = TextField("Name", [REQUIRED])
    like = SelectField("Like")
    seed = IntegerField("Seed", [Optional(), SEED])
    ttl = IntegerField("Seconds without a request", [Optional(), NumberRange(1, 2**31 - 1, "Enter 1 or more.")])


@worlds.get("/worlds")
def listed() -> str:
    """The worlds, with their addresses."""
    return _page(_form())


@worlds.post("/worlds")
def make() -> AnyResponse:
    """Make a world with the starting data, or like a snapshot of `main`."""
    form = _form()

    def change() -> str:
        with changing("make world"):
            made = asked().worlds.create(
                form.name.data or "", like=form.like.data, seed=form.seed.data, ttl=form.ttl.data
            )
        return f"The world {made.name} is made."

    return carried_out(
        change,
        form=form,
        leads_to=lambda: url_of_server("worlds.listed"),
        again=lambda reasons: _page(form, reasons),
        fields={"name": "name", "ttl": "ttl"},
    )


@worlds.get("/delete-world/<name>")
def ask_to_delete(name: str) -> str:
    """Ask whether a world is to be deleted."""
    return _question(name, ActionForm())


@worlds.post("/delete-world/<name>")
def delete(name: str) -> AnyResponse:
    """Delete a world, with its snapshots and its journal."""
    form = ActionForm()

    def change() -> str:
        with changing("delete world"):
            asked().worlds.delete(name)
        return f"The world {name} is deleted."

    return carried_out(
        change,
        form=form,
        leads_to=lambda: url_of_server("worlds.listed"),
        again=lambda reasons: _question(name, form, reasons),
    )


def _form() -> NewWorldForm:
    form = NewWorldForm()
    names = images.snapshots(asked().worlds.main)
    form.like.choices = [(START, "The starting data"), *((name, f"The snapshot {name} of main") for name in names)]
    return form


def _page(form: NewWorldForm, reasons: Sequence[str] = ()) -> str:
    now = asked()
    return render_template(
        "worlds.html",
        title="Worlds",
        worlds=[(facts, addresses_of(facts.name, now.base)) for facts in now.worlds.listed()],
        form=form,
        reasons=reasons,
        is_wrong=bool(form.errors or reasons),
    )


def _question(name: str, form: ActionForm, reasons: Sequence[str] = ()) -> str:
    if not reasons and name not in asked().worlds:
        raise NotHeld(f"There is no world {name!r}.")
    title = f"Delete the world {name}"
    return render_template(
        "world_delete.html", title=title, name=name, form=form, reasons=reasons, is_wrong=bool(reasons)
    )
