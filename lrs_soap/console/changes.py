"""What the buttons of the console do: a change, and then a page that says what was done, or why it was not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from flask import Response, flash, redirect
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from lrs_soap.errors import InvalidRecord, LrsError, StoreUnavailable
from lrs_soap.web.refusals import REFUSALS, status_of

# A page cannot be shown again without the database.
_REFUSED = tuple(kind for kind in REFUSALS if kind is not StoreUnavailable)


class ActionForm(FlaskForm):
    """A form that has buttons and no fields of its own, but shows that it comes from a page of the console."""


def carried_out(
    change: Callable[[], str],
    *,
    form: FlaskForm,
    leads_to: Callable[[], str],
    again: Callable[[Sequence[str]], str],
    fields: Mapping[str, str] | None = None,
) -> AnyResponse:
    """Make a change, and lead to the address that shows it, with the sentence that `change` returns.

    A form with values that cannot be changes nothing. Then, and where the change is refused, `again` makes the page
    with the form once more, with the reasons that are about no field of it. `fields` are the fields of the form by
    the names that the control interface has for them.
    """
    if not form.validate_on_submit():
        return Response(again(()), HTTPStatus.BAD_REQUEST)
    try:
        said = change()
    except _REFUSED as error:
        return Response(again(_reasons(error, form, fields or {})), status_of(error))
    flash(said)
    return redirect(leads_to(), 303)


def _reasons(error: LrsError, form: FlaskForm, fields: Mapping[str, str]) -> tuple[str, ...]:
    """The reasons that are about no field; those about one are put there."""
    if isinstance(error, InvalidRecord) and error.field in fields:
        form[fields[error.field]].errors = (error.reason,)
        return ()
    return (str(error),)
