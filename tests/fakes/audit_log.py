"""Audit events in memory."""

from typing_extensions import override

from application.ports.audit_log import AuditFilter, AuditLog
from domain.audit import AuditEntry, AuditEvent
from domain.errors import NotFoundError
from domain.identifiers import AUDIT_EVENT_PREFIX, AuditEventId, WorkspaceId
from tests.fakes.clock import FixedClock
from tests.fakes.database import View, is_storable


class InMemoryAuditLog(AuditLog):
    """The events of one workspace, numbered by their order."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def record(self, entry: AuditEntry) -> None:
        await self._view.query()
        if not self._view.has_workspace(entry.workspace_id):
            raise NotFoundError("workspace", entry.workspace_id)
        event_id = AuditEventId(f"{AUDIT_EVENT_PREFIX}_{len(self._view.audit.rows()):032x}")
        self._view.audit.put((entry.workspace_id, event_id), AuditEvent(event_id, FixedClock().now(), entry))

    @override
    async def search(self, criteria: AuditFilter, *, limit: int, after: AuditEventId | None = None) -> list[AuditEvent]:
        await self._view.query()
        mine = [event for event in self._view.audit.rows() if event.entry.workspace_id == self._workspace_id]
        found = [event for event in mine if _fits(event, criteria) and (after is None or event.id < after)]
        return sorted(found, key=lambda event: event.id, reverse=True)[:limit]


def _fits(event: AuditEvent, criteria: AuditFilter) -> bool:
    texts = (
        (criteria.action, event.entry.action),
        (criteria.actor, event.entry.actor),
        (criteria.object_id, event.entry.object_id),
    )
    late_enough = criteria.created_after is None or event.created_at > criteria.created_after
    return late_enough and all(wanted is None or (is_storable(wanted) and wanted == it) for wanted, it in texts)
