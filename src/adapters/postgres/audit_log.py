"""Audit events in PostgreSQL."""

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.failures import violations
from adapters.postgres.tables.access import AuditEventRow, audit_columns, audit_event_of
from adapters.postgres.texts import is_storable
from application.ports.audit_log import AuditFilter, AuditLog
from domain.audit import AuditEntry, AuditEvent
from domain.errors import NotFoundError
from domain.identifiers import AUDIT_EVENT_PREFIX, AuditEventId, WorkspaceId


class PostgresAuditLog(AuditLog):
    """The events of one workspace; the database gives identifiers and times, so that servers need not agree on them."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def record(self, entry: AuditEntry) -> None:
        given = {"id": func.docgen_new_id(AUDIT_EVENT_PREFIX), "created_at": func.clock_timestamp()}
        with violations({"fk_audit_events_workspaces": NotFoundError("workspace", entry.workspace_id)}):
            await self._session.execute(insert(AuditEventRow).values(audit_columns(entry) | given))

    @override
    async def search(self, criteria: AuditFilter, *, limit: int, after: AuditEventId | None = None) -> list[AuditEvent]:
        query = select(AuditEventRow).where(AuditEventRow.workspace_id == self._workspace_id)
        for column, wanted in (
            (AuditEventRow.action, criteria.action),
            (AuditEventRow.actor, criteria.actor),
            (AuditEventRow.object_id, criteria.object_id),
        ):
            if wanted is not None and not is_storable(wanted):
                return []
            query = query if wanted is None else query.where(column == wanted)
        if criteria.created_after is not None:
            query = query.where(AuditEventRow.created_at > criteria.created_after)
        if after is not None:
            query = query.where(AuditEventRow.id < after)
        rows = await self._session.scalars(query.order_by(AuditEventRow.id.desc()).limit(limit))
        return [audit_event_of(row) for row in rows]
