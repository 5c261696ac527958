"""Work on many things at a time whose results come in the order of the things."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def in_order(
    things: AsyncIterator[T], work: Callable[[T], Awaitable[R]], at_once: int
) -> AsyncGenerator[tuple[T, R], None]:
    """Yield each thing with what became of it; `at_once` of them are worked on or wait to be yielded.

    What `work` raises is raised in its turn. All that is under way is cancelled when the iterator is closed.
    """
    waiting: deque[tuple[T, asyncio.Future[R]]] = deque()

    async def first() -> tuple[T, R]:
        thing, result = waiting[0]
        found = await result
        waiting.popleft()
        return thing, found

    try:
        async for thing in things:
            waiting.append((thing, asyncio.ensure_future(work(thing))))
            if len(waiting) >= at_once:
                yield await first()
        while waiting:
            yield await first()
    finally:
        for _, result in waiting:
            result.cancel()
        await asyncio.gather(*(result for _, result in waiting), return_exceptions=True)
