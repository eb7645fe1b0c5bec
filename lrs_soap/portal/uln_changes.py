"""Which ULNs were merged, unmerged and deleted since a day, for organisations with systems of their own."""

from __future__ import annotations

import io
from datetime import date, timedelta
from http import HTTPStatus
from itertools import islice

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from lrs_soap.operations.list_uln_changes import list_uln_changes, write_uln_changes
from lrs_soap.portal.acting import reading
from lrs_soap.portal.asking import asked
from lrs_soap.portal.batches import download
from lrs_soap.portal.fields import DayField
from lrs_soap.portal.signed_in import page
from lrs_soap.portal.words import moment
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.values import dates
from lrs_soap.rules.values.change import Action

uln_changes = Blueprint("uln_changes", __name__)

_MOST = 1000
_USUAL_DAYS = timedelta(days=30)
_WORDS = {Action.MERGED: "Merged", Action.UNMERGED: "Unmerged", Action.DELETED: "Deleted"}


class SinceForm(Form):
    """From which day on. It is sent in an address."""

    since = DayField("Since")


@uln_changes.get("/uln-changes")
@page(Page.ULN_CHANGES)
def listed() -> ResponseReturnValue:
    """The changes since a day, at most a thousand; the file has all."""
    since = _since()
    if since is None:
        return _no_day(), HTTPStatus.UNPROCESSABLE_ENTITY
    with reading() as work:
        found = list(islice(list_uln_changes(work, since), _MOST + 1))
    return render_template(
        "uln_changes.html",
        title=Page.ULN_CHANGES.title,
        form=SinceForm(data={"since": since.isoformat()}),
        since=since.isoformat(),
        changes=[(each, moment(each.change.moment), _WORDS[each.change.action]) for each in found[:_MOST]],
        are_more=len(found) > _MOST,
        most=_MOST,
    )


@uln_changes.get("/uln-changes/file")
@page(Page.ULN_CHANGES)
def file() -> ResponseReturnValue:
    """All changes since a day, as CSV."""
    since = _since()
    if since is None:
        return _no_day(), HTTPStatus.UNPROCESSABLE_ENTITY
    text = io.StringIO(newline="")
    with reading() as work:
        write_uln_changes(work, since, text)
    return download(text.getvalue(), f"uln-changes-{since.isoformat()}.csv", is_xml=False)


def _no_day() -> str:
    form = SinceForm(request.args)
    form.since.errors = ["There is no such day."]
    return render_template("uln_changes.html", title=Page.ULN_CHANGES.title, form=form, changes=(), is_wrong=True)


def _since() -> date | None:
    """The day that the address names, in one text or from the three lists; 30 days ago if it names none.

    None if what it names is no day.
    """
    typed = SinceForm(request.args).since.data or request.args.get("since", "")
    if not typed:
        return asked().world.clock.today() - _USUAL_DAYS
    return dates.parse(typed)
