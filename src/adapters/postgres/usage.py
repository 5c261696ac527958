"""Usage, counted from the records of renders: from an index alone, which has every column that is counted."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Date, Select, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.postgres.rows import RenderRow, TemplateRow
from application.ports.render_repository import UsageFilter, UsagePlace
from domain.identifiers import Slug, TemplateId, WorkspaceId
from domain.render_request import RenderStatus
from domain.usage import DailyUsage

_DAY: Final = timedelta(days=1)


async def count_usage(
    session: AsyncSession, workspace_id: WorkspaceId, criteria: UsageFilter, limit: int, after: UsagePlace | None
) -> list[DailyUsage]:
    """Count the renders of a workspace by day and template, as RenderRepository promises."""
    counted = _counted(workspace_id, criteria, after).limit(limit).subquery()
    template = and_(TemplateRow.workspace_id == workspace_id, TemplateRow.id == counted.c.template_id)
    query = select(counted, TemplateRow.slug).outerjoin(TemplateRow, template)
    rows = await session.execute(query.order_by(counted.c.day.desc(), counted.c.template_id))
    return [
        DailyUsage(
            day=row.day,
            template_id=TemplateId(row.template_id) if row.template_id else None,
            template_slug=Slug(row.slug) if row.slug else None,
            renders=row.renders,
            succeeded=row.succeeded,
            failed=row.failed,
            document_bytes=int(row.document_bytes),
        )
        for row in rows
    ]


def _counted(
    workspace_id: WorkspaceId, criteria: UsageFilter, after: UsagePlace | None
) -> Select[date, str, int, int, int, int | None]:
    day = cast(func.timezone("UTC", RenderRow.created_at), Date).label("day")
    template_id = func.coalesce(RenderRow.template_id, "").label("template_id")
    query = select(
        day,
        template_id,
        func.count().label("renders"),
        func.count().filter(RenderRow.status == RenderStatus.SUCCEEDED).label("succeeded"),
        func.count().filter(RenderRow.status == RenderStatus.FAILED).label("failed"),
        func.coalesce(func.sum(RenderRow.document_size), 0).label("document_bytes"),
    ).where(
        RenderRow.workspace_id == workspace_id,
        RenderRow.created_at >= _start(criteria.first),
        RenderRow.created_at < _start(criteria.last + _DAY),
    )
    if criteria.template_id is not None:
        query = query.where(RenderRow.template_id == criteria.template_id)
    if after is not None:
        last, template = after
        later = and_(RenderRow.created_at < _start(last + _DAY), template_id > template)
        query = query.where(or_(RenderRow.created_at < _start(last), later))
    # By their places: what is selected is written once, and so is each parameter of it.
    return query.group_by("day", "template_id").order_by(day.desc(), template_id)


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
