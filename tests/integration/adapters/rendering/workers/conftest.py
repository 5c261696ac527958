"""Real workers. Most tests of a module share them, and its event loop."""

from collections.abc import AsyncIterator

import pytest_asyncio

from adapters.rendering.workers.renderer import WorkerRenderer
from adapters.rendering.workers.settings import PoolSettings

MEMORY_BYTES = 512_000_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers() -> AsyncIterator[WorkerRenderer]:
    """A renderer with two workers."""
    async with WorkerRenderer(PoolSettings(workers=2, memory_bytes=MEMORY_BYTES)) as renderer:
        yield renderer
