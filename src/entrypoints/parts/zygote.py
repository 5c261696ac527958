"""The processes that render begin before the rest of the service is loaded: each takes a second, and neither waits.

What this imports is little for that reason.
"""

import math

from adapters.rendering.workers.machine import can_fork, default_workers
from adapters.rendering.workers.zygote_start import StartedZygote
from entrypoints.settings.service import Settings

__all__ = ["StartedZygote", "render_workers", "start_zygote"]


def render_workers(settings: Settings) -> int:
    """Choose how many workers render for one process; 0: it renders itself."""
    workers = settings.rendering.workers
    if workers is None:
        workers = default_workers() if can_fork() else 0
    # Each process that serves HTTP has workers of its own: two at least, unless there is to be one only.
    return max(min(2, workers), math.ceil(workers / settings.http.workers))


def start_zygote(settings: Settings) -> StartedZygote | None:
    """Start what workers are forked from, where there are to be any, and it can be started.

    Where it cannot, whoever needs it says so and tries again.
    """
    if not render_workers(settings):
        return None
    try:
        return StartedZygote()
    except OSError:
        return None
