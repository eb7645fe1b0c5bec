"""The journal of a world: its last exchanges over SOAP, with the reasons for each answer."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response

from lrs_soap.control.answering import answered, asked, changing, part
from lrs_soap.control.errors import ControlError
from lrs_soap.control.models import (
    ExchangeKnown,
    ExchangeList,
    ExchangePath,
    ExchangeQuery,
    ExchangeShown,
)
from lrs_soap.exchange.exchange_journal import ExchangeJournal

exchanges = part("exchanges")


@exchanges.get("/exchanges", responses={200: ExchangeList}, operation_id="list_exchanges")
def newest(query: ExchangeQuery) -> Response:
    """The last requests over SOAP: every one that has been answered by now. `after` is a sequence."""
    found = _journal().find(**query.model_dump())
    return answered(ExchangeList([ExchangeShown(**each) for each in found]))


@exchanges.get("/exchanges/<exchange_id>", responses={200: ExchangeKnown}, operation_id="get_exchange")
def show(path: ExchangePath) -> Response:
    """One request over SOAP, with its bytes and its answer's. The id is that of the answer's header LRS-Exchange."""
    found = _journal().get(path.exchange_id)
    if found is None:
        raise ControlError(HTTPStatus.NOT_FOUND, f"There is no exchange {path.exchange_id!r}, or none any more.")
    return answered(ExchangeKnown(**found))


@exchanges.delete("/exchanges", responses={204: None}, operation_id="clear_exchanges")
def clear() -> Response:
    """Forget all of them."""
    journal = _journal()
    with changing("clear exchanges"):
        journal.clear()
    return Response(status=HTTPStatus.NO_CONTENT)


def _journal() -> ExchangeJournal:
    journal = asked().world.exchanges
    if journal is None:
        raise ControlError(HTTPStatus.NOT_FOUND, "This server keeps no journal: journal_exchanges is 0.")
    return journal
