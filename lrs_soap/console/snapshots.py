"""Putting a world back: to its starting data, or to a snapshot that was taken of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField
from wtforms.validators import Optional

from lrs_soap.console.asking import asked, changing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.console.typed import REQUIRED, SEED
from lrs_soap.web.form_fields import TextField
from lrs_soap.world import images

snapshots = Blueprint("snapshots", __name__)


class ResetForm(FlaskForm):
    """What a reset takes."""

    seed = IntegerField("Seed", [Optional(), SEED])


class SnapshotForm(FlaskForm):
    """A snapshot to take."""

    name = TextField("Name", [REQUIRED])


@snapshots.get("/snapshots")
def listed() -> str:
    """The snapshots, and what can be done with them."""
    return _page()


@snapshots.post("/reset")
def reset() -> AnyResponse:
    """Put the world back to its starting data, and its clock, policy and scenarios to what the settings say."""
    form = ResetForm()

    def change() -> str:
        with changing("reset"):
            images.reset(asked().world, seed=form.seed.data)
        seeded = "" if form.seed.data is None else f" The ULNs to come are those of the seed {form.seed.data}."
        return f"The world is back at its starting data.{seeded}"

    return _carried_out(change, form, lambda reasons: _page(reset_form=form, reasons=reasons))


@snapshots.post("/snapshots")
def take() -> AnyResponse:
    """Keep the whole of the world under a name, in place of an older snapshot."""
    form = SnapshotForm()

    def change() -> str:
        with changing("take snapshot"):
            images.take_snapshot(asked().world, form.name.data or "")
        return f"The snapshot {form.name.data} is taken."

    return _carried_out(change, form, lambda reasons: _page(form=form, reasons=reasons))


@snapshots.post("/snapshots/restore")
def restore() -> AnyResponse:
    """Put the world back to a snapshot."""
    name, form = request.form.get("snapshot", ""), ActionForm()

    def change() -> str:
        with changing("restore snapshot"):
            images.restore(asked().world, name)
        return f"The world is back at the snapshot {name}."

    return _carried_out(change, form, lambda reasons: _page(reasons=reasons))


@snapshots.post("/snapshots/delete")
def delete() -> AnyResponse:
    """Delete a snapshot."""
    name, form = request.form.get("snapshot", ""), ActionForm()

    def change() -> str:
        with changing("delete snapshot"):
            images.delete_snapshot(asked().world, name)
        return f"The snapshot {name} is deleted."

    return _carried_out(change, form, lambda reasons: _page(reasons=reasons))


def _carried_out(change: Callable[[], str], form: FlaskForm, again: Callable[[Sequence[str]], str]) -> AnyResponse:
    return carried_out(
        change, form=form, leads_to=lambda: url_for("snapshots.listed"), again=again, fields={"name": "name"}
    )


def _page(*, form: SnapshotForm | None = None, reset_form: ResetForm | None = None, reasons: Sequence[str] = ()) -> str:
    form, reset_form = form or SnapshotForm(formdata=None), reset_form or ResetForm(formdata=None)
    return render_template(
        "snapshots.html",
        title="Reset and snapshots",
        names=images.snapshots(asked().world),
        form=form,
        reset_form=reset_form,
        reasons=reasons,
        is_wrong=bool(form.errors or reset_form.errors or reasons),
    )
