"""Work that waits for a job which is not there."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from application.ports.job_queue import JobKind
from domain.identifiers import WorkspaceId


@dataclass(frozen=True, slots=True)
class LostWork:
    """What has no end, and no job of the kind that would bring it there."""

    kind: JobKind
    id: str


class LostJobs(Protocol):
    """Compares what waits with what is in the queue, both as they are at one moment."""

    @abstractmethod
    async def of(self, workspace_id: WorkspaceId, *, before: datetime, limit: int) -> list[LostWork]:
        """Return up to `limit` of what waits without a job in a workspace, and was there before that time.

        Raises:
            ServiceUnavailableError: the database is down.
        """
