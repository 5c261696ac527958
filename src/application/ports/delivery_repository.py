"""The deliveries of one workspace."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.identifiers import DeliveryId, WebhookId
from domain.webhook import WebhookEvent
from domain.webhook_delivery import DeliveryStatus, WebhookDelivery


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What deliveries of an endpoint are to be like; None does not matter."""

    webhook_id: WebhookId
    status: DeliveryStatus | None = None
    event: WebhookEvent | None = None


class DeliveryRepository(Protocol):
    """Deliveries, those of one workspace alone."""

    @abstractmethod
    async def add(self, delivery: WebhookDelivery) -> None:
        """Add a delivery.

        Raises:
            NotFoundError: the endpoint is gone.
        """

    @abstractmethod
    async def get(self, delivery_id: str, *, for_change: bool = False) -> WebhookDelivery:
        """Return a delivery; with `for_change` nobody else changes it before the end of the transaction.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def update(self, delivery: WebhookDelivery) -> None:
        """Store a changed delivery.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def search(
        self, criteria: DeliveryFilter, *, limit: int, after: DeliveryId | None = None
    ) -> list[WebhookDelivery]:
        """Return up to `limit` deliveries, newest first, those behind `after` where it is given."""

    @abstractmethod
    async def has_succeeded(self, webhook_id: WebhookId, *, since: datetime) -> bool:
        """Tell whether any delivery to an endpoint has succeeded since."""

    @abstractmethod
    async def erase(self, subject: str) -> None:
        """Remove every delivery that tells of something, those that wait among them."""

    @abstractmethod
    async def sweep(self, *, before: datetime, limit: int) -> int:
        """Remove up to `limit` deliveries that were over before a time; return how many they were."""
