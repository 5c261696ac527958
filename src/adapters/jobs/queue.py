"""Jobs into the queue, in the transaction of whoever has work for it."""

import json
from datetime import timedelta
from typing import Final

from typing_extensions import override

from adapters.jobs.statements import STATEMENTS, Fetch, payload_of
from application.ports.job_queue import JobQueue, NewJob

_ENQUEUE: Final = STATEMENTS.build_enqueue_query()
_PRIORITY: Final = 0
_AT_ONCE: Final = timedelta(0)
_NO_KEY: Final = None
_NO_HEADERS: Final = "null"


class PgqueuerJobQueue(JobQueue):
    """A job is a row of pgqueuer's: its kind is the entrypoint, and its payload names what it is about."""

    def __init__(self, fetch: Fetch) -> None:
        """Take what runs statements within the transaction."""
        self._fetch = fetch

    @override
    async def enqueue(self, job: NewJob) -> None:
        headers = json.dumps(dict(job.trace)) if job.trace else _NO_HEADERS
        values = (_PRIORITY, job.kind, payload_of(job.workspace_id, job.subject), _AT_ONCE, _NO_KEY, headers)
        await self._fetch(_ENQUEUE, *([value] for value in values))
