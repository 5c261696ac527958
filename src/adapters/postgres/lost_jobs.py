"""Rows that wait, and have no job in the tables of pgqueuer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import text
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.scope import QUEUE_IN_TRANSACTION, scope_of
from application.ports.job_queue import JobKind
from application.ports.lost_jobs import LostJobs, LostWork
from domain.identifiers import WorkspaceId

# Which rows wait for a job of each kind, and since when: up to the time that the comparison below goes on with.
_WAITING: Final[Mapping[JobKind, str]] = {
    JobKind.RENDER: "renders AS t WHERE status IN ('queued', 'rendering') AND coalesce(queued_at, created_at)",
    JobKind.BATCH: "batches AS t WHERE status = 'running' AND created_at",
    JobKind.BATCH_ERASURE: """batches AS t WHERE EXISTS (
            SELECT FROM batch_items AS i WHERE i.workspace_id = t.workspace_id AND i.batch_id = t.id
        ) AND erased_at""",
    JobKind.WEBHOOK: "webhook_deliveries AS t WHERE status = 'pending' AND since",
    JobKind.SLACK: "slack_intents AS t WHERE finished_at IS NULL AND received_at",
    # Until the render has its end, nobody is to be told of it.
    JobKind.SLACK_DELIVERY: """slack_deliveries AS t WHERE finished_at IS NULL AND (
            SELECT r.finished_at FROM renders AS r WHERE r.workspace_id = t.workspace_id AND r.id = t.render_id
        )""",
}
# One statement sees one moment: a row has its end before its job goes, and both come together.
_LOST: Final = " UNION ALL ".join(
    f"""
    (SELECT '{kind}' AS kind, id FROM {waiting} < :before AND workspace_id = :workspace_id AND NOT EXISTS (
        SELECT FROM jobs.pgqueuer AS job WHERE job.entrypoint = '{kind}'
            AND split_part(convert_from(job.payload, 'UTF8')::json ->> 'subject', ' ', 1) = t.id
    ) ORDER BY id LIMIT :limit)
    """  # noqa: S608  # of our own words alone
    for kind, waiting in _WAITING.items()
)


class PostgresLostJobs(LostJobs):
    """Reads the queue as well as the rows, so that no job slips through between the two."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    @override
    async def of(self, workspace_id: WorkspaceId, *, before: datetime, limit: int) -> list[LostWork]:
        values = {"workspace_id": workspace_id, "before": before, "limit": limit}
        async with self._database.session(f"{scope_of(workspace_id)}; {QUEUE_IN_TRANSACTION}") as session:
            rows = await session.execute(text(f"SELECT kind, id FROM ({_LOST}) AS lost LIMIT :limit"), values)  # noqa: S608  # as above
            return [LostWork(JobKind(kind), found) for kind, found in rows]
