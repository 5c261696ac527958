"""The limit of requests: what is let through, how seldom the bucket is asked, and what the refused are told."""

import asyncio
from datetime import timedelta

import pytest

from application.rate_limiter import RateLimiter
from domain.errors import RateLimitedError, ServiceUnavailableError
from domain.rate_limit import RateLimit
from tests.fakes.clock import FixedClock
from tests.fakes.rate_buckets import InMemoryRateBuckets

LIMIT = RateLimit("requests", 200, 2_000)
RARE = RateLimit("requests", 0.1, 3)


class Fleet:
    """Several processes with one set of buckets."""

    def __init__(self, processes: int, limit: RateLimit | None = LIMIT) -> None:
        self.clock = FixedClock()
        self.buckets = InMemoryRateBuckets(self.clock)
        self.limiters = [RateLimiter(self.buckets, self.clock, limit) for _ in range(processes)]

    async def send(self, requests: int, *, to: int | None = None, caller: str = "ada") -> int:
        """Send requests to the processes in turns, or to one of them; count those that are let through."""
        admitted = 0
        for number in range(requests):
            limiter = self.limiters[number % len(self.limiters) if to is None else to]
            try:
                await limiter.admit(None, caller)
            except RateLimitedError:
                continue
            admitted += 1
        return admitted


async def test_many_requests_ask_the_bucket_once() -> None:
    fleet = Fleet(1)
    assert await fleet.send(1_000) == 1_000
    assert fleet.buckets.asked == 1_000 / LIMIT.lease


@pytest.mark.parametrize("processes", [1, 2, 7])
async def test_all_processes_together_let_the_bucket_through_and_no_more(processes: int) -> None:
    fleet = Fleet(processes)
    assert await fleet.send(10_000) == LIMIT.burst
    # Later they have what has come back. What a process had left of a lease is the slack: less than one each.
    fleet.clock.advance(timedelta(seconds=1))
    assert LIMIT.per_second - processes * LIMIT.lease < await fleet.send(5_000) <= LIMIT.per_second


async def test_what_a_process_has_taken_is_the_only_slack() -> None:
    fleet = Fleet(5)
    for process in range(5):
        assert await fleet.send(1, to=process) == 1
    fleet.clock.advance(timedelta(hours=1))
    admitted = await fleet.send(10_000)
    assert admitted == LIMIT.burst + 5 * (LIMIT.lease - 1)


async def test_a_flood_does_not_ask_for_every_request() -> None:
    fleet = Fleet(1)
    await fleet.send(LIMIT.burst)
    asked = fleet.buckets.asked
    for _ in range(10):
        assert await fleet.send(1_000) <= LIMIT.lease
        fleet.clock.advance(timedelta(milliseconds=100))
    assert fleet.buckets.asked - asked <= 30


async def test_the_refused_are_told_when_to_come_again() -> None:
    fleet = Fleet(1, RARE)
    assert await fleet.send(3) == 3
    with pytest.raises(RateLimitedError, match=r"0\.1 a second") as refused:
        await fleet.limiters[0].admit(None, "ada")
    assert (refused.value.retry_after, refused.value.allowance.remaining) == (10, 0)
    assert refused.value.allowance.full_in == 30
    fleet.clock.advance(timedelta(seconds=9))
    assert await fleet.send(1) == 0
    fleet.clock.advance(timedelta(seconds=1))
    assert await fleet.send(2) == 1


async def test_callers_do_not_take_from_each_other() -> None:
    fleet = Fleet(1, RARE)
    assert [await fleet.send(5, caller=caller) for caller in ("ada", "bob")] == [3, 3]


async def test_what_is_left_is_told_with_every_request() -> None:
    fleet = Fleet(1)
    told = [await fleet.limiters[0].admit(None, "ada") for _ in range(3)]
    assert [allowance.remaining for allowance in told if allowance] == [1_999, 1_998, 1_997]
    assert [allowance.full_in for allowance in told if allowance] == [1, 1, 1]


async def test_those_who_come_at_once_share_leases() -> None:
    fleet = Fleet(1)
    await asyncio.gather(*(fleet.limiters[0].admit(None, "ada") for _ in range(10 * LIMIT.lease)))
    assert fleet.buckets.asked == 10


async def test_who_gives_up_takes_nobody_along() -> None:
    fleet = Fleet(1)
    first, second = (asyncio.create_task(fleet.limiters[0].admit(None, "ada")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second is not None


async def test_no_limit_asks_nobody() -> None:
    fleet = Fleet(1, None)
    assert await fleet.send(10) == 10
    assert await fleet.limiters[0].admit(None, "ada") is None
    assert fleet.buckets.asked == 0


async def test_a_bucket_that_cannot_be_asked_lets_nobody_through_unseen() -> None:
    fleet = Fleet(1)
    fleet.buckets.down = True
    for _ in range(2):
        with pytest.raises(ServiceUnavailableError):
            await fleet.limiters[0].admit(None, "ada")
    fleet.buckets.down = False
    assert await fleet.send(1) == 1


@pytest.mark.parametrize(
    ("per_second", "burst", "lease"), [(200, 2_000, 20), (1_000, 100, 10), (5, 100, 1), (0.01, 5, 1), (100, 5, 1)]
)
def test_a_lease_is_a_small_part_of_the_limit(per_second: float, burst: int, lease: int) -> None:
    assert RateLimit("requests", per_second, burst).lease == lease
