"""What is in the queue, by kind."""

from typing import Final

from typing_extensions import override

from adapters.jobs.statements import Fetch, payload_of
from application.ports.job_monitor import JobMonitor, QueueFigures
from domain.identifiers import WorkspaceId

_FIGURES: Final = """
    SELECT entrypoint,
        count(*) FILTER (WHERE status = 'queued' AND execute_after <= now()) AS waiting,
        count(*) FILTER (WHERE status = 'queued' AND execute_after > now()) AS later,
        count(*) FILTER (WHERE status = 'picked') AS running,
        coalesce(extract(epoch FROM now() - min(execute_after)
            FILTER (WHERE status = 'queued' AND execute_after <= now())), 0)::float8 AS oldest
    FROM jobs.pgqueuer GROUP BY entrypoint ORDER BY entrypoint
    """
_HASTEN: Final = """
    UPDATE jobs.pgqueuer SET execute_after = now(), updated = now()
    WHERE status = 'queued' AND execute_after > now() AND payload = $1 RETURNING id
    """


class PgqueuerJobMonitor(JobMonitor):
    """Asks the table of pgqueuer."""

    def __init__(self, fetch: Fetch) -> None:
        """Take what runs statements on the queue."""
        self._fetch = fetch

    @override
    async def figures(self) -> list[QueueFigures]:
        rows = await self._fetch(_FIGURES)
        return [QueueFigures(r["entrypoint"], r["waiting"], r["later"], r["running"], r["oldest"]) for r in rows]

    @override
    async def hasten(self, workspace_id: WorkspaceId, subject: str) -> int:
        return len(await self._fetch(_HASTEN, payload_of(workspace_id, subject)))
