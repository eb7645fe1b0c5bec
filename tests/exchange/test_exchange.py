"""An exchange: what it gathers between the door and the journal."""

from __future__ import annotations

import pytest

from lrs_soap.exchange.exchange import Exchange, Head, RefusedRequest, Stage
from lrs_soap.rules.values.codes import FaultCode, ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.rule import Outcome, Rule


def test_no_two_have_the_same_reference() -> None:
    assert len({Exchange().id for _ in range(1000)}) == 1000


def test_one_decision_gives_its_code() -> None:
    exchange = Exchange()
    decision = Decision(ResponseCode.NO_MATCH)

    exchange.decide(decision)

    assert exchange.decisions == (decision,)
    assert exchange.code == "WSRC0001"


def test_several_give_each_code_once_and_keep_their_order() -> None:
    exchange = Exchange()
    codes = [ResponseCode.NO_MATCH, ResponseCode.EXACT_MATCH, ResponseCode.NO_MATCH]

    exchange.decide(*map(Decision, codes))

    assert [decision.code for decision in exchange.decisions] == codes
    assert exchange.code == "WSRC0001,WSRC0004"


def test_a_refusal_has_its_reasons_too() -> None:
    exchange = Exchange()
    reason = Reason(Rule.ROLE, Outcome.NO_ROLE)

    exchange.decide(RefusedRequest(FaultCode.INSUFFICIENT_ACCESS, (reason,)))

    assert exchange.code == "WSEC0006"
    assert exchange.decisions[0].reasons == (reason,)


def test_a_stage_takes_the_time_since_the_one_before_it() -> None:
    exchange = Exchange(started=10.0)
    exchange.stages = [(Stage.READ, 10.002), (Stage.AUTHORISED, 10.005), (Stage.AUTHORISED, 10.006)]

    assert exchange.milliseconds_by_stage() == pytest.approx({Stage.READ: 2.0, Stage.AUTHORISED: 4.0})


def test_a_stage_that_is_marked_ends_then() -> None:
    exchange = Exchange()
    exchange.mark(Stage.READ)

    ((stage, ended),) = exchange.stages
    assert stage is Stage.READ
    assert exchange.started <= ended
    assert 0 <= exchange.milliseconds_by_stage()[Stage.READ] <= exchange.milliseconds()


def test_its_text_shows_no_request_or_answer() -> None:
    assert "CompatSitePass01" not in repr(Exchange(request=b"CompatSitePass01", answer=b"CompatSitePass01"))


def test_a_head_knows_its_size() -> None:
    assert Head({"REQUEST_METHOD": "POST", "QUERY_STRING": "", "HTTP_HOST": "localhost"}).size == 13
