"""What the portal of a world would have mailed."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from lrs_soap.console.asking import reading, writing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.operations.own_account import forget_mail, mailed

mail = Blueprint("mail", __name__)

_MOST = 100


@mail.get("/mail")
def listed() -> str:
    """The mail, the last first."""
    return _page(ActionForm())


@mail.post("/mail/delete")
def delete() -> AnyResponse:
    """Forget all of it. Links in it can still be followed."""
    form = ActionForm()

    def change() -> str:
        with writing("delete mail") as (work, _):
            forget_mail(work)
        return "All mail is deleted."

    return carried_out(
        change, form=form, leads_to=lambda: url_for("mail.listed"), again=lambda reasons: _page(form, reasons)
    )


def _page(form: ActionForm, reasons: Sequence[str] = ()) -> str:
    with reading() as work:
        found = mailed(work, limit=_MOST)
    return render_template("mail.html", title="Mail", mail=found, most=_MOST, form=form, reasons=reasons)
