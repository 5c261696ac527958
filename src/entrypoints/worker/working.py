"""A worker for as long as a block lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from application.job_worker import JobWorker
from entrypoints.container import Container
from entrypoints.lifespan import entered


@asynccontextmanager
async def working(container: Container) -> AsyncIterator[None]:
    """Carry out jobs within the block; at its end what runs is finished, or handed back."""
    async with entered(container.worker_lifetimes()):
        workers: list[JobWorker] = container.job_workers()
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        try:
            yield
        finally:
            for worker in workers:
                worker.stop()
            await asyncio.gather(*tasks)
