"""The audit events of one workspace."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.audit import AuditAction, AuditEntry, AuditEvent
from domain.identifiers import AuditEventId


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events to list: all criteria must hold, None means any."""

    action: AuditAction | None = None
    actor: str | None = None
    object_id: str | None = None
    created_after: datetime | None = None


class AuditLog(Protocol):
    """Events are added and read, and never changed; they go with their workspace alone."""

    @abstractmethod
    async def record(self, entry: AuditEntry) -> None:
        """Keep an entry, along with what else the transaction does or not at all; texts are kept as far as they can be.

        Raises:
            NotFoundError: the workspace is gone.
        """

    @abstractmethod
    async def search(self, criteria: AuditFilter, *, limit: int, after: AuditEventId | None = None) -> list[AuditEvent]:
        """Return up to `limit` events, newest first, those behind `after` where it is given."""
