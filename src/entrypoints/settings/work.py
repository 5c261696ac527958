"""The settings of those who make documents, and carry out jobs."""

from typing import Annotated

from pydantic import AfterValidator, Field

from application.ports.job_queue import JobKind
from entrypoints.settings.lists import items, valid_queues
from entrypoints.settings.types import Section


class RenderingSettings(Section):
    """How many isolated workers render: None is as many as there are processors, two at least; 0 is none.

    Without workers, documents are made within the processes that serve HTTP. Several such processes divide the workers.
    """

    workers: Annotated[int, Field(ge=0, le=256)] | None = None


class WorkerSettings(Section):
    """How a worker carries out the jobs of the queue: how many at a time, and where it says how it is.

    Without `concurrency` it is two for each process that renders. Without `port` it answers no questions. `queues` are
    the kinds of jobs that it takes, with commas in between; none named are all. Told to end, it has `grace_seconds` to
    finish what it does; the rest is handed back, and at a second signal all of it.
    """

    queues: Annotated[str, AfterValidator(valid_queues)] = ""
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    grace_seconds: Annotated[float, Field(ge=0, le=3600)] = 25.0
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] | None = None

    @property
    def kinds(self) -> tuple[JobKind, ...]:
        """The kinds of jobs that are taken."""
        return tuple(JobKind(item) for item in items(self.queues)) or tuple(JobKind)
