"""Metrics by OTLP: what /metrics says, handed over to a collector again and again.

The same counts in both ways, by the same names: `prometheus_client` has them, OpenTelemetry's exporter carries them.
Of several processes each hands over its own.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Final, Self

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client.metrics_core import Metric as Family

from entrypoints.telemetry.threads import FLUSH_SECONDS, in_own_thread
from entrypoints.telemetry.variables import TelemetrySettings

_CUMULATIVE: Final = AggregationTemporality.CUMULATIVE
_SECONDS_SUFFIX: Final = "_seconds"

_Labels = tuple[tuple[str, str], ...]


class MetricsExport:
    """An async context manager; leaving it hands over once more. Whatever the collector does, nobody waits for it."""

    def __init__(
        self, settings: TelemetrySettings, resource: Resource, families: Callable[[], Awaitable[Iterable[Family]]]
    ) -> None:
        """Take what says how things stand."""
        self._families = families
        self._resource = resource
        self._interval = settings.metrics_interval_seconds
        self._exporter = _exporter(settings)
        self._began = time.time_ns()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._export_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._export()
        except TimeoutError:
            pass
        finally:
            self._exporter.shutdown(timeout_millis=1)

    async def _export_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self._export()

    async def _export(self) -> None:
        now = time.time_ns()
        metrics = [_converted(family, self._began, now) for family in await self._families()]
        scope = ScopeMetrics(InstrumentationScope("docgen"), metrics, "")
        data = MetricsData([ResourceMetrics(self._resource, [scope], "")])
        await in_own_thread(lambda: self._exporter.export(data), "metrics-export")


def _converted(family: Family, began: int, now: int) -> Metric:
    unit = "s" if family.name.endswith(_SECONDS_SUFFIX) else "1"
    data: Sum | Gauge | Histogram
    if family.type == "histogram":
        data = Histogram(list(_distributions(family, began, now)), _CUMULATIVE)
    else:
        points = [
            NumberDataPoint(dict(each.labels), began, now, float(each.value))
            for each in family.samples
            if not each.name.endswith("_created")
        ]
        data = Sum(points, _CUMULATIVE, is_monotonic=True) if family.type == "counter" else Gauge(points)
    return Metric(family.name, family.documentation, unit, data)


def _distributions(family: Family, began: int, now: int) -> Iterator[HistogramDataPoint]:
    """Put the lines of each histogram together: buckets of Prometheus count all that is below, those of OTLP do not."""
    below: defaultdict[_Labels, list[tuple[float, float]]] = defaultdict(list)
    sums: dict[_Labels, float] = {}
    for each in family.samples:
        labels = tuple(sorted((name, value) for name, value in each.labels.items() if name != "le"))
        if each.name.endswith("_bucket"):
            below[labels].append((float(each.labels["le"]), each.value))
        elif each.name.endswith("_sum"):
            sums[labels] = each.value
    for labels, found in below.items():
        bounds, counts = zip(*sorted(found), strict=True)
        buckets = [int(high - low) for low, high in zip((0.0, *counts), counts, strict=False)]
        # Prometheus keeps neither the smallest nor the largest value, and OTLP can do without.
        unknown: Any = None
        total = sums.get(labels, 0.0)
        yield HistogramDataPoint(
            dict(labels), began, now, sum(buckets), total, buckets, bounds[:-1], min=unknown, max=unknown
        )


def _exporter(settings: TelemetrySettings) -> MetricExporter:
    """Make what speaks to the collector; the rest of what it needs it reads from the variables itself."""
    timeout = settings.timeout_seconds("metrics")
    if settings.protocol("metrics") == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import (  # noqa: PLC0415  # where it is wanted alone
            OTLPMetricExporter as GrpcMetricExporter,
        )

        return GrpcMetricExporter(timeout=timeout)
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415  # see above

    return OTLPMetricExporter(timeout=timeout)
