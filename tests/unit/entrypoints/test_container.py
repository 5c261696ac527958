"""Which renderer the service has, by its settings."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.workers.machine import default_workers
from adapters.rendering.workers.renderer import WorkerRenderer, WorkersHealthCheck
from entrypoints.container import Container
from entrypoints.settings.database import DatabaseSettings
from entrypoints.settings.http import HttpSettings
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.service import Settings
from entrypoints.settings.work import RenderingSettings


def container_of(workers: int | None = None, processes: int = 1, **limits: float) -> Container:
    settings = Settings.model_construct(
        data_dir=Path("nowhere"),
        database=DatabaseSettings(url=SecretStr("postgresql://docgen@127.0.0.1:1/docgen")),
        rendering=RenderingSettings(workers=workers),
        http=HttpSettings(workers=processes),
        limits=LimitsSettings(**limits),  # type: ignore[arg-type]  # a test names fields freely
    )
    return Container(settings=settings)


@pytest.mark.parametrize(
    ("workers", "processes", "expected"),
    [(None, 1, default_workers()), (1, 1, 1), (5, 1, 5), (8, 2, 4), (5, 2, 3), (2, 2, 2), (1, 4, 1)],
)
def test_processes_that_serve_http_divide_the_workers(workers: int | None, processes: int, expected: int) -> None:
    renderer = container_of(workers, processes).engine()
    assert isinstance(renderer, WorkerRenderer)
    assert renderer.settings.workers == expected
    assert renderer.settings.share == max(1, expected - 1)


def test_limits_of_settings_are_those_of_workers() -> None:
    renderer = container_of(render_seconds=2.5, memory_bytes=300_000_000).engine()
    assert isinstance(renderer, WorkerRenderer)
    assert (renderer.settings.render_seconds, renderer.settings.memory_bytes) == (2.5, 300_000_000)


def test_workers_have_a_lifetime_and_a_health_check_and_the_renderer_of_this_process_has_none() -> None:
    isolated, own = container_of(), container_of(0)
    assert isinstance(own.engine(), InProcessRenderer)
    assert isolated.engine() in isolated.lifetimes()
    assert own.engine() not in own.lifetimes()
    assert any(isinstance(check, WorkersHealthCheck) for check in isolated.health_checks())
    assert not any(isinstance(check, WorkersHealthCheck) for check in own.health_checks())
