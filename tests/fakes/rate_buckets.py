"""Buckets of tokens in memory."""

from datetime import datetime, timedelta

from typing_extensions import override

from application.ports.clock import Clock
from application.ports.rate_buckets import Lease, RateBuckets
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId
from domain.rate_limit import RateLimit


class InMemoryRateBuckets(RateBuckets):
    """Buckets by a clock; `asked` counts how often one was asked, `down` lets them fail."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._full_at: dict[tuple[WorkspaceId | None, str], datetime] = {}
        self.asked = 0
        self.down = False

    @override
    async def take(self, workspace_id: WorkspaceId | None, caller: str, tokens: int, limit: RateLimit) -> Lease:
        self.asked += 1
        if self.down:
            raise ServiceUnavailableError("database", "The database does not answer.")
        now = self._clock.now()
        full_at = max(now, self._full_at.get((workspace_id, caller), now))
        available = limit.burst - limit.per_second * (full_at - now).total_seconds()
        granted = max(0, min(tokens, int(available + 1e-9)))
        self._full_at[workspace_id, caller] = full_at + timedelta(seconds=granted / limit.per_second)
        return Lease(granted, available - granted)
