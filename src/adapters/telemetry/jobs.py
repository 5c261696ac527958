"""The queue of jobs: a job takes the context of its request along, in its own row.

Source: OpenTelemetry Semantic Conventions, "Messaging Spans".
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from opentelemetry import context as current
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanKind
from typing_extensions import override

from adapters.telemetry.context import carried, context_of, links_to, origin, with_origin
from adapters.telemetry.spans import Spans, fail
from application.job_worker import Outcome, TryAgain
from application.ports.job_queue import JobKind, JobQueue, NewJob
from application.ports.job_source import TakenJob

_SYSTEM: Final = "pgqueuer"
# One of them does a hundred rows and lines up again: as parts of one trace they would make one that nobody can read.
_LINKED: Final = frozenset({JobKind.BATCH, JobKind.BATCH_ERASURE})


class TracedJobQueue(JobQueue):
    """Writes the context into a job that has none; what comes from a batch names the request that made the batch."""

    def __init__(self, inner: JobQueue, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    @override
    async def enqueue(self, job: NewJob) -> None:
        attributes = {
            "messaging.system": _SYSTEM,
            "messaging.operation.type": "send",
            "messaging.operation.name": "enqueue",
            "messaging.destination.name": job.kind.value,
        }
        with self._spans.part(f"enqueue {job.kind}", attributes, SpanKind.PRODUCER):
            began = origin() if job.kind in _LINKED else None
            await self._inner.enqueue(replace(job, trace=job.trace or began or carried()))


class TracedHandler:
    """Carries a job out as a part of its request's trace, or of one of its own that is linked to it."""

    def __init__(self, inner: Callable[[TakenJob], Awaitable[Outcome]], spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    async def __call__(self, job: TakenJob) -> Outcome:
        """Carry out a job, and say what is to become of it."""
        context, links = _of(job)
        attributes = {
            "messaging.system": _SYSTEM,
            "messaging.operation.type": "process",
            "messaging.operation.name": "process",
            "messaging.destination.name": job.kind.value,
            "messaging.message.id": str(job.id),
            "docgen.workspace.id": job.workspace_id,
            "docgen.job.subject": job.subject,
            "docgen.job.handed_back": job.handed_back,
        }
        token = current.attach(context)
        try:
            with self._spans.tracer.start_as_current_span(
                f"process {job.kind}",
                kind=SpanKind.CONSUMER,
                attributes=attributes,
                links=links,
                record_exception=False,
                set_status_on_exception=False,
            ) as span:
                try:
                    outcome = await self._inner(job)
                except BaseException as error:
                    fail(span, error)
                    raise
                ended = "again" if isinstance(outcome, TryAgain) else outcome.name.lower()
                span.set_attribute("docgen.job.outcome", ended)
                return outcome
        finally:
            current.detach(token)


def _of(job: TakenJob) -> tuple[Context, list[Link]]:
    if job.kind not in _LINKED:
        return context_of(job.trace), []
    return with_origin(Context(), job.trace), links_to(job.trace)
