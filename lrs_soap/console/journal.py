"""The journal of a world: its last exchanges over SOAP, each with the reasons for its answer, and sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import Length, Optional, Regexp

from lrs_soap.console.asking import asked, changing
from lrs_soap.console.client_texts import OVER_HTTPS, PASSWORD_VARIABLE, as_curl, as_zeep
from lrs_soap.console.xml_text import formatted
from lrs_soap.errors import NotHeld, NotPossible
from lrs_soap.exchange.exchange_journal import ExchangeJournal, KeptRequest
from lrs_soap.exchange.summary import why
from lrs_soap.rules.values.agreement import Part
from lrs_soap.rules.values.codes import FaultCode, ResponseCode
from lrs_soap.rules.values.rule import Rule
from lrs_soap.world import MAIN

journal = Blueprint("journal", __name__)

_MOST = 100
_TEXT = Length(max=1000)
_SEQUENCE = Regexp("^[0-9]{1,17}$", message="Give a whole number.")
_TEXTS = {code.value: code.text for kind in (ResponseCode, FaultCode) for code in kind}
# The fields of a learner whose part of a score has another name.
_PARTS = {
    "given_name": Part.GIVEN_NAME,
    "family_name": Part.FAMILY_NAME,
    "date_of_birth": Part.DATE_OF_BIRTH,
    "last_known_post_code": Part.POST_CODE,
}


class FilterForm(FlaskForm):
    """Which exchanges are shown. An empty field is any."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """It changes nothing, and stands in the address of the page."""

        csrf = False

    operation = StringField("Operation", [_TEXT], render_kw={"class": "short"})
    code = StringField("Code", [_TEXT], render_kw={"class": "short"})
    organisation = StringField("Organisation", [_TEXT], render_kw={"class": "short"})
    user = StringField("User", [_TEXT], render_kw={"class": "short"})
    uln = StringField(
        "ULN", [Optional(), Regexp("^[0-9]{1,10}$", message="Give up to ten digits.")], render_kw={"class": "short"}
    )
    after = StringField("After number", [Optional(), _SEQUENCE], render_kw={"class": "short"})
    before = StringField("Before number", [Optional(), _SEQUENCE], render_kw={"class": "short"})

    def wanted(self) -> dict[str, Any]:
        """What was filled in, by the names of the fields."""
        texts = {name: text.strip() for name, text in self.data.items() if text and text.strip()}
        return {name: int(text) if name in ("after", "before") else text for name, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of a reason: what was sent, what is held, and how they agree."""

    field: str = ""
    sent: str = ""
    held: str = ""
    agrees: str = ""


@journal.get("/")
def start() -> str:
    """The page on which the console begins."""
    return listed()


@journal.get("/exchanges")
def listed() -> str:
    """The last exchanges, with links to earlier ones."""
    form = FilterForm(request.args)
    is_valid = form.validate()
    wanted = form.wanted() if is_valid else {}
    found = _journal().find(**wanted, limit=_MOST + 1) if is_valid else []
    shown = found[:_MOST]
    older = None
    if len(found) > _MOST:
        older = url_for("journal.listed", **{**wanted, "before": shown[-1]["sequence"]})
    is_newest = is_valid and "before" not in wanted
    filters = _without(wanted, "after")
    return render_template(
        "journal.html",
        title="Journal",
        is_wrong=bool(form.errors),
        form=form,
        exchanges=shown,
        why=why,
        is_again=is_again,
        older=older,
        newest=None if is_newest else url_for("journal.listed", **_without(filters, "before")),
        live=url_for("journal.rows", **filters) if is_newest else None,
        after=max(shown[0]["sequence"] if shown else 0, wanted.get("after", 0)),
        most=_MOST,
    )


@journal.get("/exchanges/rows")
def rows() -> str:
    """The rows of the list that are new, for the script that keeps it up to date."""
    form = FilterForm(request.args)
    if not form.validate():
        abort(400, "There is no such list.")
    found = _journal().find(**form.wanted(), limit=_MOST)
    return render_template("journal_rows.html", exchanges=found, why=why, is_again=is_again)


@journal.get("/exchanges/<exchange_id>")
def show(exchange_id: str) -> str:
    """One exchange: request and answer, and why it was answered so."""
    found = _journal().get(exchange_id)
    kept = _journal().request_of(exchange_id)
    if found is None or kept is None:
        raise _none(exchange_id)
    address = f"{asked().base}{'' if asked().name == MAIN else f'/w/{asked().name}'}{kept.path}"
    return render_template(
        "exchange.html",
        title=f"Exchange {exchange_id}",
        exchange=found,
        code_text=_TEXTS.get(found["code"]),
        reasons=[(reason, _compared(reason)) for reason in found["reasons"]],
        nearest=[(near, _compared(near)) for near in found["nearest"] or ()],
        messages=[(name, found[name.lower()], _body_of(found[name.lower()])) for name in ("Request", "Answer")],
        again_of=_again_of(found),
        why_not=kept.why_incomplete,
        programs=[("curl", *_program(as_curl, kept, address)), ("zeep", *_program(as_zeep, kept, address))],
        password_variable=PASSWORD_VARIABLE,
        over_https=OVER_HTTPS if address.startswith("https:") else {},
    )


@journal.post("/exchanges/<exchange_id>/send")
def send(exchange_id: str) -> AnyResponse:
    """Send the request of an exchange again, as the console's own."""
    kept = _journal().request_of(exchange_id)
    if kept is None:
        raise _none(exchange_id)
    now = asked()
    sent = now.send_again(now.name, kept, now.caller)
    flash("The request was sent again, without a password. This is what came of it.")
    return redirect(url_for("journal.show", exchange_id=sent), 303)


@journal.get("/exchanges/forget")
def ask_to_clear() -> str:
    """Ask whether all exchanges are to be forgotten."""
    _journal()
    return render_template("journal_forget.html", title="Forget all exchanges", world=asked().name)


@journal.post("/exchanges/clear")
def clear() -> AnyResponse:
    """Forget all exchanges."""
    found = _journal()
    with changing("clear exchanges"):
        found.clear()
    flash("The journal is empty.")
    return redirect(url_for("journal.listed"), 303)


def is_again(exchange: Mapping[str, Any]) -> bool:
    """Whether it is a request that the console has sent again."""
    return _again_of(exchange) is not None


def _again_of(exchange: Mapping[str, Any]) -> str | None:
    """The id of the exchange whose request the console has sent again."""
    return next((each["held"][0] for each in exchange["reasons"] if each["rule"] == Rule.SENT_AGAIN.value), None)


def _journal() -> ExchangeJournal:
    found = asked().world.exchanges
    if found is None:
        raise NotHeld("This server keeps no journal: journal_exchanges is 0.")
    return found


def _none(exchange_id: str) -> NotHeld:
    return NotHeld(f"There is no exchange {exchange_id!r}, or none any more.")


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in values.items() if each != name}


def _compared(reason: Mapping[str, Any]) -> list[Compared]:
    """The fields of a reason, or of a near miss; one without any is a line without values."""
    names, sent, held = (reason.get(name) or () for name in ("fields", "sent", "held"))
    parts = reason.get("parts") or {}
    found = [
        Compared(name or "", one or "", other or "", _agreement(name, one, other, parts))
        for name, one, other in zip_longest(names, sent, held)
    ]
    return found or [Compared()]


def _agreement(name: str | None, sent: str | None, held: str | None, parts: Mapping[str, int]) -> str:
    """How what was sent agrees with what is held: in part where a part of the score says so."""
    if sent is None or held is None:
        return ""
    if _plain(sent) == _plain(held):
        return "yes"
    return "in part" if name is not None and _PARTS.get(name, name) in parts else "no"


def _plain(value: str) -> str:
    return "".join(value.split()).casefold()


def _body_of(message: Mapping[str, Any]) -> str:
    body: str = message["body"]
    return body if message["encoding"] == "base64" else formatted(body)


def _program(
    write: Callable[[KeptRequest, str], str], kept: KeptRequest, address: str
) -> tuple[str | None, str | None]:
    """The text of a program that sends a request, or why there is none."""
    try:
        return write(kept, address), None
    except NotPossible as error:
        return None, str(error)
