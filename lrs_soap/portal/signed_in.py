"""Who is logged in, and the gate before every page: the session, the steps after a login, the roles, the activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from lrs_soap.clock import machine_seconds
from lrs_soap.operations import log_in
from lrs_soap.operations.keep_form import drop_form, keep_form
from lrs_soap.operations.log_in import SignedIn
from lrs_soap.operations.users import note_activity
from lrs_soap.portal.asking import VISIT, asked, visit
from lrs_soap.portal.cookies import raise_failure, sealed, unsealed
from lrs_soap.rules.access.pages import Page, judge_page
from lrs_soap.rules.access.users import Step, next_step, roles_in_force
from lrs_soap.rules.values.change import NOBODY, Author
from lrs_soap.rules.values.organisation import Role

TOKEN = "token"
"""The name in the cookie of the session's token."""

FORM = "form"
"""The name in the cookie of the id of a form that waits for its user."""

BACK = "back"
"""The name in the cookie of the user who was logged out, and the page on which that was."""

OWNER = "form_owner"
"""The name of the hidden field that says for whom a form was made."""

KEPT = "kept"
"""The name in a page's query of the id of the form that it is to show again."""

_OF_THE_GATE = ("csrf_token", OWNER)
_STEP_PAGES = {
    Step.CHANGE_PASSWORD: "login.change_password",
    Step.AGREE: "login.agreement",
    Step.VERIFY_EMAIL: "login.verify_email",
    Step.CHOOSE_QUESTION: "login.choose_question",
}

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class User:
    """Who is logged in. `organisation` is a UKPRN; `roles` are those in force."""

    name: str
    given_name: str
    family_name: str
    organisation: str
    organisation_ref: str
    organisation_name: str
    roles: frozenset[Role]

    @property
    def author(self) -> Author:
        """The author of what the user does."""
        return Author(self.organisation, self.name)


def current_user() -> User:
    """Who is logged in, on a page behind the gate."""
    return _user_of(current_signed_in())


def current_signed_in() -> SignedIn:
    """Everything known of who is logged in, on a page behind the gate."""
    signed: SignedIn = g.signed
    return signed


def page(which: Page) -> Callable[[_View], _View]:
    """Decorate the view of a page: only whoever is logged in, has done all steps, and has a role that opens it sees it.

    Everybody else is redirected to the login or to the next step. A form that is sent without a session is kept for
    its user. That somebody looks at the page or uses it is noted, with the values in its address.
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            refused = _refused(which)
            if refused is not None:
                return refused
            answer = view(*args, **kwargs)
            if request.method == "POST" and KEPT in request.args:
                with asked().world.writing(current_user().author, durable=False) as work:
                    drop_form(work, request.args[KEPT], current_user().name)
            return answer

        guarded.shows = which  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def step(which: Step) -> Callable[[_View], _View]:
    """Decorate the view of a step after the login: it is shown only to whoever is to do just that."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            signed = signed_in()
            if signed is None:
                return to_login()
            due = step_of(signed)
            return view(*args, **kwargs) if due is which else redirect(where_to_go(signed), 303)

        return guarded  # type: ignore[return-value]

    return decorate


def look() -> None:
    """Look who is asking, before anything else is done with a request."""
    raise_failure()
    g.signed, g.was_idle = None, None
    token = session.get(TOKEN)
    if token is None:
        return
    world = asked().world
    with world.reading(NOBODY, has_looked=True) as work:
        found = log_in.signed_in(work, token, seconds_now())
    if found is None:
        session.pop(TOKEN)
    elif found.idle_seconds >= world.policy.idle_seconds:
        g.was_idle = found.user.name
    else:
        g.signed = found


def signed_in() -> SignedIn | None:
    """Who is logged in; None for nobody."""
    found: SignedIn | None = g.get("signed")
    return found


def step_of(signed: SignedIn) -> Step | None:
    """What has to be done next after a login."""
    world = asked().world
    return next_step(
        signed.user, world.clock.now(), has_agreed=signed.has_agreed, by_mail=world.policy.password_by_mail
    )


def where_to_go(signed: SignedIn) -> str:
    """The address of the next step, or of the page on which the user was logged out, or else of the home page."""
    due = step_of(signed)
    if due is not None:
        return url_for(_STEP_PAGES[due])
    back = session.pop(BACK, None)
    form = session.pop(FORM, None)
    if back is not None and back["user"] == signed.user.name:
        # The user goes on, and knows whom the search before has found.
        session[VISIT] = back["visit"]
        return _with_kept(back["path"], form)
    return url_for("home.learner_management")


def to_login() -> AnyResponse:
    """To the login; what was sent is kept for whoever was logged in, and so is the page."""
    user_name, known = (g.was_idle, visit()) if g.was_idle is not None else _owner_of_form()
    if user_name is not None:
        _remember(user_name, known)
    return redirect(url_for("login.login"), 303)


def again() -> AnyResponse | None:
    """The answer to a form whose token is wrong, where it can be shown again; None where it cannot.

    That is where it comes from one of our own pages, and it is known for whom the page was made.
    """
    if not _is_own_origin():
        return None
    signed = signed_in()
    if signed is None:
        return to_login()
    path = _path_of_page()
    return None if path is None else redirect(_with_kept(path, _keep(signed.user.name, path)), 303)


def form_owner() -> str:
    """A sealed text with the name and the visit of who is logged in, for a form's hidden field; empty for nobody."""
    signed = signed_in()
    return "" if signed is None else sealed((signed.user.name, visit()), OWNER)


def note(what: str, subject: str = "") -> None:
    """Note what the user has done, and whom it is about, such as a ULN, beside the page that is noted by itself."""
    with asked().world.writing(current_user().author, durable=False) as work:
        note_activity(work, what, subject)


def seconds_now() -> int:
    """The machine's time."""
    return int(machine_seconds())


def _refused(which: Page) -> AnyResponse | None:
    """What is answered in place of the page; None where it can be shown."""
    signed = signed_in()
    if signed is None:
        return to_login()
    if step_of(signed) is not None:
        if request.method == "POST":
            # As where the password has expired in the middle of a form.
            _remember(signed.user.name, visit())
        return redirect(where_to_go(signed), 303)
    user = _user_of(signed)
    is_allowed = judge_page(user.roles, which).is_allowed
    does = "used" if request.method == "POST" else "looked at"
    subject = " ".join(map(str, (request.view_args or {}).values()))
    with asked().world.writing(user.author, durable=False) as work:
        note_activity(work, f"{does} {which.title}" if is_allowed else f"was refused {which.title}", subject)
        if log_in.needs_note(signed, timeout=work.policy.idle_seconds):
            log_in.note_used(work, session[TOKEN], seconds_now())
    if is_allowed:
        return None
    return Response(render_template("not_yours.html", title="Not your page", page=which), 403)


def _user_of(signed: SignedIn) -> User:
    user, organisation = signed.user, signed.organisation
    return User(
        user.name,
        user.details.given_name,
        user.details.family_name,
        organisation.ukprn,
        organisation.organisation_ref,
        organisation.name,
        roles_in_force(user, organisation),
    )


def _remember(user_name: str, known: str) -> None:
    """Remember the page that is asked, and keep the form that is sent, for a user to go on with in this visit."""
    path = _path_of_page()
    if path is None:
        return
    if request.method == "POST":
        session[FORM] = _keep(user_name, path)
    session[BACK] = {"user": user_name, "path": path, "visit": known}


def _keep(user_name: str, path: str) -> str | None:
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _OF_THE_GATE]
    with asked().world.writing(NOBODY) as work:
        return keep_form(work, user_name, path, fields, seconds_now())


def _owner_of_form() -> tuple[str | None, str]:
    """For whom the form was made that was sent, and in which visit."""
    user_name, known = unsealed(request.form.get(OWNER, ""), OWNER) or (None, "")
    return user_name, known


def _path_of_page() -> str | None:
    """The path, below the portal's own, of the page that is asked, or that has sent the form; None if there is none.

    It has its query but for the form to show again. Some forms go to an address that shows no page.
    """
    pages = current_app.create_url_adapter(request)
    assert pages is not None
    if pages.test(request.path, "GET"):
        return _without_kept(request.path, request.query_string.decode("utf-8", "replace"))
    own = f"{request.host_url.rstrip('/')}{request.script_root}"
    sender = urlsplit((request.referrer or "").removeprefix(own))
    if not (request.referrer or "").startswith(f"{own}/") or not pages.test(sender.path, "GET"):
        return None
    return _without_kept(sender.path, sender.query)


def _without_kept(path: str, query: str) -> str:
    rest = "&".join(each for each in query.split("&") if not each.startswith(f"{KEPT}="))
    return f"{path}?{rest}" if rest else path


def _with_kept(path: str, form: str | None) -> str:
    """The address of a page that shows a form again."""
    address = f"{request.script_root}{path}"
    if form is None:
        return address
    return f"{address}{'&' if '?' in path else '?'}{KEPT}={form}"


def _is_own_origin() -> bool:
    """Whether a browser says that one of our own pages has sent the request."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        return site == "same-origin"
    return origin is not None and origin == request.host_url.rstrip("/")
