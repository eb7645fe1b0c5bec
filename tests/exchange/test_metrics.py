"""What the metrics count: exchanges of every process, whoever has died, under keys that are few and harmless."""

from __future__ import annotations

import os
from collections.abc import Callable

from lrs_soap.exchange.exchange import Exchange, Origin, Stage
from lrs_soap.exchange.log_sink import LogSink
from lrs_soap.exchange.metrics import (
    BUCKETS,
    DURATIONS,
    LOST_LINES,
    MOST_ORGANISATIONS,
    ORGANISATIONS,
    RECORDS,
    REQUESTS,
    STAGES,
    Metrics,
)
from lrs_soap.exchange.shared_counts import SharedCounts, Table
from lrs_soap.rules.values.change import Author


def find(organisation: str = "TEST0001", *, code: str | None = "WSRC0004", status: int = 200) -> Exchange:
    return Exchange(operation="learnerByULN", code=code, status=status, author=Author(organisation, "somebody"))


def counted(metrics: Metrics, table: str) -> dict[tuple[str, ...], list[float]]:
    metrics.flush()
    return metrics.counts.sums(table)


def in_another_process(do: Callable[[], None]) -> None:
    """Do something in a process that is forked for it and then killed, as if by kill -9."""
    process = os.fork()
    if process == 0:
        try:
            do()
        finally:
            os._exit(0)
    os.waitpid(process, 0)


def test_requests_are_counted_by_origin_operation_and_outcome() -> None:
    metrics = Metrics()
    for code in ("WSRC0004", "WSRC0004", "WSEC0005", "WSRC0001,WSRC0004"):
        metrics.record(find(code=code))
    metrics.record(find(code=None, status=415))
    metrics.record(Exchange(status=0))
    metrics.record(Exchange(Origin.PORTAL, operation="registerSingleLearner", code="WSRC0003"))

    assert counted(metrics, REQUESTS) == {
        ("soap", "learnerByULN", "WSRC0004"): [2],
        ("soap", "learnerByULN", "WSEC0005"): [1],
        ("soap", "learnerByULN", "several"): [1],
        ("soap", "learnerByULN", "415"): [1],
        ("soap", "none", "none"): [1],
        ("portal", "registerSingleLearner", "WSRC0003"): [1],
    }


def test_batch_records_are_counted_apart() -> None:
    metrics = Metrics()
    for code in ("RC001", "RC001", "RC009"):
        metrics.record(Exchange(Origin.BATCH_RECORD, operation="submitBatchRegistration", code=code))

    assert counted(metrics, RECORDS) == {
        ("submitBatchRegistration", "RC001"): [2],
        ("submitBatchRegistration", "RC009"): [1],
    }
    assert counted(metrics, REQUESTS) == counted(metrics, DURATIONS) == counted(metrics, ORGANISATIONS) == {}


def test_durations_are_counted_by_class_and_stages_by_time() -> None:
    metrics = Metrics()
    exchange = find()
    exchange.started -= 0.03
    for number, stage in enumerate(Stage, 1):
        exchange.stages.append((stage, exchange.started + number / 1000))
    metrics.record(exchange)

    [(key, (*classes, seconds))] = counted(metrics, DURATIONS).items()
    assert key == ("learnerByULN",)
    assert sum(classes) == 1
    assert not any(classes[: BUCKETS.index(0.05)])
    assert seconds >= 0.03
    assert {stage: round(number, 6) for (stage,), [number] in counted(metrics, STAGES).items()} == dict.fromkeys(
        (stage.value for stage in Stage), 0.001
    )


def test_organisations_are_counted_only_when_their_password_was_right() -> None:
    metrics = Metrics()
    metrics.record(find("TEST0001"))
    refused = find(code="WSEC0005")
    refused.author = None
    metrics.record(refused)

    assert counted(metrics, ORGANISATIONS) == {("TEST0001",): [1]}


def test_of_a_thousand_organisations_two_hundred_are_named() -> None:
    metrics = Metrics()
    for number in range(1000):
        metrics.record(find(f"T{number:07}"))
        metrics.record(find("T0000000"))

    sums = counted(metrics, ORGANISATIONS)
    assert len(sums) == MOST_ORGANISATIONS + 1
    assert sums["T0000000",] == [1001]
    assert sums["T0000199",] == [1]
    assert sums["other",] == [800]


def test_a_process_that_was_killed_is_counted_and_so_is_the_one_in_its_place() -> None:
    metrics = Metrics()
    metrics.record(find())
    metrics.flush()

    def count() -> None:
        metrics.record(find())
        metrics.record(find("TEST0002"))
        metrics.lose_line()
        metrics.flush()

    for times in (1, 2, 3):
        in_another_process(count)
        assert counted(metrics, REQUESTS) == {("soap", "learnerByULN", "WSRC0004"): [1 + 2 * times]}
        assert counted(metrics, ORGANISATIONS) == {("TEST0001",): [1 + times], ("TEST0002",): [times]}
        assert counted(metrics, LOST_LINES) == {("",): [times]}
    # Each has taken the place of the one before.
    assert metrics.counts.slots.is_taken(0) is False
    assert metrics.counts._used[0] == 2


def test_a_key_that_comes_when_all_rows_are_taken_is_counted_with_others() -> None:
    counts = SharedCounts({"few": Table(2, width=2)})
    for key in ("a", "other", "c", "d", "a"):
        place = counts.place("few", key)
        counts.numbers[place] += 1
        counts.numbers[place + 1] += 10

    assert counts.sums("few") == {("a",): [2, 20], ("other",): [3, 30]}


def test_a_line_that_is_lost_is_counted() -> None:
    metrics = Metrics()
    sink = LogSink(None, notice=str, lose=metrics.lose_line)
    for _ in range(3):
        sink.write("x" * 1024 * 1024)

    assert counted(metrics, LOST_LINES) == {("",): [sink.lost]}
