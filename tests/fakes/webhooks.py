"""Webhooks and deliveries in memory, and a sender that answers as it is told."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from typing_extensions import override

from application.ports.delivery_repository import DeliveryFilter, DeliveryRepository
from application.ports.webhook_repository import WebhookRepository
from application.ports.webhook_sender import WebhookAnswer, WebhookSender
from domain.errors import ConflictError, NotFoundError, UrlForbiddenError
from domain.identifiers import DeliveryId, WebhookId, WorkspaceId
from domain.webhook import MAX_ENDPOINTS, WebhookEndpoint, WebhookEvent
from domain.webhook_delivery import DeliveryStatus, WebhookDelivery
from domain.webhook_url import parse_webhook_url
from tests.fakes.database import View, require_storable


class InMemoryWebhookRepository(WebhookRepository):
    """The endpoints of one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def add(self, endpoint: WebhookEndpoint) -> None:
        await self._view.lock(("webhooks", self._workspace_id))
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)
        if len(self._mine()) >= MAX_ENDPOINTS:
            raise ConflictError(f"A workspace has {MAX_ENDPOINTS} webhooks at most.")
        await self._put(endpoint)

    @override
    async def get(self, webhook_id: str, *, for_change: bool = False) -> WebhookEndpoint:
        if for_change:
            await self._view.lock(webhook_id)
        await self._view.query()
        endpoint = self._view.webhooks.get((self._workspace_id, WebhookId(webhook_id)))
        if endpoint is None:
            raise NotFoundError("webhook", webhook_id)
        return endpoint

    @override
    async def update(self, endpoint: WebhookEndpoint) -> None:
        await self.get(endpoint.id, for_change=True)
        await self._put(endpoint)

    @override
    async def remove(self, webhook_id: WebhookId) -> None:
        await self._view.query()
        self._view.webhooks.remove((self._workspace_id, webhook_id))
        for delivery in self._view.deliveries.rows():
            if delivery.workspace_id == self._workspace_id and delivery.webhook_id == webhook_id:
                self._view.deliveries.remove((self._workspace_id, delivery.id))

    @override
    async def search(self, *, limit: int, after: WebhookId | None = None) -> list[WebhookEndpoint]:
        await self._view.query()
        behind = [each for each in self._mine() if after is None or each.id < after]
        return sorted(behind, key=lambda each: each.id, reverse=True)[:limit]

    @override
    async def hearing(self, event: WebhookEvent) -> list[WebhookEndpoint]:
        await self._view.query()
        return sorted((each for each in self._mine() if each.hears(event)), key=lambda each: each.id)

    def _mine(self) -> list[WebhookEndpoint]:
        return [each for each in self._view.webhooks.rows() if each.workspace_id == self._workspace_id]

    async def _put(self, endpoint: WebhookEndpoint) -> None:
        await self._view.query()
        require_storable(url=endpoint.url, description=endpoint.description, created_by=endpoint.created_by)
        self._view.webhooks.put((self._workspace_id, endpoint.id), endpoint)


class InMemoryDeliveryRepository(DeliveryRepository):
    """The deliveries of one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def add(self, delivery: WebhookDelivery) -> None:
        await self._view.query()
        if self._view.webhooks.get((self._workspace_id, delivery.webhook_id)) is None:
            raise NotFoundError("webhook", delivery.webhook_id)
        self._view.deliveries.put((self._workspace_id, delivery.id), delivery)

    @override
    async def get(self, delivery_id: str, *, for_change: bool = False) -> WebhookDelivery:
        if for_change:
            await self._view.lock(delivery_id)
        await self._view.query()
        delivery = self._view.deliveries.get((self._workspace_id, DeliveryId(delivery_id)))
        if delivery is None:
            raise NotFoundError("delivery", delivery_id)
        return delivery

    @override
    async def update(self, delivery: WebhookDelivery) -> None:
        await self.get(delivery.id, for_change=True)
        self._view.deliveries.put((self._workspace_id, delivery.id), delivery)

    @override
    async def search(
        self, criteria: DeliveryFilter, *, limit: int, after: DeliveryId | None = None
    ) -> list[WebhookDelivery]:
        await self._view.query()
        found = [
            each
            for each in self._mine()
            if each.webhook_id == criteria.webhook_id
            and criteria.status in (None, each.status)
            and criteria.event in (None, each.event)
            and (after is None or each.id < after)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)[:limit]

    @override
    async def has_succeeded(self, webhook_id: WebhookId, *, since: datetime) -> bool:
        await self._view.query()
        return any(
            each.webhook_id == webhook_id
            and each.status is DeliveryStatus.SUCCEEDED
            and each.finished_at is not None
            and each.finished_at >= since
            for each in self._mine()
        )

    @override
    async def erase(self, subject: str) -> None:
        await self._view.query()
        for each in self._mine():
            if each.subject == subject:
                self._view.deliveries.remove((self._workspace_id, each.id))

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        await self._view.query()
        over = [each for each in self._mine() if each.finished_at is not None and each.finished_at < before]
        for each in over[:limit]:
            self._view.deliveries.remove((self._workspace_id, each.id))
        return len(over[:limit])

    def _mine(self) -> list[WebhookDelivery]:
        return [each for each in self._view.deliveries.rows() if each.workspace_id == self._workspace_id]


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message as it went out."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class RecordingSender(WebhookSender):
    """Keeps what it sends; answers come from `answers`, the last of them for ever. Hosts of `forbidden` are refused."""

    answers: deque[WebhookAnswer] = field(default_factory=lambda: deque([WebhookAnswer(200)]))
    forbidden: set[str] = field(default_factory=set)
    sent: list[SentMessage] = field(default_factory=list)

    @override
    async def check(self, url: str) -> None:
        if parse_webhook_url(url).host in self.forbidden:
            raise UrlForbiddenError(f"Nothing is sent to {url}.")

    @override
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        try:
            await self.check(url)
        except UrlForbiddenError as error:
            return WebhookAnswer(error=str(error))
        self.sent.append(SentMessage(url, headers, body))
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
