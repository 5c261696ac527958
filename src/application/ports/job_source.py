"""The queue of jobs, as a worker sees it."""

from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from application.ports.job_queue import JobKind
from domain.identifiers import JobId, WorkspaceId


@dataclass(frozen=True, slots=True)
class TakenJob:
    """A job in the hands of a worker; `handed_back` is how often it was in the hands of one that handed it back.

    `trace` is that of the job when it was made.
    """

    id: JobId
    kind: JobKind
    workspace_id: WorkspaceId
    subject: str
    handed_back: int = 0
    trace: Mapping[str, str] = field(default_factory=dict, hash=False)


class JobSource(Protocol):
    """Hands jobs to one worker, each to one at a time, those of a kind in the order in which they came.

    A worker that takes jobs and does not say again and again that it still has them (`keep`) is taken for dead, and its
    jobs go to others. Every method raises ServiceUnavailableError where the database is down, and works again when that
    is back.
    """

    @abstractmethod
    async def take(self, kinds: Collection[JobKind], count: int) -> list[TakenJob]:
        """Take up to `count` jobs of these kinds that are due and in nobody's hands."""

    @abstractmethod
    async def wait(self, kinds: Collection[JobKind]) -> None:
        """Return when there may be something to take; sometimes there is nothing."""

    @abstractmethod
    async def keep(self, jobs: Collection[JobId]) -> None:
        """Say that these are still being worked on."""

    @abstractmethod
    async def finish(self, jobs: Collection[TakenJob]) -> None:
        """Take jobs out of the queue for good."""

    @abstractmethod
    async def hand_back(self, job: TakenJob, after: timedelta) -> None:
        """Put a job back into the queue, where it is due after this time."""

    @abstractmethod
    async def take_turn(self, chore: str, every: timedelta) -> bool:
        """Tell whether something that is done again and again is due now, and this worker's to do.

        One worker of all is told so each time; it is due again when `every` has passed, whatever becomes of it.
        """

    @abstractmethod
    async def sweep(self) -> None:
        """Remove what is kept of jobs that are over for long, or some of it."""
