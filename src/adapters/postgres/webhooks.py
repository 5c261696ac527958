"""Webhooks and their deliveries in PostgreSQL."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, any_, delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.failures import violations
from adapters.postgres.tables.webhooks import WebhookDeliveryRow, WebhookRow
from adapters.postgres.texts import from_json, require_storable, storable, to_json
from application.ports.delivery_repository import DeliveryFilter, DeliveryRepository
from application.ports.webhook_repository import WebhookRepository
from domain.errors import ConflictError, NotFoundError
from domain.identifiers import (
    DELIVERY_PREFIX,
    WEBHOOK_PREFIX,
    DeliveryId,
    EventId,
    WebhookId,
    WorkspaceId,
    is_id,
)
from domain.webhook import MAX_ENDPOINTS, SealedSecret, WebhookEndpoint, WebhookEvent, events_in_order
from domain.webhook_delivery import DeliveryAttempt, DeliveryStatus, WebhookDelivery

_NO_SYNC: Final = {"synchronize_session": False}
# Another transaction may have changed the row since this one read it: never answer from memory.
_FRESH: Final = {"populate_existing": True}


class PostgresWebhookRepository(WebhookRepository):
    """The endpoints of one workspace; `changed` tells whether something was written."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self.changed = False

    @override
    async def add(self, endpoint: WebhookEndpoint) -> None:
        self.changed = True
        columns = _columns_of(endpoint)
        # Who adds at the same time waits here, so that both are counted.
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"webhooks {self._workspace_id}"))))
        mine = select(func.count()).where(WebhookRow.workspace_id == self._workspace_id)
        if (await self._session.scalar(mine) or 0) >= MAX_ENDPOINTS:
            raise ConflictError(
                f"A workspace has {MAX_ENDPOINTS} webhooks at most: delete one that is not needed any more."
            )
        with violations({"fk_webhooks_workspaces": NotFoundError("workspace", self._workspace_id)}):
            await self._session.execute(insert(WebhookRow).values(columns))

    @override
    async def get(self, webhook_id: str, *, for_change: bool = False) -> WebhookEndpoint:
        row = None
        if is_id(webhook_id, WEBHOOK_PREFIX):
            query = self._mine().where(WebhookRow.id == webhook_id)
            row = await self._session.scalar(query.with_for_update() if for_change else query)
        if row is None:
            raise NotFoundError("webhook", webhook_id)
        return _endpoint_of(row)

    @override
    async def update(self, endpoint: WebhookEndpoint) -> None:
        self.changed = True
        stored = update(WebhookRow).where(WebhookRow.workspace_id == self._workspace_id, WebhookRow.id == endpoint.id)
        changed = stored.values(_columns_of(endpoint)).returning(WebhookRow.id)
        if await self._session.scalar(changed.execution_options(**_NO_SYNC)) is None:
            raise NotFoundError("webhook", endpoint.id)

    @override
    async def remove(self, webhook_id: WebhookId) -> None:
        self.changed = True
        gone = delete(WebhookRow).where(WebhookRow.workspace_id == self._workspace_id, WebhookRow.id == webhook_id)
        await self._session.execute(gone.execution_options(**_NO_SYNC))

    @override
    async def search(self, *, limit: int, after: WebhookId | None = None) -> list[WebhookEndpoint]:
        query = self._mine() if after is None else self._mine().where(WebhookRow.id < after)
        rows = await self._session.scalars(query.order_by(WebhookRow.id.desc()).limit(limit))
        return [_endpoint_of(row) for row in rows]

    @override
    async def hearing(self, event: WebhookEvent) -> list[WebhookEndpoint]:
        query = self._mine().where(
            WebhookRow.disabled_at.is_(None),
            WebhookRow.events.is_(None) | (literal(event.value) == any_(WebhookRow.events)),
        )
        return [_endpoint_of(row) for row in await self._session.scalars(query.order_by(WebhookRow.id))]

    def _mine(self) -> Select[WebhookRow]:
        return select(WebhookRow).where(WebhookRow.workspace_id == self._workspace_id).execution_options(**_FRESH)


class PostgresDeliveryRepository(DeliveryRepository):
    """The deliveries of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def add(self, delivery: WebhookDelivery) -> None:
        with violations({"fk_webhook_deliveries_webhooks": NotFoundError("webhook", delivery.webhook_id)}):
            await self._session.execute(insert(WebhookDeliveryRow).values(_delivery_columns(delivery)))

    @override
    async def get(self, delivery_id: str, *, for_change: bool = False) -> WebhookDelivery:
        row = None
        if is_id(delivery_id, DELIVERY_PREFIX):
            query = self._mine().where(WebhookDeliveryRow.id == delivery_id)
            row = await self._session.scalar(query.with_for_update() if for_change else query)
        if row is None:
            raise NotFoundError("delivery", delivery_id)
        return _delivery_of(row)

    @override
    async def update(self, delivery: WebhookDelivery) -> None:
        stored = update(WebhookDeliveryRow).where(
            WebhookDeliveryRow.workspace_id == self._workspace_id, WebhookDeliveryRow.id == delivery.id
        )
        changed = stored.values(_delivery_columns(delivery)).returning(WebhookDeliveryRow.id)
        if await self._session.scalar(changed.execution_options(**_NO_SYNC)) is None:
            raise NotFoundError("delivery", delivery.id)

    @override
    async def search(
        self, criteria: DeliveryFilter, *, limit: int, after: DeliveryId | None = None
    ) -> list[WebhookDelivery]:
        query = self._mine().where(WebhookDeliveryRow.webhook_id == criteria.webhook_id)
        if criteria.status is not None:
            query = query.where(WebhookDeliveryRow.status == criteria.status)
        if criteria.event is not None:
            query = query.where(WebhookDeliveryRow.event == criteria.event)
        if after is not None:
            query = query.where(WebhookDeliveryRow.id < after)
        rows = await self._session.scalars(query.order_by(WebhookDeliveryRow.id.desc()).limit(limit))
        return [_delivery_of(row) for row in rows]

    @override
    async def has_succeeded(self, webhook_id: WebhookId, *, since: datetime) -> bool:
        query = self._mine().where(
            WebhookDeliveryRow.webhook_id == webhook_id,
            WebhookDeliveryRow.status == DeliveryStatus.SUCCEEDED,
            WebhookDeliveryRow.finished_at >= since,
        )
        return bool(await self._session.scalar(select(query.exists())))

    @override
    async def erase(self, subject: str) -> None:
        gone = delete(WebhookDeliveryRow).where(
            WebhookDeliveryRow.workspace_id == self._workspace_id, WebhookDeliveryRow.subject == subject
        )
        await self._session.execute(gone.execution_options(**_NO_SYNC))

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        mine = WebhookDeliveryRow.workspace_id == self._workspace_id
        over = select(WebhookDeliveryRow.id).where(mine, WebhookDeliveryRow.finished_at < before).limit(limit)
        # Two that sweep at the same time do not wait for each other. As a CTE it is run once, whatever the plan.
        found = over.with_for_update(skip_locked=True).cte()
        gone = delete(WebhookDeliveryRow).where(mine, WebhookDeliveryRow.id.in_(select(found.c.id)))
        swept = await self._session.scalars(gone.returning(WebhookDeliveryRow.id).execution_options(**_NO_SYNC))
        return len(swept.all())

    def _mine(self) -> Select[WebhookDeliveryRow]:
        mine = WebhookDeliveryRow.workspace_id == self._workspace_id
        return select(WebhookDeliveryRow).where(mine).execution_options(**_FRESH)


def _columns_of(endpoint: WebhookEndpoint) -> dict[str, Any]:
    require_storable(url=endpoint.url, description=endpoint.description, created_by=endpoint.created_by)
    previous = endpoint.previous
    return {
        "workspace_id": endpoint.workspace_id,
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": None if endpoint.events is None else events_in_order(endpoint.events),
        "secret": endpoint.secret.sealed,
        "previous_secret": previous.sealed if previous else None,
        "previous_secret_expires_at": previous.expires_at if previous else None,
        "created_at": endpoint.created_at,
        "created_by": endpoint.created_by,
        "updated_at": endpoint.updated_at,
        "disabled_reason": endpoint.disabled_reason,
        "disabled_at": endpoint.disabled_at,
    }


def _endpoint_of(row: WebhookRow) -> WebhookEndpoint:
    previous = row.previous_secret
    return WebhookEndpoint(
        id=WebhookId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        url=row.url,
        description=row.description,
        # An event that this version does not know is never sent.
        events=None if row.events is None else frozenset(event for event in WebhookEvent if event in row.events),
        secret=SealedSecret(row.secret),
        previous=None if previous is None else SealedSecret(previous, row.previous_secret_expires_at),
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        disabled_reason=row.disabled_reason,
        disabled_at=row.disabled_at,
    )


def _delivery_columns(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "workspace_id": delivery.workspace_id,
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "event_id": delivery.event_id,
        "event": delivery.event,
        "subject": delivery.subject,
        "body": delivery.body,
        "status": delivery.status,
        "run": delivery.run,
        "tries": delivery.tries,
        # What a receiver answered is quoted in it.
        "attempts": storable(to_json(delivery.attempts)),
        "created_at": delivery.created_at,
        "since": delivery.since,
        "next_attempt_at": delivery.next_attempt_at,
        "finished_at": delivery.finished_at,
        "started_at": delivery.started_at,
        "interruptions": delivery.interruptions,
    }


def _delivery_of(row: WebhookDeliveryRow) -> WebhookDelivery:
    return WebhookDelivery(
        id=DeliveryId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        webhook_id=WebhookId(row.webhook_id),
        event_id=EventId(row.event_id),
        event=WebhookEvent(row.event),
        subject=row.subject,
        body=row.body,
        created_at=row.created_at,
        since=row.since,
        status=DeliveryStatus(row.status),
        run=row.run,
        tries=row.tries,
        attempts=from_json(row.attempts, tuple[DeliveryAttempt, ...]),
        next_attempt_at=row.next_attempt_at,
        finished_at=row.finished_at,
        started_at=row.started_at,
        interruptions=row.interruptions,
    )
