"""How long a request waits for a worker: not longer than it may, and not for a caller who has gone."""

import asyncio
from types import TracebackType
from typing import Any, Final

from application.waiting_caller import UntilGone
from domain.errors import CallerGoneError

# Most waits are over by then. A task that watches the caller of each would take as much time as all else in the queue.
_UNWATCHED_SECONDS: Final = 0.05


class Patience:
    """A block in which a future is awaited: it fails with TimeoutError after so many seconds.

    It fails with CallerGoneError as soon as the caller has gone, which is looked for once the wait has lasted a moment.
    """

    def __init__(self, awaited: asyncio.Future[Any], seconds: float, until_gone: UntilGone | None) -> None:
        self._awaited = awaited
        self._seconds = seconds
        self._until_gone = until_gone
        self._loop = asyncio.get_running_loop()
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._timer = self._loop.call_later(min(_UNWATCHED_SECONDS, self._seconds), self._lasts)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _lasts(self) -> None:
        rest = max(0.0, self._seconds - _UNWATCHED_SECONDS)
        self._timer = self._loop.call_later(rest, self._fail, TimeoutError())
        if self._until_gone is not None:
            self._watching = self._loop.create_task(self._watch(self._until_gone))

    async def _watch(self, until_gone: UntilGone) -> None:
        await until_gone()
        self._fail(CallerGoneError("The caller went away while the request waited."))

    def _fail(self, error: Exception) -> None:
        if not self._awaited.done():
            self._awaited.set_exception(error)
