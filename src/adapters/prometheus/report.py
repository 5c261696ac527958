"""The text of /metrics: what was counted, by one process or by all that serve together, and how things stand now."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from typing_extensions import override

from adapters.prometheus.instruments import Instruments
from application.ports.health_check import HealthCheck
from application.ports.job_monitor import JobMonitor, QueueFigures
from application.ports.job_queue import JobKind
from application.ports.metrics_report import MetricsReport
from domain.errors import ServiceUnavailableError

# Prometheus waits 10 s for a scrape; what is down must not take all the others' figures with it.
_PATIENCE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Installation:
    """What all processes see alike: the components that have to work, the queue of jobs, and where files lie."""

    components: Callable[[], Sequence[HealthCheck]]
    jobs: JobMonitor
    folder: Path
    version: str


class PrometheusReport(MetricsReport):
    """Reads everything when it is asked for. `files` is the folder of the processes' counts, if they share it."""

    def __init__(
        self,
        registry: CollectorRegistry,
        instruments: Instruments,
        refresh: Callable[[], None],
        installation: Installation,
        files: Path | None = None,
    ) -> None:
        self._registry = registry
        self._failures = instruments.scrapes
        self._refresh = refresh
        self._installation = installation
        self._files = files

    @property
    @override
    def content_type(self) -> str:
        return CONTENT_TYPE_PLAIN_0_0_4

    @override
    async def text(self) -> bytes:
        now = await self._now()
        # Other processes' files are read, and a thousand lines written: meanwhile requests are answered.
        return await asyncio.to_thread(self._write, now)

    async def families(self) -> list[Metric]:
        """Return the metrics of this process alone, and what all processes see alike."""
        now = await self._now()
        return [*self._registry.collect(), *now]

    async def _now(self) -> list[Metric]:
        self._refresh()
        jobs, states = await asyncio.gather(
            self._queue(), asyncio.gather(*map(_is_up, self._installation.components()))
        )
        return [*jobs, _components(states), *_disk(self._installation.folder), _build(self._installation.version)]

    def _write(self, now: list[Metric]) -> bytes:
        counted: Iterable[Metric] = self._registry.collect()
        if self._files is not None:
            _forget_the_dead(self._files)
            merged = MultiProcessCollector(None, path=str(self._files))  # type: ignore[no-untyped-call]  # it has no types
            counted = merged.collect()  # type: ignore[no-untyped-call]  # see above
        return generate_latest(_Given([*counted, *now]))

    async def _queue(self) -> list[Metric]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return _queue(await self._installation.jobs.figures())
        except (ServiceUnavailableError, TimeoutError):
            self._failures.count()
            return []


class _Given(Collector):
    """Metrics that are there already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    @override
    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def _is_up(check: HealthCheck) -> tuple[str, bool]:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await check.check()
    except (ServiceUnavailableError, TimeoutError):
        return check.component, False
    return check.component, True


def _components(states: Iterable[tuple[str, bool]]) -> Metric:
    up = GaugeMetricFamily("docgen_component_up", "Whether a component works, as /readyz says.", labels=["component"])
    for component, is_up in states:
        up.add_metric([component], is_up)
    return up


def _queue(figures: Iterable[QueueFigures]) -> list[Metric]:
    """Say how each queue stands; one that is empty is there, too, so that a rule sees it."""
    by_kind = {str(kind): QueueFigures(kind) for kind in JobKind} | {each.kind: each for each in figures}
    jobs = GaugeMetricFamily(
        "docgen_queue_jobs", "Jobs that are due, were put off, or are worked on.", labels=["kind", "state"]
    )
    age = GaugeMetricFamily(
        "docgen_queue_oldest_job_age_seconds", "For how long the oldest job has been due.", labels=["kind"]
    )
    for kind, each in by_kind.items():
        for state, count in (("waiting", each.waiting), ("later", each.later), ("running", each.running)):
            jobs.add_metric([kind, state], count)
        age.add_metric([kind], each.oldest_seconds)
    return [jobs, age]


def _disk(folder: Path) -> Iterator[Metric]:
    with suppress(OSError):  # before the first start there is none
        usage = shutil.disk_usage(folder)
        yield GaugeMetricFamily("docgen_disk_size_bytes", "Size of the disk of the data directory.", usage.total)
        yield GaugeMetricFamily("docgen_disk_free_bytes", "Room that is left on it for DocGen.", usage.free)


def _build(version: str) -> Metric:
    build = GaugeMetricFamily("docgen_build_info", "Which version of DocGen this is.", labels=["version"])
    build.add_metric([version], 1)
    return build


def _forget_the_dead(folder: Path) -> None:
    """Let go of how things stood in processes that are no more; what they counted stays."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another process was asked at the same time
                mark_process_dead(pid, path=str(folder))  # type: ignore[no-untyped-call]  # it has no types
        except PermissionError:  # it is there, and somebody else's
            continue
