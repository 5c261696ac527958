"""Units of work on PostgreSQL, as the service has them."""

from typing import Any

from adapters.jobs.queue import PgqueuerJobQueue
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.unit_of_work import PostgresUnitsOfWork


def units_on(database: PostgresDatabase, **more: Any) -> PostgresUnitsOfWork:
    """Return units of work with the queue of jobs."""
    return PostgresUnitsOfWork(database, job_queue_on=PgqueuerJobQueue, **more)
