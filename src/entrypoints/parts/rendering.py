"""Where templates run."""

import math
from typing import TYPE_CHECKING

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import Limits
from adapters.rendering.store import CompiledTemplateStore
from adapters.rendering.workers.machine import can_fork, default_memory_bytes, default_workers
from adapters.rendering.workers.renderer import WorkerRenderer, WorkersHealthCheck
from adapters.rendering.workers.settings import PoolSettings
from adapters.storage.bounded_folder import BoundedFolder
from application.ports.health_check import HealthCheck
from application.ports.template_renderer import TemplateRenderer
from entrypoints.settings.service import Settings

if TYPE_CHECKING:
    from adapters.prometheus.metrics import Metrics
    from adapters.telemetry.tracing import Tracing


def render_workers(settings: Settings) -> int:
    """Choose how many workers render for one process; 0: it renders itself."""
    workers = settings.rendering.workers
    if workers is None:
        workers = default_workers() if can_fork() else 0
    # Each process that serves HTTP has workers of its own: two at least, unless there is to be one only.
    return max(min(2, workers), math.ceil(workers / settings.http.workers))


def choose_renderer(
    settings: Settings, limits: Limits, metrics: "Metrics | None", tracing: "Tracing | None"
) -> TemplateRenderer:
    """Choose where templates run: in workers, or in this process, which then keeps what it has compiled on the disk."""
    share = render_workers(settings)
    if share == 0:
        room = settings.cache.compiled_bytes
        folder = BoundedFolder(settings.compiled_templates_dir, room, "Compiled templates cannot be kept")
        return InProcessRenderer(
            limits, CompiledTemplateStore(folder, limits), observer=metrics.rendering if metrics else None
        )
    memory = settings.limits.memory_bytes or default_memory_bytes(share * settings.http.workers)
    pool = PoolSettings(share, memory, settings.limits.render_seconds)
    observer, watch = metrics.rendering if metrics else None, tracing.work if tracing else None
    return WorkerRenderer(pool, limits, observer, watch)


def all_health_checks(renderer: TemplateRenderer, *others: HealthCheck) -> list[HealthCheck]:
    return [*others, WorkersHealthCheck(renderer)] if isinstance(renderer, WorkerRenderer) else list(others)
