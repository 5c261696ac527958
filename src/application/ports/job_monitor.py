"""The queue of jobs, as those see it who look after it."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.identifiers import WorkspaceId


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The jobs of one kind: those that are due and wait, those that were put off, and those in the hands of workers.

    `oldest_seconds` is for how long that one has been due which has waited longest, 0 where none waits.
    """

    kind: str
    waiting: int = 0
    later: int = 0
    running: int = 0
    oldest_seconds: float = 0.0


class JobMonitor(Protocol):
    """Looks at the jobs of all workspaces. Every method raises ServiceUnavailableError where the database is down."""

    @abstractmethod
    async def figures(self) -> list[QueueFigures]:
        """Return the figures of every kind of which there are jobs, by name."""

    @abstractmethod
    async def hasten(self, workspace_id: WorkspaceId, subject: str) -> int:
        """Let the jobs on a subject that were put off be due now; return how many they were."""
