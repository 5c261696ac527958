"""Usage: days that are over are added up once, by who reads it; the others are counted from the records.

What renders takes no part in it: its hot path writes no sums, and no two processes wait for each other's. Migration
0035 says what takes sums back. A day is added up when it has been over for some time, and nothing of it and of the days
before it waits for its end.
"""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from adapters.postgres.statements import on_driver
from application.ports.render_repository import UsageFilter, UsagePlace
from domain.identifiers import Slug, TemplateId, WorkspaceId
from domain.usage import DailyUsage

# The first day that is not over, with time for records that are on their way.
_OPEN: Final = "((clock_timestamp() - interval '15 minutes') AT TIME ZONE 'UTC')::date"
# The lock of those who add up; one at a time is enough, and the others count.
_TRY: Final = f"""
    SELECT pg_try_advisory_xact_lock(hashtextextended('docgen.usage ' || $1::text, 0)) AS mine
    WHERE NOT EXISTS (SELECT FROM usage_summed WHERE workspace_id = $1 AND until >= {_OPEN})
    """  # noqa: S608  # constants alone
_SINCE: Final = "coalesce((SELECT until FROM usage_summed WHERE workspace_id = $1), '-infinity')"
_COUNTS: Final = """
    count(*) AS renders,
    count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
    count(*) FILTER (WHERE status = 'failed') AS failed,
    coalesce(sum(document_size), 0)::bigint AS document_bytes
    """
_START: Final = "({day}::timestamp AT TIME ZONE 'UTC')"
# The index by time has every column that is looked at.
_RECORDS: Final = """
    SELECT (created_at AT TIME ZONE 'UTC')::date AS day, coalesce(template_id, '') AS template_id, status, document_size
    FROM renders WHERE workspace_id = $1
    """
_ADD_UP: Final = f"""
    WITH since AS (SELECT {_SINCE} AS day),
    waiting AS (
        SELECT (created_at AT TIME ZONE 'UTC')::date AS day FROM renders
        WHERE workspace_id = $1 AND status IN ('queued', 'rendering')
        AND created_at >= (SELECT {_START.format(day="day")} FROM since) ORDER BY created_at LIMIT 1
    ),
    bound AS (SELECT least({_OPEN}, (SELECT day FROM waiting)) AS day),
    summed AS (
        INSERT INTO usage_totals (workspace_id, day, template_id, renders, succeeded, failed, document_bytes)
        SELECT $1, day, template_id, {_COUNTS} FROM (
            {_RECORDS}
            AND created_at >= (SELECT {_START.format(day="day")} FROM since)
            AND created_at < (SELECT {_START.format(day="day")} FROM bound)
        ) AS records GROUP BY day, template_id
    )
    INSERT INTO usage_summed (workspace_id, until)
    SELECT $1, bound.day FROM bound, since WHERE bound.day > since.day
    ON CONFLICT (workspace_id) DO UPDATE SET until = EXCLUDED.until
    """  # noqa: S608  # as above
# $2 and $3 are the first and the last day, $4 is a template, and the list goes on behind the place $5, $6.
_READ: Final = f"""
    SELECT counted.*, slug FROM (
        SELECT * FROM (
            SELECT day, template_id, renders, succeeded, failed, document_bytes FROM usage_totals
            WHERE workspace_id = $1 AND day BETWEEN $2 AND $3
            UNION ALL
            SELECT day, template_id, {_COUNTS} FROM (
                {_RECORDS}
                AND created_at >= {_START.format(day=f"greatest($2::date, (SELECT {_SINCE}))")}
                AND created_at < {_START.format(day="($3::date + 1)")}
            ) AS records GROUP BY day, template_id
        ) AS every
        WHERE ($4::text IS NULL OR template_id = $4)
        AND ($5::date IS NULL OR day < $5 OR (day = $5 AND template_id > $6::text))
        ORDER BY day DESC, template_id LIMIT $7
    ) AS counted
    LEFT JOIN templates ON templates.workspace_id = $1 AND templates.id = counted.template_id
    ORDER BY day DESC, template_id
    """  # noqa: S608  # as above


async def count_usage(
    session: AsyncSession, workspace_id: WorkspaceId, criteria: UsageFilter, limit: int, after: UsagePlace | None
) -> list[DailyUsage]:
    """Count the renders of a workspace by day and template, as RenderRepository promises."""
    if await on_driver(session, _TRY, workspace_id) == [(True,)]:
        await on_driver(session, _ADD_UP, workspace_id)
    place = after or (None, None)
    days = criteria.first, criteria.last
    rows = await on_driver(session, _READ, workspace_id, *days, criteria.template_id, *place, limit)
    return [
        DailyUsage(
            day=row["day"],
            template_id=TemplateId(row["template_id"]) if row["template_id"] else None,
            template_slug=Slug(row["slug"]) if row["slug"] else None,
            renders=row["renders"],
            succeeded=row["succeeded"],
            failed=row["failed"],
            document_bytes=row["document_bytes"],
        )
        for row in rows
    ]
