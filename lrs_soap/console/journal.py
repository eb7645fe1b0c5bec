"""The journal of a world: its last exchanges over SOAP."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from lrs_soap.console.asking import asked
from lrs_soap.exchange.exchange_journal import ExchangeJournal

journal = Blueprint("journal", __name__)


@journal.get("/")
def start() -> str:
    """The page on which the console begins."""
    return listed()


@journal.get("/exchanges")
def listed() -> str:
    """The last exchanges."""
    return render_template("journal.html", title="Journal", exchanges=_journal().find())


def _journal() -> ExchangeJournal:
    found = asked().world.exchanges
    if found is None:
        abort(404, "This server keeps no journal: journal_exchanges is 0.")
    return found
