"""When keys were last used: kept to the minute, beside the requests and not within them."""

import asyncio
import logging
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.errors import DocGenError
from domain.identifiers import ApiKeyId

logger = logging.getLogger("docgen.access")

PRECISION: Final = timedelta(minutes=1)
# So many keys are remembered before those are forgotten whose minute is over.
_REMEMBERED: Final = 1000


class KeyUsage:
    """Writes the use of a key at most once a minute, in a task of its own; leaving the block waits for those that run.

    A use that cannot be written is logged and lost: no request fails for it.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._noted: dict[ApiKeyId, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def note(self, key: ApiKey) -> None:
        """Take down that the key opens something now."""
        now = self._clock.now()
        noted = self._noted.get(key.id)
        if not key.is_stale(now, PRECISION) or (noted is not None and now - noted < PRECISION):
            return
        self._forget(now)
        self._noted[key.id] = now
        task = asyncio.create_task(self._write(key, now))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forget(self, now: datetime) -> None:
        if len(self._noted) >= _REMEMBERED:
            self._noted = {key: noted for key, noted in self._noted.items() if now - noted < PRECISION}

    async def _write(self, key: ApiKey, at: datetime) -> None:
        try:
            async with self._units_of_work.of_workspace(key.workspace_id) as unit:
                await unit.api_keys.record_use(key.id, at, not_since=at - PRECISION)
                await unit.commit()
        except DocGenError as error:
            logger.warning("The last use of the key %s could not be kept: %s", key.id, error)
