"""The log of exchanges: one line each, whatever a client has sent, and the trace of what failed."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import pytest

from lrs_soap.clock import LONDON, RealClock, SettableClock, SteeredClock
from lrs_soap.exchange.exchange import Claim, Exchange, Origin, Stage
from lrs_soap.exchange.log import ExchangeLog, Log, open_log, times
from lrs_soap.rules.values.agreement import Agreement, NamesAgreement
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.finding import Finding
from lrs_soap.rules.values.rule import Outcome, Rule

CLOCK = SettableClock(datetime(2025, 7, 14, 15, 23, 47))
EQUAL = NamesAgreement(Agreement.EQUAL, Agreement.EQUAL, swapped=False)
NAMES = Reason(Rule.NAMES, EQUAL, ("given_name",), ("Grace",), ("Grace",))
FORGED = 'A Tester\n2025-07-14 exchange=0 code=WSRC0004 user="Somebody'


class RecordOutcome(NamedTuple):
    """What became of a record of a batch."""

    code: ReturnCode
    reasons: tuple[Reason, ...]


def logged(exchange: Exchange, form: Literal["text", "json"] = "text", level: str = "info", **how: Any) -> str:
    stream = io.StringIO()
    ExchangeLog(open_log(level, form, stream), CLOCK, **how).record(exchange)
    return stream.getvalue()


def an_exchange(**values: Any) -> Exchange:
    return Exchange(**{"path": "/LearnerService.svc", "id": "4bb5572216f8795c", "status": 200, **values})


def test_a_line_of_text_has_what_is_known() -> None:
    exchange = an_exchange(
        operation="learnerByULN",
        claim=Claim("TST001", "A Tester"),
        author=Author("TEST0001", "A Tester"),
        certificate="vendor",
    )
    exchange.decide(Decision(ResponseCode.EXACT_MATCH, reasons=(NAMES,)))

    line = logged(exchange)

    assert line.endswith("\n")
    for fact in (
        "time=2025-07-14T15:23:47+01:00",
        "exchange=4bb5572216f8795c",
        "origin=soap",
        "path=/LearnerService.svc",
        "operation=learnerByULN",
        " organisation=TEST0001",
        "claimed_organisation=TST001",
        'user="A Tester"',
        "certificate=vendor",
        "code=WSRC0004",
        'reasons=["names: given EQUAL, family EQUAL"]',
        "status=200",
        "milliseconds=",
    ):
        assert fact in line
    # Of a learner nothing is written, of the only world not its name, and how long each stage took not at this level.
    assert "Grace" not in line
    assert "world=" not in line
    assert "stages=" not in line


def test_who_was_not_proved_is_said_to_claim() -> None:
    line = logged(an_exchange(code="WSEC0005", claim=Claim("TEST0001", "A Tester")))

    assert 'claimed_organisation=TEST0001 user="A Tester"' in line
    assert " organisation=" not in line


def test_a_claim_that_was_proved_is_not_repeated() -> None:
    line = logged(an_exchange(claim=Claim("TEST0001", "A"), author=Author("TEST0001", "A")))

    assert " organisation=TEST0001 user=A " in line
    assert "claimed" not in line


def test_at_level_debug_a_line_says_how_long_each_stage_took() -> None:
    exchange = an_exchange()
    exchange.started = 100.0
    exchange.stages = [(Stage.RECEIVED, 100.0005), (Stage.READ, 100.002), (Stage.DECIDED, 100.0021)]

    facts = json.loads(logged(exchange, "json", "debug"))

    assert facts["stages"] == {"received": 0.5, "read": 1.5, "decided": 0.1}


def test_a_line_names_another_world() -> None:
    assert "world=test-1" in logged(an_exchange(world="test-1"))


RECORD = {"origin": Origin.BATCH_RECORD, "path": None, "status": 0, "job": "20000001", "record": 7}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_begins_with_what_the_log_was_bound_to(form: Literal["text", "json"]) -> None:
    stream = io.StringIO()
    log: Log = open_log("info", form, stream).bind(process=4711)

    ExchangeLog(log, CLOCK).record(an_exchange())

    assert stream.getvalue().startswith("process=4711 time=" if form == "text" else '{"process": 4711, "time": ')


def test_the_record_of_a_batch_is_a_line_at_level_debug() -> None:
    exchange = an_exchange(**RECORD, operation="registerBatch", author=Author("TEST0001", "A Tester"))
    exchange.decide(RecordOutcome(ReturnCode.REGISTERED, (NAMES,)))

    assert logged(exchange) == ""
    line = logged(exchange, level="debug")
    for fact in ('origin="batch record"', "operation=registerBatch", "job=20000001", "record=7", "code=RC001"):
        assert fact in line
    assert "status=" not in line
    assert "path=" not in line


def test_the_record_of_a_batch_that_fails_is_an_error() -> None:
    assert "level=error" in logged(an_exchange(**RECORD, error=RuntimeError("no table")))


def test_a_command_is_a_line_at_level_debug_even_where_it_fails() -> None:
    exchange = an_exchange(origin=Origin.COMMAND, operation="merge", error=RuntimeError("no table"))

    assert logged(exchange) == ""
    assert "origin=command" in logged(exchange, level="debug")


def test_a_line_of_json_is_an_object_with_what_is_known() -> None:
    facts = json.loads(logged(an_exchange(operation="learnerByULN", findings=["a", "b"]), "json"))

    assert facts["exchange"] == "4bb5572216f8795c"
    assert facts["operation"] == "learnerByULN"
    assert facts["findings"] == ["a", "b"]
    assert facts["time"] == "2025-07-14T15:23:47+01:00"
    assert isinstance(facts["milliseconds"], float)
    # What is not known is not there.
    assert "user" not in facts
    assert "code" not in facts


@pytest.mark.parametrize("field", ["user", "claimed_organisation", "operation", "path", "certificate"])
@pytest.mark.parametrize("text", [FORGED, "a\rb", "a\u2028b", "a\u0085b", "a\x1b[31mb", "a\0b", 'a" code="x', "a\\"])
def test_nothing_that_was_sent_can_forge_a_line_or_a_fact(field: str, text: str) -> None:
    claims = {"user": {"claim": Claim(None, text)}, "claimed_organisation": {"claim": Claim(text, None)}}
    exchange = an_exchange(code="WSEC0005", **claims.get(field, {field: text}))

    line = logged(exchange)
    assert line.count("\n") == 1
    assert line.splitlines() == [line[:-1]]
    assert line[:-1].isprintable()
    assert f"{field}={json.dumps(text, ensure_ascii=not text.isprintable())}" in line

    as_json = logged(exchange, "json")
    assert as_json.splitlines() == [as_json[:-1]]
    assert json.loads(as_json)[field] == text


def test_letters_of_every_language_can_be_read_in_text() -> None:
    line = logged(an_exchange(claim=Claim(None, "Zoë Müller"), findings=["Value '…' and Ÿ", "a\x1bÿ"]))

    assert 'user="Zoë Müller"' in line
    assert r"""findings=["Value '…' and Ÿ", "a\u001b\u00ff"]""" in line


def test_findings_are_as_safe() -> None:
    line = logged(an_exchange(findings=[FORGED]))

    assert line.splitlines() == [line[:-1]]


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_long_or_much_is_cut(form: Literal["text", "json"]) -> None:
    line = logged(an_exchange(claim=Claim(None, "x" * 100_000), findings=["y" * 100_000] * 1000), form)

    assert "x" * 200 in line
    assert "x" * 201 not in line
    assert "y" * 201 not in line
    assert line.count("y" * 200) == 20


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_request_is_never_written(form: Literal["text", "json"]) -> None:
    assert "CompatSitePass01" not in logged(an_exchange(request=b"<OrgPassword>CompatSitePass01</OrgPassword>"), form)


REQUEST = b"<OrgPassword>CompatSitePass01</OrgPassword><UserName>CompatSitePass01</UserName>"
WRONG_VALUE = Finding("Value 'Okafor' of element 'GivenName' is wrong.", "Value '…' of element 'GivenName' is wrong.")
BROKEN = Reason(Rule.FACET, Outcome.BROKEN, ("given_name",), findings=("Value 'Okafor' is too long.",))


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_values_that_were_wrong_are_logged_if_a_setting_asks_for_them(form: Literal["text", "json"]) -> None:
    exchange = an_exchange(
        findings=[WRONG_VALUE, "no value"], decisions=(Decision(ResponseCode.NO_MATCH, (), (BROKEN,)),)
    )

    line = logged(exchange, form)
    assert "Okafor" not in line
    assert "of element 'GivenName' is wrong." in line
    assert "no value" in line
    assert "facet: broken by given_name" in line
    assert logged(exchange, form, values=True).count("Okafor") == 2


@pytest.mark.parametrize("values", [False, True])
@pytest.mark.parametrize(
    "told",
    [
        {"claim": Claim("CompatSitePass01", "CompatSitePass01")},
        {"author": Author("TEST0001", "CompatSitePass01")},
        {"author": Author("TEST0001", "A CompatSitePass01 B"), "findings": ["x"]},
        {"findings": ["Invalid content was found starting with element 'CompatSitePass01'."]},
        {"findings": [Finding("Value 'CompatSitePass01' is wrong.", "Value '…' is wrong.")]},
        {
            "claim": Claim(None, None),
            "decisions": (
                Decision(
                    ResponseCode.NO_MATCH, (), (Reason(Rule.FACET, Outcome.BROKEN, findings=("'CompatSitePass01'",)),)
                ),
            ),
        },
    ],
)
def test_a_password_is_struck_out_wherever_else_it_stands(told: dict[str, Any], values: bool) -> None:
    line = logged(an_exchange(request=REQUEST, **told), values=values)

    assert "CompatSitePass01" not in line
    assert "exchange=4bb5572216f8795c" in line


def failed() -> Exchange:
    try:
        raise RuntimeError("no table")
    except RuntimeError as error:
        return an_exchange(status=500, code="WSEC0999", error=error)


def test_a_failure_is_an_error_with_its_trace_under_the_exchange_s_id() -> None:
    first, *trace = logged(failed()).splitlines()

    assert "exchange=4bb5572216f8795c" in first
    assert "level=error" in first
    assert trace[0] == "Traceback (most recent call last):"
    assert "test_log.py" in trace[1]
    # What an exception says may quote what was sent.
    assert trace[-1] == "RuntimeError"


def test_a_failure_in_json_is_one_line_with_the_trace_in_it() -> None:
    (line,) = logged(failed(), "json").splitlines()

    facts = json.loads(line)
    assert facts["level"] == "error"
    assert facts["exception"].endswith("RuntimeError")


def test_the_level_and_the_setting_decide_what_is_written() -> None:
    assert logged(an_exchange(), level="warning") == ""
    assert logged(an_exchange(), failures_only=True) == ""
    assert "RuntimeError" in logged(failed(), level="error")
    assert "RuntimeError" in logged(failed(), failures_only=True)


def test_a_log_that_cannot_be_written_withholds_no_answer() -> None:
    stream = io.StringIO()
    log = ExchangeLog(open_log("info", "text", stream), CLOCK)
    stream.close()

    log.record(an_exchange())


TOLD = ('user="A Tester" ', "user=*** ", 'user="A Tester" ', "path=/LearnerService.svc ")


def test_lines_of_one_log_have_each_its_own_facts() -> None:
    stream = io.StringIO()
    log = ExchangeLog(open_log("info", "text", stream), CLOCK)
    users = ["A Tester", "CompatSitePass01", "A Tester", None]

    for number, user in enumerate(users):
        log.record(an_exchange(id=f"{number:016x}", request=REQUEST, status=200 + number, claim=Claim(None, user)))

    for number, (line, told) in enumerate(zip(stream.getvalue().splitlines(), TOLD, strict=True)):
        assert f"exchange={number:016x} " in line
        assert f" {told}status={200 + number} " in line


def test_a_clock_that_is_steered_has_its_time_beside_the_machine_s() -> None:
    stream = io.StringIO()
    clock = SteeredClock(RealClock())
    log = ExchangeLog(open_log("info", "json", stream), clock)

    log.record(an_exchange())
    clock.follow(SettableClock(datetime(2031, 7, 14, 15)))
    log.record(an_exchange())
    clock.follow(RealClock(ahead=-86_400))
    log.record(an_exchange())
    clock.follow(RealClock())
    log.record(an_exchange())

    real, still, behind, again = map(json.loads, stream.getvalue().splitlines())
    now = datetime.now(LONDON)
    for line in (real, still, behind, again):
        assert timedelta() <= now - datetime.fromisoformat(line["time"]) < timedelta(minutes=5)
    assert "world_time" not in real
    assert "world_time" not in again
    assert still["world_time"] == "2031-07-14T15:00:00+01:00"
    assert list(still)[:2] == ["time", "world_time"]
    yesterday = datetime.fromisoformat(behind["world_time"])
    assert timedelta(days=1) <= now - yesterday < timedelta(days=1, minutes=5)


def test_a_line_about_a_world_tells_both_times_where_its_clock_is_steered() -> None:
    assert times(CLOCK) == {"time": "2025-07-14T15:23:47+01:00"}
    clock = SteeredClock(RealClock())
    assert list(times(clock)) == ["time"]
    clock.follow(CLOCK)
    assert list(times(clock)) == ["time", "world_time"]
    assert times(clock)["world_time"] == "2025-07-14T15:23:47+01:00"
