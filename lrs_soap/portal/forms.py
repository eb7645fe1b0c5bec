"""Forms that come back to their user after a session was over in the middle of one."""

from __future__ import annotations

from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from lrs_soap.operations.keep_form import kept_form
from lrs_soap.portal.asking import asked
from lrs_soap.portal.signed_in import KEPT, form_owner, seconds_now, signed_in
from lrs_soap.rules.values.change import NOBODY


class _Owner(HiddenField):
    """Says for whom the form was made, in whatever was sent."""

    def _value(self) -> str:
        return form_owner()


class PortalForm(FlaskForm):
    """A form of the portal. On a page that is asked with `kept` in its query it has what was sent before.

    No field of a form that holds a password or a secret answer is kept: those have `password` or `answer` in their
    names.
    """

    form_owner = _Owner()

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How a form gets what was sent."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return kept_fields() or super().wrap_formdata(form, formdata)


def kept_fields() -> MultiDict[str, str] | None:
    """What was kept of the form that the page is to show again; None where it is to show none."""
    signed = signed_in()
    if request.method == "POST" or signed is None or KEPT not in request.args:
        return None
    if "kept_fields" not in g:
        with asked().world.reading(NOBODY, has_looked=True) as work:
            found = kept_form(work, request.args[KEPT], signed.user.name, seconds_now())
        g.kept_fields = None if found is None else MultiDict(found.fields)
    fields: MultiDict[str, str] | None = g.kept_fields
    return fields
