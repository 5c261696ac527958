"""Where templates run."""

from typing import TYPE_CHECKING

from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.machine import default_memory_bytes
from adapters.rendering.workers.renderer import WorkerRenderer, WorkersHealthCheck
from adapters.rendering.workers.settings import PoolSettings
from adapters.rendering.workers.zygote_start import StartedZygote
from adapters.storage.bounded_folder import BoundedFolder
from application.ports.health_check import HealthCheck
from application.ports.template_renderer import TemplateRenderer
from entrypoints.parts.zygote import render_workers
from entrypoints.settings.service import Settings

if TYPE_CHECKING:
    from adapters.prometheus.metrics import Metrics
    from adapters.telemetry.tracing import Tracing


def choose_renderer(
    settings: Settings,
    limits: Limits,
    metrics: "Metrics | None",
    tracing: "Tracing | None",
    zygote: StartedZygote | None = None,
) -> TemplateRenderer:
    """Choose where templates run: in workers, or in this process, which then keeps what it has compiled on the disk."""
    share = render_workers(settings)
    if share == 0:
        # The engine is not loaded into a process that has workers: it would take a tenth of its start, and memory.
        from adapters.rendering.in_process import InProcessRenderer  # noqa: PLC0415  # see above
        from adapters.rendering.store import CompiledTemplateStore  # noqa: PLC0415  # see above

        room = settings.cache.compiled_bytes
        folder = BoundedFolder(settings.compiled_templates_dir, room, "Compiled templates cannot be kept")
        return InProcessRenderer(
            limits, CompiledTemplateStore(folder, limits), observer=metrics.rendering if metrics else None
        )
    memory = settings.limits.memory_bytes or default_memory_bytes(share * settings.http.workers)
    pool = PoolSettings(share, memory, settings.limits.render_seconds)
    observer, watch = metrics.rendering if metrics else None, tracing.work if tracing else None
    return WorkerRenderer(pool, limits, observer, watch, zygote)


def all_health_checks(renderer: TemplateRenderer, *others: HealthCheck) -> list[HealthCheck]:
    return [*others, WorkersHealthCheck(renderer)] if isinstance(renderer, WorkerRenderer) else list(others)
