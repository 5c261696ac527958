"""The text of /metrics, and those who look on."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typing_extensions import override

from adapters.prometheus.metrics import Metrics
from adapters.prometheus.report import Installation, PrometheusReport
from application.ports.figures import ConnectionPools, CrewUse, PoolUse, RenderCrew
from application.ports.job_observer import JobEnd
from application.ports.job_queue import JobKind, NewJob
from application.ports.rendering_observer import WorkerEnd
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.fakes.health_check import RecordingHealthCheck
from tests.fakes.jobs import InMemoryJobMonitor
from tests.fakes.units_of_work import InMemoryUnitsOfWork

Labels = frozenset[tuple[str, str]]


class _Pools(ConnectionPools):
    @override
    def pools(self) -> list[PoolUse]:
        return [PoolUse("sessions", in_use=2, idle=1, limit=10)]


class _Crew(RenderCrew):
    @override
    def use(self) -> CrewUse:
        return CrewUse(ready=3, busy=1, waiting=7)


class Scene:
    """A process with everything that it is asked about."""

    def __init__(self, folder: Path) -> None:
        self.units = InMemoryUnitsOfWork()
        self.check = RecordingHealthCheck()
        self.metrics = Metrics(None)
        installation = Installation(self._components, InMemoryJobMonitor(self.units.database), folder, "1.2.3")
        self.report: PrometheusReport = self.metrics.report(self.metrics.figures(_Pools(), _Crew()), installation)

    def _components(self) -> Sequence[RecordingHealthCheck]:
        return [self.check]

    async def samples(self) -> dict[tuple[str, Labels], float]:
        """Ask, and read the answer."""
        text = (await self.report.text()).decode()
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def named(name: str, **labels: str) -> tuple[str, Labels]:
    return name, frozenset(labels.items())


async def test_what_happened_and_how_things_stand_is_all_in_one_text(scene: Scene) -> None:
    scene.metrics.requests.request_ended("GET", "/v1/renders/{render_id}", 404, 0.003)
    scene.metrics.requests.request_ended("BREW", "none", None, 0.003)
    scene.metrics.rendering.worker_ended(WorkerEnd.TIME_LIMIT)
    scene.metrics.rendering.template_used(was_compiled=True)
    scene.metrics.jobs.job_ended(JobKind.BATCH, JobEnd.FAILED, 7.0)
    scene.metrics.jobs.chore_ended("blobs", is_done=False, seconds=1.0)
    async with scene.units.of_workspace(DEFAULT_WORKSPACE_ID) as unit:
        await unit.jobs.enqueue(NewJob(JobKind.RENDER, DEFAULT_WORKSPACE_ID, "rnd_1"))
        await unit.commit()
    samples = await scene.samples()
    request = "docgen_http_request_duration_seconds_count"
    for name, value in (
        (named(request, method="GET", route="/v1/renders/{render_id}", status="4xx"), 1),
        (named(request, method="other", route="none", status="none"), 1),
        (named("docgen_render_worker_ends_total", reason="time-limit"), 1),
        (named("docgen_template_cache_requests_total", result="hit"), 1),
        (named("docgen_job_duration_seconds_count", kind="batch", outcome="failed"), 1),
        (named("docgen_chore_duration_seconds_count", chore="blobs", outcome="failed"), 1),
        (named("docgen_queue_jobs", kind="render", state="waiting"), 1),
        (named("docgen_queue_jobs", kind="webhook", state="waiting"), 0),
        (named("docgen_queue_oldest_job_age_seconds", kind="webhook"), 0),
        (named("docgen_database_connections", pool="sessions", state="in-use"), 2),
        (named("docgen_database_connections_limit", pool="sessions"), 10),
        (named("docgen_render_workers", state="busy"), 1),
        (named("docgen_render_workers", state="idle"), 2),
        (named("docgen_render_requests_waiting"), 7),
        (named("docgen_component_up", component="database"), 1),
        (named("docgen_build_info", version="1.2.3"), 1),
    ):
        assert samples[name] == value, name
    assert samples[named("docgen_disk_size_bytes")] > samples[named("docgen_disk_free_bytes")] > 0
    assert samples[named("process_resident_memory_bytes")] > 1_000_000


async def test_a_database_that_is_down_is_told_and_takes_nothing_else_with_it(scene: Scene) -> None:
    scene.check.failure = "The database does not answer."
    scene.units.database.down = True
    samples = await scene.samples()
    assert samples[named("docgen_component_up", component="database")] == 0
    assert not any(name == "docgen_queue_jobs" for name, _ in samples)
    assert samples[named("docgen_render_requests_waiting")] == 7
    assert samples[named("docgen_metrics_failures_total")] == 1
