"""A worker for as long as a block lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from application.job_worker import JobWorker
from entrypoints.container import Container
from entrypoints.lifespan import entered


@asynccontextmanager
async def working(container: Container) -> AsyncIterator[None]:
    """Carry out jobs within the block; at its end what runs is finished, or handed back."""
    async with entered(container.worker_lifetimes()), _listening(container):
        workers: list[JobWorker] = container.job_workers()
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        try:
            yield
        finally:
            for worker in workers:
                worker.stop()
            await asyncio.gather(*tasks)


def _listening(container: Container) -> AbstractAsyncContextManager[None]:
    """Listen to Slack where it sends over Socket Mode: who works needs no address that Slack could reach."""
    chosen, parts = container.settings().slack, container.slack()
    if chosen.app_token is None or parts is None:
        return nullcontext()
    from entrypoints.slack.socket import listening  # noqa: PLC0415  # only where it is configured

    return listening(parts.answer, container.ids(), chosen.app_token.get_secret_value(), chosen.api_url)
