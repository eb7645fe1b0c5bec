"""The list of requests by which two versions are compared, and the marks and comparison of their answers."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bench.answers.comparison import compare
from bench.answers.marks import Marks
from bench.answers.messages import OPERATIONS
from bench.answers.request import Request
from bench.answers.runs import digest, runs
from bench.failure import BenchFailed

RUNS = runs(2000, 1)
HEAD = b"lrs-soap: 2 requests\n"


def test_the_2000_requests_are_of_all_fifteen_operations() -> None:
    asked = Counter(request.label.partition(":")[0] for request in RUNS[0].requests)

    assert len(RUNS[0].requests) == 2000
    assert len(OPERATIONS) == 15
    assert {name: asked[name] for name in OPERATIONS if asked[name] < 40} == {}


def test_the_same_seed_makes_the_same_requests() -> None:
    assert digest(runs(2000, 1)) == digest(RUNS)
    assert digest(runs(2000, 2)) != digest(RUNS)


def test_every_place_in_a_request_has_a_value_that_an_earlier_answer_gives() -> None:
    for run in RUNS:
        kept: set[str] = set()
        for request in run.requests:
            assert {name.decode() for name in re.findall(rb"\$\(([^)]*)\)", request.body)} <= kept
            kept |= {request.keep} if request.keep else set()


def test_a_request_is_sent_with_what_was_kept() -> None:
    request = Request("", b"<ULN>$(a learner)</ULN>", header=(("SOAPAction", '""'),))

    assert request.to_send({"a learner": "4170265830"}) == (
        b"POST /LearnerService.svc HTTP/1.1\r\nHost: lrs.example\r\n"
        b'SOAPAction: ""\r\nContent-Length: 21\r\n\r\n<ULN>4170265830</ULN>'
    )


def test_an_issued_uln_has_the_same_mark_wherever_it_is() -> None:
    marks = Marks(8080, [])

    assert (
        marks.marked(b"<ULN>8137046290</ULN><ULN>3172227277</ULN>", issues=True)
        == b"<ULN>(ULN 1)</ULN><ULN>(ULN 2)</ULN>"
    )
    assert marks.marked(b"<uln>3172227277</uln> 8137046290") == b"<uln>(ULN 2)</uln> (ULN 1)"


def test_a_uln_that_was_sent_or_not_issued_is_left_as_it_is() -> None:
    marks = Marks(8080, [Request("", b"<ULN>8137046290</ULN>")])

    for answer in (b"<ULN>8137046290</ULN>", b"<ULN>4170265830</ULN>"):
        assert marks.marked(answer, issues=True) == answer
    assert marks.marked(b"<ULN>3172227277</ULN>") == b"<ULN>3172227277</ULN>"


def test_ports_and_ids_of_exchanges_are_marked() -> None:
    answer = b"http://127.0.0.1:38345/ and 0123456789abcdef, but not :383455 or 123"

    assert Marks(38345, []).marked(answer) == b"http://127.0.0.1:(port)/ and (exchange), but not :383455 or 123"


def test_a_comparison_tells_which_answers_differ_and_where() -> None:
    ours = HEAD + b"=== 1: find\n200 OK\n\nOkafor\n=== 2: find\n200 OK\n\nLacey\n"
    compared = compare(ours, ours.replace(b"Lacey", b"Lacez"))

    assert compared.count == 2
    (difference,) = compared.differences
    assert difference.splitlines()[0] == "2: find"
    assert "Lacey" in difference
    assert "Lacez" in difference
    assert compare(ours, ours).differences == ()


def test_answers_to_other_requests_are_not_compared() -> None:
    with pytest.raises(BenchFailed, match="not answers to the same requests"):
        compare(HEAD + b"=== 1: find\n", HEAD + b"=== 1: find\n=== 2: find\n")
