"""Metrics by OTLP, at a collector of the tests' own."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator

import pytest
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from entrypoints.telemetry.metrics import MetricsExport
from entrypoints.telemetry.process import Telemetry
from entrypoints.telemetry.variables import telemetry_settings
from tests.integration.support.otlp import Collector, collecting

Families = Callable[[], Awaitable[Iterable[Metric]]]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def families() -> Families:
    """What was counted: requests, their times, and how things stand."""
    registry = CollectorRegistry()
    Counter("docgen_things", "Things.", ["kind"], registry=registry).labels("a").inc(3)
    Gauge("docgen_room", "Room.", registry=registry).set(7.5)
    times = Histogram("docgen_time_seconds", "Time.", ["route"], buckets=(0.1, 1.0), registry=registry)
    for seconds in (0.05, 0.06, 0.5, 20.0):
        times.labels("/v1").observe(seconds)

    # What is read when somebody asks may be no number yet.
    up = GaugeMetricFamily("docgen_up", "Whether it works.", value=True)

    async def families() -> Iterable[Metric]:
        return [*registry.collect(), up]

    return families


def export_to(
    collector: Collector, protocol: str, families: Families, monkeypatch: pytest.MonkeyPatch, **variables: str
) -> MetricsExport:
    """Make what hands over, set as an operator would set it."""
    url = collector.grpc_url if protocol == "grpc" else collector.http_url
    given = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_PROTOCOL": protocol, **variables}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return MetricsExport(telemetry_settings(given), Resource.create({"service.name": "docgen"}), families)


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
async def test_the_last_figures_are_handed_over_at_the_end(
    protocol: str, collector: Collector, families: Families, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with export_to(collector, protocol, families, monkeypatch):
        pass
    (request,) = collector.metrics
    (resource,) = request.resource_metrics
    assert {each.key: each.value.string_value for each in resource.resource.attributes}["service.name"] == "docgen"
    metrics = {each.name: each for each in resource.scope_metrics[0].metrics}
    (count,) = metrics["docgen_things"].sum.data_points
    assert metrics["docgen_things"].sum.is_monotonic
    assert (count.as_double, count.attributes[0].value.string_value) == (3.0, "a")
    assert metrics["docgen_room"].gauge.data_points[0].as_double == 7.5
    assert metrics["docgen_up"].gauge.data_points[0].as_double == 1
    (time,) = metrics["docgen_time_seconds"].histogram.data_points
    assert (list(time.bucket_counts), list(time.explicit_bounds), time.count) == ([2, 1, 1], [0.1, 1.0], 4)
    assert time.sum == pytest.approx(20.61)
    assert metrics["docgen_time_seconds"].unit == "s"


async def test_they_are_handed_over_again_and_again(
    collector: Collector, families: Families, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = {"OTEL_METRIC_EXPORT_INTERVAL": "1"}
    async with export_to(collector, "http/protobuf", families, monkeypatch, **often):
        while len(collector.metrics) < 3:  # noqa: ASYNC110  # the collector is in threads
            await asyncio.sleep(0.01)


async def test_a_collector_that_hangs_keeps_nobody(
    collector: Collector, families: Families, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector.hangs = threading.Event()
    quick = {"OTEL_METRIC_EXPORT_INTERVAL": "1", "OTEL_EXPORTER_OTLP_TIMEOUT": "200"}
    async with export_to(collector, "http/protobuf", families, monkeypatch, **quick):
        while not collector.requests:  # noqa: ASYNC110  # the collector is in threads
            await asyncio.sleep(0.01)
    collector.hangs.set()


async def test_nothing_is_handed_over_where_nobody_asks_for_it(families: Families) -> None:
    assert Telemetry(telemetry_settings({})).metrics_export(families) is None
