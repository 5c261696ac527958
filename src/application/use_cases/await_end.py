"""Wait for the end of a render or a batch."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Generic, Protocol, Self, TypeVar

from application.caller import Caller
from application.ports.render_endings import RenderEndings
from application.stopping import Stopping
from application.waiting_caller import UNTIL_CALLER_GONE
from domain.errors import CallerGoneError, OverloadedError, QueueFullError
from domain.identifiers import WorkspaceId

# Who waits keeps a connection open, and what belongs to it.
MAX_WAITING: Final = 1000
MAX_WAITING_OF_WORKSPACE: Final = 500


class _Ending(Protocol):
    """What comes to an end."""

    @property
    def finished_at(self) -> datetime | None:
        """When it did."""


T = TypeVar("T", bound=_Ending)


class AwaitEnd(Generic[T]):
    """Nobody asks the database again and again: it announces the end of a render, in whichever process it comes."""

    def __init__(self, read: Callable[[Caller, str], Awaitable[T]], endings: RenderEndings, stopping: Stopping) -> None:
        """Take what reads something by its identifier."""
        self._read = read
        self._endings = endings
        self._stopping = stopping
        self._waiting: Counter[WorkspaceId] = Counter()

    async def __call__(self, caller: Caller, awaited: str, seconds: float) -> T:
        """Return it when it has ended, or as it is after so many seconds, or when the service ends.

        Raises:
            NotFoundError: there is none.
            QueueFullError, OverloadedError: too many of the workspace, or of all, wait already.
            CallerGoneError: the caller does not wait any more.
        """
        with self._endings.watch(awaited) as ended, self._place_of(caller.workspace_id):
            async with _Patience(seconds, self._stopping) as patience:
                while True:
                    ended.clear()
                    found = await self._read(caller, awaited)
                    if found.finished_at is not None or not await patience.wait_for(ended):
                        return found

    @contextmanager
    def _place_of(self, workspace_id: WorkspaceId) -> Iterator[None]:
        if self._waiting[workspace_id] >= MAX_WAITING_OF_WORKSPACE:
            raise QueueFullError(
                f"{MAX_WAITING_OF_WORKSPACE} requests of this workspace wait for the end of something already."
            )
        if self._waiting.total() >= MAX_WAITING:
            raise OverloadedError(f"{MAX_WAITING:,} requests wait for the end of something already.")
        self._waiting[workspace_id] += 1
        try:
            yield
        finally:
            self._waiting[workspace_id] -= 1
            if not self._waiting[workspace_id]:
                del self._waiting[workspace_id]


class _Patience:
    """What ends a wait: its time, the end of the service, or the caller that goes away."""

    def __init__(self, seconds: float, stopping: Stopping) -> None:
        self._seconds = seconds
        self._stopping = stopping
        self._ends: set[asyncio.Task[None]] = set()
        self._gone: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._ends = {
            asyncio.create_task(asyncio.sleep(self._seconds)),
            asyncio.create_task(self._stopping.wait()),
        }
        until_gone = UNTIL_CALLER_GONE.get()
        if until_gone is not None:
            self._gone = asyncio.ensure_future(until_gone())
            self._ends.add(self._gone)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._ends:
            task.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def wait_for(self, event: asyncio.Event) -> bool:
        """Tell whether the event was set before the wait ended.

        Raises:
            CallerGoneError: the caller went away.
        """
        news = asyncio.create_task(event.wait())
        try:
            done, _ = await asyncio.wait({news, *self._ends}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            await asyncio.gather(news, return_exceptions=True)
        if self._gone in done:
            raise CallerGoneError("Nobody waits for this any more.")
        return not done & self._ends
