"""Waiting for what the database tells by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from adapters.postgres.notifications import PostgresNotifications
from adapters.postgres.template_changes import TEMPLATES_CHANNEL, PostgresTemplateChanges
from domain.workspace import DEFAULT_WORKSPACE_ID


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; the test's own time limit ends it."""
    while not condition():  # noqa: ASYNC110  # a notification sets no event of ours
        await asyncio.sleep(0.005)


async def listening(changes: PostgresTemplateChanges) -> None:
    """Wait until changes are heard."""
    await until(lambda: changes.generation(DEFAULT_WORKSPACE_ID) is not None)


@asynccontextmanager
async def template_changes(url: str) -> AsyncIterator[PostgresTemplateChanges]:
    """Listen for changes of templates."""
    changes = PostgresTemplateChanges()
    async with PostgresNotifications(url, {TEMPLATES_CHANNEL: changes}):
        yield changes
