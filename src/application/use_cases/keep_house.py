"""What is done again and again, so that nothing stays whose time is over."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from application.ports.clock import Clock
from application.ports.document_storage import DocumentStorage
from application.ports.idempotency_keys import IdempotencyKeys
from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from application.unnamed_blobs import erase_unnamed
from application.webhook_events import WebhookEvents
from domain.errors import DocGenError, ExpiredError
from domain.identifiers import WorkspaceId
from domain.render_request import RenderFailure, RenderStatus, Timings
from domain.webhook_delivery import KEPT_FOR

logger = logging.getLogger("docgen.worker")

_AT_ONCE: Final = 200

# Does up to so much of one workspace's work, and returns how much it was.
_Some = Callable[[WorkspaceId, int], Awaitable[int]]


class EraseExpiredRenders:
    """Data and documents whose time is over go for good, as if somebody had erased them; their records stay.

    A render that still waits in the queue then fails first, and webhooks are told; one that is being rendered has its
    turn next time.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        workspaces: WorkspaceDirectory,
        storage: DocumentStorage,
        clock: Clock,
        events: WebhookEvents,
    ) -> None:
        self._units_of_work = units_of_work
        self._workspaces = workspaces
        self._storage = storage
        self._clock = clock
        self._events = events

    async def __call__(self) -> None:
        """Erase what there is."""
        await in_each(self._workspaces, self._some)

    async def _some(self, workspace_id: WorkspaceId, count: int) -> int:
        now, hashes = self._clock.now(), set[str]()
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            expired = await unit.renders.expired(now, limit=count)
            for request in expired:
                reason = RenderFailure.of(ExpiredError("Its time was over before it was rendered."))
                waits = request.status is RenderStatus.QUEUED
                ended = request.start().fail(reason, (), Timings(), at=now) if waits else request
                erased = ended.erase(at=now)
                is_stored = await unit.renders.erase(erased)
                # Messages about it show names and findings, too.
                await unit.deliveries.erase(request.id)
                if waits:
                    await self._events.tell_of_end(unit, erased)
                if ended.document is not None and is_stored:
                    hashes.add(ended.document.sha256)
            await unit.commit()
        await erase_unnamed(self._units_of_work, self._storage, workspace_id, hashes)
        return len(expired)


class SweepIdempotencyKeys:
    """Keys whose time is over go, with what they were answered."""

    def __init__(self, keys: IdempotencyKeys, workspaces: WorkspaceDirectory) -> None:
        self._keys = keys
        self._workspaces = workspaces

    async def __call__(self) -> None:
        """Sweep what there is."""
        await in_each(self._workspaces, self._keys.sweep)


class SweepDeliveries:
    """The record of a message to a webhook goes 30 days after its end; what is still tried stays."""

    def __init__(self, units_of_work: UnitsOfWork, workspaces: WorkspaceDirectory, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._workspaces = workspaces
        self._clock = clock

    async def __call__(self) -> None:
        """Sweep what there is."""
        await in_each(self._workspaces, self._some)

    async def _some(self, workspace_id: WorkspaceId, count: int) -> int:
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            swept = await unit.deliveries.sweep(before=self._clock.now() - KEPT_FOR, limit=count)
            await unit.commit()
        return swept


async def in_each(workspaces: WorkspaceDirectory, some: _Some) -> None:
    """Do some of the work of a workspace until there is no more, and then that of the next one.

    What fails in one workspace does not keep the others waiting.
    """
    for workspace_id in await workspaces.all():
        try:
            while await some(workspace_id, _AT_ONCE) == _AT_ONCE:
                pass
        except DocGenError as failure:
            logger.warning("The workspace %s has to wait for its housekeeping: %s", workspace_id, failure)
