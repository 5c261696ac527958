"""Jobs out of the queue, for one worker.

Of pgqueuer these are the statements; the loop around them is ours (`application/job_worker.py`), which takes only as
many jobs as it has hands free, and hands back what it cannot finish.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Protocol

from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from typing_extensions import override

from adapters.jobs.statements import STATEMENTS, Fetch
from application.ports.job_queue import JobKind
from application.ports.job_source import JobSource, TakenJob
from domain.identifiers import JobId, WorkspaceId

# A worker that has not said for so long that it has its jobs is taken for dead. Who is idle then has them at the next
# look: 7 seconds after they were last heard of, and the promise is 10.
HEARTBEAT_TIMEOUT: Final = timedelta(seconds=5)
# Jobs of the dead, and messages that are lost, are looked for this often.
POLL: Final = timedelta(seconds=2)
_SOONEST: Final = timedelta(seconds=0.02)
_LOG_KEPT: Final = timedelta(days=1)
_SWEEP: Final = """
    DELETE FROM jobs.pgqueuer_log WHERE id IN (
        SELECT id FROM jobs.pgqueuer_log WHERE created < now() - $1::interval LIMIT 10000 FOR UPDATE SKIP LOCKED
    )
    """
# One statement decides between workers. The schedules are those of pgqueuer; what is done, and when, is ours to say.
_TAKE_TURN: Final = """
    INSERT INTO jobs.pgqueuer_schedules AS s (expression, entrypoint, next_run, last_run)
    VALUES ('docgen', $1, now() + $2::interval, now())
    ON CONFLICT (expression, entrypoint) DO UPDATE
        SET next_run = now() + $2::interval, last_run = now(), updated = now() WHERE s.next_run <= now()
    RETURNING id
    """
_NEXT_DUE: Final = STATEMENTS.build_next_deferred_eta_query()
_KEEP: Final = STATEMENTS.build_update_heartbeat_query()
_END: Final = STATEMENTS.build_log_job_query()
_HAND_BACK: Final = STATEMENTS.build_retry_job_query()
_UNLIMITED: Final = 0


class Connection(Protocol):
    """A connection of the worker's own, which is opened again where it was lost.

    `on_notification` takes what the queue announces; the empty text says that messages may have been missed.
    """

    on_notification: Callable[[str], None]

    @property
    def fetch(self) -> Fetch:
        """What runs statements, each as a transaction of its own."""


class PgqueuerJobSource(JobSource):
    """The jobs of a worker."""

    def __init__(self, connection: Connection, *, heartbeat_timeout: timedelta = HEARTBEAT_TIMEOUT) -> None:
        self._fetch = connection.fetch
        self._heartbeat_timeout = heartbeat_timeout
        self._worker = QueueManagerId(uuid.uuid4())
        self._news = asyncio.Event()
        connection.on_notification = self._hear

    @override
    async def take(self, kinds: Collection[JobKind], count: int) -> list[TakenJob]:
        self._news.clear()  # what is announced from now on may not be in the answer
        query = STATEMENTS.build_dequeue_query(
            batch_size=count,
            entrypoints=[QueueEntrypoint(kind) for kind in kinds],
            concurrency_limits=[_UNLIMITED] * len(kinds),
            queue_manager_id=self._worker,
            global_concurrency_limit=None,
            heartbeat_timeout=self._heartbeat_timeout,
        )
        return [_taken(row) for row in await self._fetch(query.sql, *query.args)]

    @override
    async def wait(self, kinds: Collection[JobKind]) -> None:
        rows = await self._fetch(_NEXT_DUE, list(kinds))
        pause = max(_SOONEST, min([POLL, *(row["eta"] for row in rows)]))
        with suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await self._news.wait()

    @override
    async def keep(self, jobs: Collection[JobId]) -> None:
        await self._fetch(_KEEP, list(jobs))

    @override
    async def finish(self, jobs: Collection[TakenJob]) -> None:
        ids = [job.id for job in jobs]
        await self._fetch(_END, ids, ["successful"] * len(ids), [None] * len(ids))

    @override
    async def hand_back(self, job: TakenJob, after: timedelta) -> None:
        await self._fetch(_HAND_BACK, job.id, after, None)

    @override
    async def take_turn(self, chore: str, every: timedelta) -> bool:
        return bool(await self._fetch(_TAKE_TURN, chore, every))

    @override
    async def sweep(self) -> None:
        await self._fetch(_SWEEP, _LOG_KEPT)

    def _hear(self, payload: str) -> None:
        # Workers that finish jobs announce that, too.
        if not payload or '"insert"' in payload:
            self._news.set()


def _taken(row: Mapping[str, Any]) -> TakenJob:
    payload = json.loads(row["payload"])
    return TakenJob(
        id=JobId(row["id"]),
        kind=JobKind(row["entrypoint"]),
        workspace_id=WorkspaceId(payload["workspace_id"]),
        subject=payload["subject"],
        handed_back=row["attempts"],
        trace=json.loads(row["headers"] or "null") or {},
    )
