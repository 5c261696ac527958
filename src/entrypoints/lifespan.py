"""Lifetimes: what is opened before the first request, and closed in the opposite order after the last."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any


@asynccontextmanager
async def entered(lifetimes: Iterable[AbstractAsyncContextManager[Any]]) -> AsyncIterator[None]:
    """Enter every lifetime in order; leave those that were entered, whatever happens."""
    async with AsyncExitStack() as stack:
        for lifetime in lifetimes:
            await stack.enter_async_context(lifetime)
        yield
