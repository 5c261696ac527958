"""Changes of templates, as PostgreSQL announces them: a trigger notifies, and every process of the service listens."""

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import asyncpg
from typing_extensions import override

from adapters.postgres.connection import connect
from application.ports.template_changes import TemplateChanges
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId

logger = logging.getLogger("docgen.database")

CHANNEL: Final = "docgen_templates"

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0


class PostgresTemplateChanges(TemplateChanges):
    """Listens on a connection of its own, which it opens anew where it is lost; an async context manager.

    While there is none, nobody knows whether something has changed.
    """

    def __init__(self, url: str, *, timeout_seconds: float = 5.0) -> None:
        self._url = url
        self._timeout = timeout_seconds
        self._listener: asyncio.Task[None] | None = None
        self._listens = False
        self._generations: defaultdict[WorkspaceId, int] = defaultdict(int)

    async def __aenter__(self) -> Self:
        self._listener = asyncio.create_task(self._listen_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    @override
    def generation(self, workspace_id: WorkspaceId) -> int | None:
        return self._generations[workspace_id] if self._listens else None

    def note(self, workspace_id: WorkspaceId) -> None:
        """Take down that something of the workspace has changed."""
        self._generations[workspace_id] += 1

    async def _listen_for_ever(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._listen()
                pause = _FIRST_PAUSE
            except ServiceUnavailableError as failure:
                logger.debug("Cannot listen for changes of templates: %s", failure)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _listen(self) -> None:
        """Listen until the connection is lost."""
        connection = await connect(self._url, connect_timeout=self._timeout, command_timeout=self._timeout)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # lost before it listens
                await connection.add_listener(CHANNEL, self._on_notification)
                # What happened before this moment was not heard.
                self._all_may_have_changed()
                self._listens = True
                await lost.wait()
        finally:
            self._listens = False
            connection.terminate()

    def _all_may_have_changed(self) -> None:
        for workspace_id in self._generations:
            self._generations[workspace_id] += 1

    def _on_notification(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self.note(WorkspaceId(str(payload)))
