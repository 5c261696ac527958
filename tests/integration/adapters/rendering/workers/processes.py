"""Hostile templates for real workers, and waiting for what happens to processes."""

import psutil

from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.renderer import WorkerRenderer
from adapters.rendering.workers.settings import PoolSettings
from application.ports.template_renderer import TemplateSource
from domain.identifiers import WorkspaceId
from tests.contracts.template_renderer import source_of
from tests.waiting import until

DEADLINE_SECONDS = 60
MEMORY_BYTES = 512_000_000
# The engine's own limits stop hostile templates long before a worker has to be ended: here they do not.
NO_LIMITS = Limits(steps=10**15, text_characters=10**12, output_bytes=50_000_000, list_items=10**12)
SPINNING = "{% for i in range(100000) %}{% for j in range(100000) %}{% if i %}{% endif %}{% endfor %}{% endfor %}"
GREEDY = "{% set x = 'a' * 800000000 %}{{ x | length }}"

INNOCENT = WorkspaceId("wsp_innocent")
HOSTILE = WorkspaceId("wsp_hostile")


def renderer_of(workers: int = 2, **settings: float) -> WorkerRenderer:
    """Make a renderer whose workers are held by their processes' limits alone."""
    chosen = {"workers": workers, "memory_bytes": MEMORY_BYTES, **settings}
    return WorkerRenderer(PoolSettings(**chosen), NO_LIMITS)  # type: ignore[arg-type]  # a test names fields freely


def of(workspace: WorkspaceId, text: str) -> TemplateSource:
    """Make a template of a workspace."""
    source = source_of(text)
    return TemplateSource(source.format, source.sha256, source.load, workspace)


async def busy_worker(renderer: WorkerRenderer) -> int:
    """Return the process number of the one worker that calculates."""

    before: dict[int, float] = {}

    def busy() -> list[int]:
        now = {pid: psutil.Process(pid).cpu_times().user for pid in renderer.crew.worker_pids}
        # One may start while the other works already.
        return [pid for pid, seconds in now.items() if seconds > before.setdefault(pid, seconds) + 0.05]

    await until(lambda: len(busy()) == 1)
    return busy()[0]
