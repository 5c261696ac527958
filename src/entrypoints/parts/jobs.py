"""Who carries out the jobs of the queue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from application.job_worker import Chore, Handler, JobWorker
from application.ports.job_queue import JobKind
from application.ports.job_source import JobSource
from entrypoints.parts.telemetry import traced
from entrypoints.parts.zygote import render_workers
from entrypoints.settings.service import Settings

if TYPE_CHECKING:
    from adapters.prometheus.metrics import Metrics
    from adapters.telemetry.tracing import Tracing
    from entrypoints.parts.slack import SlackParts

# Messages of a worker that are under way at a time: they wait for receivers, and take hardly any work.
_MESSAGES_AT_ONCE: Final = 50


def make_job_workers(
    settings: Settings,
    tracing: "Tracing | None",
    renders: JobSource,
    messages: JobSource,
    rendering: dict[JobKind, Handler],
    sending: dict[JobKind, Handler],
    chores: Sequence[Chore],
    metrics: "Metrics | None",
) -> list[JobWorker]:
    """Make a worker for what takes the processor, and one for what waits for others: neither holds the other one up."""
    # One renders, and one writes: while a document is put onto the disk, the next is made.
    concurrency = settings.worker.concurrency or 2 * max(2, render_workers(settings))
    workers: list[JobWorker] = []
    for source, at_once, handlers in ((renders, concurrency, rendering), (messages, _MESSAGES_AT_ONCE, sending)):
        wanted = [(kind, handler) for kind, handler in handlers.items() if kind in settings.worker.kinds]
        taken = {kind: traced(tracing, "handler", handler) for kind, handler in wanted}
        if taken:
            grace = settings.worker.grace_seconds
            # Whatever kinds a process takes, it does the chores once.
            mine = () if workers else chores
            workers.append(
                JobWorker(
                    source,
                    taken,
                    concurrency=at_once,
                    grace_seconds=grace,
                    chores=mine,
                    observer=metrics.jobs if metrics else None,
                )
            )
    return workers


def sending_handlers(webhook: Handler, slack: "SlackParts | None") -> dict[JobKind, Handler]:
    """Say who carries out the jobs that wait for others."""
    return {JobKind.WEBHOOK: webhook, **(slack.handlers if slack is not None else {})}


def all_chores(chores: Sequence[Chore], slack: "SlackParts | None") -> list[Chore]:
    """Return the chores of a worker, with those for Slack where that is configured."""
    return [*chores, *(slack.chores if slack is not None else ())]
