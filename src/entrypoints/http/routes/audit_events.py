"""Audit events."""

from typing import Annotated

from fastapi import Query

from application.ports.audit_log import AuditFilter
from domain.audit import AuditAction
from domain.identifiers import AUDIT_EVENT_PREFIX, AuditEventId
from entrypoints.http.access import guarded_router
from entrypoints.http.cursors import decode_id_cursor, page_of
from entrypoints.http.dependencies import CallerDependency, ContainerDependency, Cursor, Limit
from entrypoints.http.errors import problem_responses
from entrypoints.http.schemas.audit_events import AuditEventListResponse, AuditEventResponse
from entrypoints.http.schemas.times import Time

router = guarded_router("access", "/audit-events")


@router.get("", operation_id="list_audit_events", responses=problem_responses("bad-cursor"))
async def list_audit_events(
    container: ContainerDependency,
    caller: CallerDependency,
    action: Annotated[AuditAction | None, Query()] = None,
    actor: Annotated[str | None, Query(max_length=300, description="The id of who did it.")] = None,
    object_id: Annotated[str | None, Query(max_length=300, description="The id of what it was done to.")] = None,
    created_after: Annotated[Time | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditEventListResponse:
    """List who did what and what was refused, newest first."""
    after = decode_id_cursor(cursor, AUDIT_EVENT_PREFIX)
    found = await container.read_audit_events().search(
        caller,
        AuditFilter(action=action, actor=actor, object_id=object_id, created_after=created_after),
        limit=limit + 1,
        after=None if after is None else AuditEventId(after),
    )
    page, next_cursor = page_of(found, limit, lambda each: each.id)
    return AuditEventListResponse(
        data=[AuditEventResponse.of(event) for event in page],
        next_cursor=next_cursor,
    )
