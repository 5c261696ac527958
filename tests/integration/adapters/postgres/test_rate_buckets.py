"""Buckets of tokens in PostgreSQL, and the limit that several processes keep together."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.rate_buckets import PostgresRateBuckets
from adapters.postgres.scope import MAINTENANCE
from adapters.postgres.tables.requests import RateBucketRow
from application.ports.rate_buckets import RateBuckets
from domain.rate_limit import RateLimit
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.contracts.rate_buckets import SLOW, RateBucketsContract
from tests.integration.support.databases import as_service
from tests.integration.support.relay import Relay

LIMIT = RateLimit("requests", 100, 1_000)
PROCESSES = 4
# Each process asks as often as it can, more often than the bucket has tokens, and says how often it was let through.
PROGRAM = """
import asyncio, sys
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.rate_buckets import PostgresRateBuckets
from adapters.system import SystemClock
from application.rate_limiter import RateLimiter
from domain.errors import RateLimitedError
from domain.rate_limit import RateLimit

async def main(url):
    async with PostgresDatabase(url, pool_size=3) as database:
        limiter = RateLimiter(PostgresRateBuckets(database), SystemClock(), RateLimit("requests", 100, 1_000))
        admitted = 0

        async def ask():
            nonlocal admitted
            for _ in range(100):
                try:
                    await limiter.admit(None, "ada")
                    admitted += 1
                except RateLimitedError:
                    await asyncio.sleep(0)

        await asyncio.gather(*(ask() for _ in range(20)))
        print(admitted)

asyncio.run(main(sys.argv[1]))
"""


class TestPostgresRateBuckets(RateBucketsContract):
    @pytest.fixture
    @override
    def buckets(  # type: ignore[override]  # pytest gives the fixture of this class
        self, database: PostgresDatabase, administration: PostgresDatabase
    ) -> PostgresRateBuckets:
        self.administration = administration
        return PostgresRateBuckets(database)

    @pytest.fixture
    @override
    async def buckets_that_are_down(self, relay: Relay) -> AsyncIterator[PostgresRateBuckets]:  # type: ignore[override]  # see above
        await relay.stop()
        async with PostgresDatabase(relay.url) as database:
            yield PostgresRateBuckets(database)

    @override
    async def pass_time(self, buckets: RateBuckets, step: timedelta) -> None:
        """Move what the rows say into the past: the clock is that of the database."""
        async with self.administration.session(MAINTENANCE) as session:
            earlier = text("UPDATE rate_buckets SET full_at = full_at - CAST(:step AS interval)")
            await session.execute(earlier, {"step": step})
            await session.commit()

    async def test_full_buckets_are_swept_out(self, buckets: PostgresRateBuckets) -> None:
        fast = RateLimit("requests", 1_000_000, 10)
        for caller in range(5):
            await buckets.take(DEFAULT_WORKSPACE_ID, f"gone {caller}", 1, fast)
        await buckets.take(DEFAULT_WORKSPACE_ID, "there", 1, SLOW)
        await buckets.sweep(DEFAULT_WORKSPACE_ID)
        async with self.administration.session(MAINTENANCE) as session:
            assert await session.scalar(select(func.count()).select_from(RateBucketRow)) == 1
        assert (await buckets.take(DEFAULT_WORKSPACE_ID, "gone 1", 10, SLOW)).tokens == 10
        assert (await buckets.take(DEFAULT_WORKSPACE_ID, "there", 50, SLOW)).tokens == 49


async def test_processes_together_let_no_more_through_than_the_limit_and_a_lease_each(database_url: str) -> None:
    began = time.monotonic()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, as_service(database_url), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    elapsed = time.monotonic() - began
    admitted = [int(stdout) for stdout, _ in outputs]
    allowed = LIMIT.burst + LIMIT.per_second * elapsed
    # Every token was taken out of the one bucket: what a process has not spent is the only thing that is missing.
    assert LIMIT.burst - PROCESSES * LIMIT.lease <= sum(admitted) <= allowed
    assert sum(admitted) < PROCESSES * 100 * 20
