"""The machine's own clock, identifiers made of it, and randomness."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from typing_extensions import override

from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.random_source import RandomSource

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

# The layout of a UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, version 7 in 4 bits, 12 bits,
# variant 2 in 2 bits, 62 bits. The 12 and the 62 are one number here, random at first and then only growing.
_TAIL_BITS: Final = 74
_LOW_BITS: Final = 62
_STEP_BITS: Final = 32
_OVERFLOW: Final = 1 << _TAIL_BITS


class SystemClock(Clock):
    """The clock of the machine; durations by its monotonic counter."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)

    @override
    def elapsed_ms(self) -> float:
        return time.perf_counter() * 1000


class SystemRandomSource(RandomSource):
    """The randomness of the operating system."""

    @override
    def random_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)


class Uuid7Generator(IdGenerator):
    """UUIDs of version 7 (RFC 9562), each greater than the one before, in whatever thread it was made.

    Within a millisecond, and while the clock stands or goes back, the random part grows by a random step (section
    6.2, method 2); where it would overflow, the time runs ahead by a millisecond.
    """

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._lock = Lock()
        self._last_ms = -1
        self._tail = 0

    @override
    def new_id(self, prefix: str) -> str:
        now_ms = (self._clock.now() - _EPOCH) // _MILLISECOND
        with self._lock:
            milliseconds, tail = self._next(now_ms)
        high, low = tail >> _LOW_BITS, tail & ((1 << _LOW_BITS) - 1)
        return f"{prefix}_{milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << _LOW_BITS | low:032x}"

    def _next(self, now_ms: int) -> tuple[int, int]:
        tail = self._tail + 1 + self._random_bits(_STEP_BITS) if now_ms <= self._last_ms else _OVERFLOW
        if tail >= _OVERFLOW:
            self._last_ms = max(now_ms, self._last_ms + 1)
            # The highest bit stays free at the start, so that an overflow needs more ids than a millisecond takes.
            tail = self._random_bits(_TAIL_BITS - 1)
        self._tail = tail
        return self._last_ms, tail
