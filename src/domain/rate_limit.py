"""How many requests a caller may send: a bucket of tokens, one for each request, which fills up at a steady rate."""

import math
from dataclasses import dataclass
from typing import Final

# What a process takes out of a bucket at a time: the tokens of so many seconds, and no more than a part of the bucket.
_LEASE_SECONDS: Final = 0.1
_LEASES_PER_BUCKET: Final = 10


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A bucket of `burst` tokens, into which `per_second` come back until it is full; `name` tells it from others."""

    name: str
    per_second: float
    burst: int

    @property
    def lease(self) -> int:
        """How many tokens a process takes at a time, to spend them without asking for each.

        Within any time, all processes together let so many requests through: `burst`, what comes back in that time, and
        what each of them had taken before, which is less than one lease.
        """
        return max(1, min(int(self.per_second * _LEASE_SECONDS), self.burst // _LEASES_PER_BUCKET))

    def seconds_until(self, tokens: float) -> float:
        """Return how long it takes until so many tokens have come back."""
        return max(0.0, tokens) / self.per_second


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a caller: `remaining` requests at once, and all of `limit.burst` after `full_in` seconds."""

    limit: RateLimit
    remaining: int

    @property
    def full_in(self) -> int:
        """Whole seconds until the bucket is full again."""
        return math.ceil(self.limit.seconds_until(self.limit.burst - self.remaining))
