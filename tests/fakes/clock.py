"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from typing_extensions import override

from application.ports.clock import Clock


class FixedClock(Clock):
    """Tells the time it was set to; `advance` moves both scales."""

    def __init__(self, now: datetime = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)) -> None:
        self._now = now
        self._elapsed_ms = 0.0

    @override
    def now(self) -> datetime:
        return self._now

    @override
    def elapsed_ms(self) -> float:
        return self._elapsed_ms

    def advance(self, step: timedelta) -> None:
        """Let this much time pass."""
        self._now += step
        self._elapsed_ms += step / timedelta(milliseconds=1)
