"""Waiting for what the database tells by itself."""

import asyncio
from collections.abc import Callable

from adapters.postgres.template_changes import PostgresTemplateChanges
from domain.workspace import DEFAULT_WORKSPACE_ID


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; the test's own time limit ends it."""
    while not condition():  # noqa: ASYNC110  # a notification sets no event of ours
        await asyncio.sleep(0.005)


async def listening(changes: PostgresTemplateChanges) -> None:
    """Wait until changes are heard."""
    await until(lambda: changes.generation(DEFAULT_WORKSPACE_ID) is not None)
