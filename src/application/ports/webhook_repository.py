"""The collection of webhooks of one workspace."""

from abc import abstractmethod
from typing import Protocol

from domain.identifiers import WebhookId
from domain.webhook import WebhookEndpoint, WebhookEvent


class WebhookRepository(Protocol):
    """Endpoints, those of one workspace alone."""

    @abstractmethod
    async def add(self, endpoint: WebhookEndpoint) -> None:
        """Add an endpoint.

        Raises:
            NotFoundError: the workspace is gone.
            ConflictError: there are as many as a workspace may have (`MAX_ENDPOINTS`).
            InvalidRequestError: a text cannot be kept.
        """

    @abstractmethod
    async def get(self, webhook_id: str, *, for_change: bool = False) -> WebhookEndpoint:
        """Return an endpoint; with `for_change` nobody else changes it before the end of the transaction.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def update(self, endpoint: WebhookEndpoint) -> None:
        """Store a changed endpoint.

        Raises:
            NotFoundError: there is none.
            InvalidRequestError: a text cannot be kept.
        """

    @abstractmethod
    async def remove(self, webhook_id: WebhookId) -> None:
        """Remove an endpoint with its deliveries; one that is not there is none of them."""

    @abstractmethod
    async def search(self, *, limit: int, after: WebhookId | None = None) -> list[WebhookEndpoint]:
        """Return up to `limit` endpoints, newest first, those behind `after` where it is given."""

    @abstractmethod
    async def hearing(self, event: WebhookEvent) -> list[WebhookEndpoint]:
        """Return the endpoints that this event is sent to."""
