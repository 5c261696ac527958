"""Waiting for what the database tells by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.postgres.notifications import PostgresNotifications
from adapters.postgres.template_changes import TEMPLATES_CHANNEL, PostgresTemplateChanges
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.waiting import until


async def listening(changes: PostgresTemplateChanges) -> None:
    """Wait until changes are heard."""
    await until(lambda: changes.generation(DEFAULT_WORKSPACE_ID) is not None)


@asynccontextmanager
async def template_changes(url: str) -> AsyncIterator[PostgresTemplateChanges]:
    """Listen for changes of templates."""
    changes = PostgresTemplateChanges()
    async with PostgresNotifications(url, {TEMPLATES_CHANNEL: changes}):
        yield changes
