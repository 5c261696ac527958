"""Lets a caller send so many requests, and no more, on however many processes.

Each process takes tokens out of the shared bucket in small leases, and spends them here: most requests ask nobody. What
a process has taken belongs to it, so that all of them together never let more through than the limit and what each had
taken before. A bucket that is empty is not asked again until a lease has come back: a flood costs one look a lease.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Final

from application.ports.clock import Clock
from application.ports.rate_buckets import RateBuckets
from application.single_flight import SingleFlight
from domain.errors import RateLimitedError
from domain.identifiers import WorkspaceId
from domain.rate_limit import Allowance, RateLimit

# Callers whose tokens are remembered; who is forgotten loses what was taken for them, a lease at most.
_REMEMBERED: Final = 10_000

_Key = tuple[WorkspaceId | None, str]


@dataclass(slots=True)
class _Purse:
    """What this process has of one caller's tokens."""

    tokens: int = 0
    left: float = 0.0
    empty_until_ms: float = -math.inf


class RateLimiter:
    """One limit for every caller; None limits nobody."""

    def __init__(self, buckets: RateBuckets, clock: Clock, limit: RateLimit | None) -> None:
        self._buckets = buckets
        self._clock = clock
        self._limit = limit
        self._purses: OrderedDict[_Key, _Purse] = OrderedDict()
        # Those who ask while a lease is taken wait for the same one.
        self._taking: SingleFlight[_Key, None] = SingleFlight()

    async def admit(self, workspace_id: WorkspaceId | None, caller: str) -> Allowance | None:
        """Let one request of a caller through; return what is left, None where nobody is limited.

        Raises:
            RateLimitedError: there is no token; it says when there will be one.
            ServiceUnavailableError: the bucket cannot be asked.
        """
        limit = self._limit
        if limit is None:
            return None
        key = (workspace_id, f"{limit.name}:{caller}")
        purse = self._purse_of(key)
        while purse.tokens == 0:
            self._require_not_empty(purse, limit)
            await self._taking.do(key, partial(self._take, key, purse, limit))
        purse.tokens -= 1
        return _allowance(purse, limit)

    def _purse_of(self, key: _Key) -> _Purse:
        purse = self._purses.get(key)
        if purse is None:
            purse = self._purses[key] = _Purse()
            if len(self._purses) > _REMEMBERED:
                self._purses.popitem(last=False)
        else:
            self._purses.move_to_end(key)
        return purse

    def _require_not_empty(self, purse: _Purse, limit: RateLimit) -> None:
        seconds = (purse.empty_until_ms - self._clock.elapsed_ms()) / 1000
        if seconds > 0:
            raise RateLimitedError(_allowance(purse, limit), max(1, math.ceil(seconds)))

    async def _take(self, key: _Key, purse: _Purse, limit: RateLimit) -> None:
        lease = await self._buckets.take(*key, limit.lease, limit)
        purse.tokens += lease.tokens
        purse.left = lease.left
        if not lease.tokens:
            purse.empty_until_ms = self._clock.elapsed_ms() + 1000 * limit.seconds_until(limit.lease - lease.left)


def _allowance(purse: _Purse, limit: RateLimit) -> Allowance:
    return Allowance(limit, min(limit.burst, purse.tokens + max(0, int(purse.left))))
