"""Telling a journal of an exchange, whatever ends it."""

from __future__ import annotations

import pytest

from lrs_soap.errors import NotPossible
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.exchange.journal import recording
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from tests.kit.kept_journal import KeptJournal


def test_it_is_told_when_the_block_is_over() -> None:
    journal = KeptJournal()

    with recording(journal, Exchange(Origin.COMMAND)) as exchange:
        assert journal.exchanges == []
        exchange.decide(Decision(ResponseCode.REGISTERED))

    assert journal.exchanges == [exchange]
    assert (exchange.code, exchange.error, exchange.findings) == ("WSRC0005", None, [])


def test_what_cannot_be_done_is_a_finding() -> None:
    journal = KeptJournal()

    with pytest.raises(NotPossible), recording(journal, Exchange(Origin.COMMAND)):
        raise NotPossible("It is done already.")

    assert journal.last.findings == ["It is done already."]
    assert journal.last.error is None


def test_what_nobody_foresaw_is_an_error() -> None:
    journal = KeptJournal()
    error = ZeroDivisionError("unforeseen")

    with pytest.raises(ZeroDivisionError), recording(journal, Exchange(Origin.COMMAND)):
        raise error

    assert journal.last.error is error
