"""All metrics of a server in Prometheus's text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from lrs_soap import __version__
from lrs_soap.batch.backlog import Backlog
from lrs_soap.exchange.metrics import (
    BUCKETS,
    DURATIONS,
    LOST_LINES,
    ORGANISATIONS,
    RECORDS,
    REQUESTS,
    STAGES,
    Metrics,
)
from lrs_soap.exchange.shared_counts import OTHER
from lrs_soap.server.shared import Shared


def exposition(metrics: Metrics, shared: Shared, backlog: Backlog | None) -> bytes:
    """All metrics as they are now. `backlog` is None where the database of `main` could not be asked."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found([*_counted(metrics), *_of_the_server(shared), *_of_the_databases(backlog)]))
    return generate_latest(registry)


class _Found(Collector):
    """Hands out metrics that were found before."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


def _counted(metrics: Metrics) -> Iterator[Metric]:
    sums = metrics.counts.sums
    yield _counter(
        "lrs_soap_requests",
        "Requests that were answered, by the response code, the fault code, or the HTTP status if there is neither.",
        ("origin", "operation", "code"),
        sums(REQUESTS),
    )
    yield _durations(sums(DURATIONS))
    yield _counter(
        "lrs_soap_stage_seconds",
        "The time of SOAP requests by stage. The database is used in authorised and in decided.",
        ("stage",),
        sums(STAGES),
    )
    yield _counter(
        "lrs_soap_organisation_requests",
        "SOAP requests by the organisation whose password was right.",
        ("organisation",),
        sums(ORGANISATIONS),
    )
    yield _counter(
        "lrs_soap_batch_records",
        "Records of batch jobs that were processed, by their return codes.",
        ("operation", "code"),
        sums(RECORDS),
    )
    lost = sum(number for numbers in sums(LOST_LINES).values() for number in numbers)
    yield CounterMetricFamily("lrs_soap_log_lines_lost", "Lines of the log that could not be written.", lost)


def _counter(name: str, meaning: str, labels: tuple[str, ...], sums: dict[tuple[str, ...], list[float]]) -> Metric:
    family = CounterMetricFamily(name, meaning, labels=labels)
    for key, (number,) in sums.items():
        if number:
            family.add_metric((OTHER,) * len(labels) if key == (OTHER,) else key, number)
    return family


def _durations(sums: dict[tuple[str, ...], list[float]]) -> Metric:
    family = HistogramMetricFamily(
        "lrs_soap_request_seconds", "How long SOAP requests took until they were answered.", labels=("operation",)
    )
    for key, (*numbers, seconds) in sums.items():
        buckets, up_to_here = [], 0.0
        for end, number in zip((*map(str, BUCKETS), "+Inf"), numbers, strict=True):
            up_to_here += number
            buckets.append((end, up_to_here))
        if up_to_here:
            family.add_metric(key, buckets, seconds)
    return family


def _of_the_server(shared: Shared) -> Iterator[Metric]:
    info = GaugeMetricFamily("lrs_soap_info", "The version of lrs-soap; always 1.", labels=("version",))
    info.add_metric((__version__,), 1)
    yield info
    yield GaugeMetricFamily(
        "lrs_soap_start_time_seconds", "When the server was started, in seconds since 1970.", shared.started
    )
    processes = shared.processes
    if processes is not None:
        at_work = GaugeMetricFamily("lrs_soap_processes", "Processes at work, by what they do.", labels=("kind",))
        ended = CounterMetricFamily(
            "lrs_soap_process_ends", "Processes that ended although nobody had told them to.", labels=("kind",)
        )
        for kind in processes.kinds:
            at_work.add_metric((kind,), processes.at_work(kind))
            ended.add_metric((kind,), processes.ended(kind))
        yield at_work
        yield ended
    if shared.connections is not None:
        yield GaugeMetricFamily("lrs_soap_connections", "Connections that are open.", shared.connections())
    if shared.certificates is not None:
        yield GaugeMetricFamily(
            "lrs_soap_certificate_expiry_time_seconds",
            "Until when the service's certificate is valid, in seconds since 1970.",
            shared.certificates.expires.timestamp(),
        )


def _of_the_databases(backlog: Backlog | None) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "lrs_soap_database_up", "Whether the database of main could be read just now.", int(backlog is not None)
    )
    if backlog is None:
        return
    yield GaugeMetricFamily("lrs_soap_jobs", "Batch jobs that are not finished, in all worlds.", backlog.jobs)
    yield GaugeMetricFamily(
        "lrs_soap_oldest_job_age_seconds",
        "How long ago a worker could first have taken the oldest job that is not finished; 0 if there is none.",
        backlog.seconds,
    )
    yield GaugeMetricFamily("lrs_soap_worlds", "Worlds, with main.", backlog.worlds)
    yield GaugeMetricFamily(
        "lrs_soap_worlds_not_asked", "Worlds that could not be asked in time for their jobs.", backlog.unasked
    )
