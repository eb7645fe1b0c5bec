"""The token of the server, which a person gives once: the gate before every page where the server has one."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, session
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired

from lrs_soap.console.asking import asked, url_of_server

admission = Blueprint("admission", __name__)

_ADMITTED = "admitted"
_OPEN_TO_ALL = ("admission.enter", "asset")
_START = "/"


class TokenForm(FlaskForm):
    """The token, and the path of the page below the console's that is shown after it."""

    token = PasswordField(
        "Token", [InputRequired("Give the token.")], render_kw={"autocomplete": "current-password", "autofocus": True}
    )
    page = HiddenField(default=_START)


def look() -> AnyResponse | None:
    """Ask for the token instead of what is asked for, where the server has one, and the browser has not given it."""
    now = asked()
    g.may_leave = now.admits is not None and _ADMITTED in session
    g.is_admitted = now.admits is None or now.has_token or g.may_leave
    if g.is_admitted or request.endpoint in _OPEN_TO_ALL:
        return None
    page = _START
    if request.method == "GET":
        page = f"{request.script_root.removeprefix(now.root)}{request.full_path.rstrip('?')}"
    return _ask(TokenForm(formdata=None, page=page))


@admission.post("/enter")
def enter() -> AnyResponse:
    """Let in whoever gives the token, to the page that was asked for."""
    now, form = asked(), TokenForm()
    if now.admits is None:
        return redirect(url_of_server("journal.start"), 303)
    if form.validate_on_submit():
        is_right = now.admits(form.token.data or "")
        now.tried(is_right)
        if is_right:
            session.clear()
            session[_ADMITTED] = True
            path = form.page.data or _START
            return redirect(f"{now.root}{path if path.startswith('/') else _START}", 303)
        form.token.errors = ["This is not the token of this server."]
    return _ask(form)


@admission.post("/leave")
def leave() -> AnyResponse:
    """Forget that the browser has given the token."""
    session.clear()
    return redirect(url_of_server("journal.start"), 303)


def _ask(form: TokenForm) -> Response:
    page = render_template("token.html", title="Token", form=form, is_wrong=bool(form.errors))
    return Response(page, 401, [("WWW-Authenticate", "Bearer")])
