"""The contract of `RateBuckets`."""

import asyncio
from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from application.ports.rate_buckets import RateBuckets
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId
from domain.rate_limit import RateLimit
from domain.workspace import DEFAULT_WORKSPACE_ID

# So slow that nothing comes back while a test runs.
SLOW = RateLimit("requests", 0.001, 50)
ACME = WorkspaceId("wsp_" + "a" * 32)


class RateBucketsContract(ABC):
    """Promises of every kind of buckets."""

    @pytest.fixture
    @abstractmethod
    def buckets(self) -> RateBuckets:
        """Give buckets, all of them full."""

    @pytest.fixture
    @abstractmethod
    def buckets_that_are_down(self) -> RateBuckets:
        """Give some whose database is away."""

    @abstractmethod
    async def pass_time(self, buckets: RateBuckets, step: timedelta) -> None:
        """Let so much time pass for all buckets."""

    async def test_a_bucket_is_full_at_first_and_then_has_what_is_left(self, buckets: RateBuckets) -> None:
        first = await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 20, SLOW)
        second = await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 20, SLOW)
        assert (first.tokens, second.tokens) == (20, 20)
        assert (first.left, second.left) == (pytest.approx(30, abs=0.1), pytest.approx(10, abs=0.1))

    async def test_of_too_many_only_those_are_given_that_are_there(self, buckets: RateBuckets) -> None:
        assert (await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 60, SLOW)).tokens == 50
        empty = await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 1, SLOW)
        assert (empty.tokens, empty.left) == (0, pytest.approx(0, abs=0.1))

    async def test_many_at_once_never_get_more_than_there_is(self, buckets: RateBuckets) -> None:
        leases = await asyncio.gather(*(buckets.take(DEFAULT_WORKSPACE_ID, "ada", 7, SLOW) for _ in range(20)))
        assert sum(lease.tokens for lease in leases) == 50

    async def test_callers_and_workspaces_have_buckets_of_their_own(self, buckets: RateBuckets) -> None:
        for workspace, caller in (
            (DEFAULT_WORKSPACE_ID, "ada"),
            (DEFAULT_WORKSPACE_ID, "x" * 5_000),
            (DEFAULT_WORKSPACE_ID, "\0\ud800"),
            (ACME, "ada"),
            (None, "ada"),
        ):
            assert (await buckets.take(workspace, caller, 50, SLOW)).tokens == 50
            assert (await buckets.take(workspace, caller, 1, SLOW)).tokens == 0

    async def test_tokens_come_back_at_their_rate_until_the_bucket_is_full(self, buckets: RateBuckets) -> None:
        await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 50, SLOW)
        await self.pass_time(buckets, timedelta(seconds=2_500))
        assert (await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 50, SLOW)).tokens == 2
        await self.pass_time(buckets, timedelta(seconds=500))
        assert (await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 50, SLOW)).tokens == 1
        await self.pass_time(buckets, timedelta(days=30))
        assert (await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 60, SLOW)).tokens == 50

    async def test_a_lower_limit_holds_at_once(self, buckets: RateBuckets) -> None:
        await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 20, SLOW)
        lower = RateLimit("requests", 0.001, 10)
        assert (await buckets.take(DEFAULT_WORKSPACE_ID, "ada", 5, lower)).tokens == 0

    async def test_a_database_that_is_down_is_named(self, buckets_that_are_down: RateBuckets) -> None:
        with pytest.raises(ServiceUnavailableError):
            await buckets_that_are_down.take(DEFAULT_WORKSPACE_ID, "ada", 1, SLOW)
