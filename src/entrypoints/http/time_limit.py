"""How long a request may take, whatever it waits for: the database, the storage, its place in the line.

What the client itself takes does not count: while its body comes the time stands still, and an answer that has begun is
not cut off. Both have limits of their own (`body_guard`, `connection`). A request whose time is over is cancelled where
it waits: transactions are rolled back, its place in the line is free, and a document that is being made is thrown away.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from starlette.types import Scope

from domain.errors import TimeLimitError

_STATE_KEY: Final = "time_limit"


@asynccontextmanager
async def limited(scope: Scope, seconds: float) -> AsyncIterator[None]:
    """Cancel what happens in the block when it takes longer.

    Raises:
        TimeLimitError: it did.
    """
    state = scope.setdefault("state", {})
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            state[_STATE_KEY] = limit
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise TimeLimitError(
            f"The request took longer than {seconds:g} seconds and was stopped, since something that it needs is slow "
            "or busy: try again later."
        ) from None
    finally:
        state[_STATE_KEY] = None


@contextmanager
def standing_still(scope: Scope) -> Iterator[None]:
    """Let no time of a request pass within the block; where none is measured, nothing happens."""
    limit: asyncio.Timeout | None = scope.get("state", {}).get(_STATE_KEY)
    end = None if limit is None or limit.expired() else limit.when()
    if limit is None or end is None:
        yield
        return
    loop = asyncio.get_running_loop()
    left = end - loop.time()
    limit.reschedule(None)
    try:
        yield
    finally:
        limit.reschedule(loop.time() + left)
