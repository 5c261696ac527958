"""Documents that are handed over in Slack."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.slack_delivery import SlackDelivery
from domain.template import Template


class SlackDeliveryRepository(Protocol):
    """The deliveries of one workspace, and what they say about what people use."""

    @abstractmethod
    async def add(self, delivery: SlackDelivery) -> bool:
        """Keep a new delivery, and say so; one that is there already stays as it is.

        Raises:
            NotFoundError: the workspace is gone.
        """

    @abstractmethod
    async def get(self, delivery_id: str, *, for_change: bool = False) -> SlackDelivery:
        """Return a delivery; with `for_change` nobody else changes it before the commit.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def update(self, delivery: SlackDelivery) -> None:
        """Keep a changed delivery."""

    @abstractmethod
    async def of_render(self, render_id: str) -> SlackDelivery | None:
        """Return the delivery of a render, None where it has none."""

    @abstractmethod
    async def of_user(self, place: str, user_id: str, *, limit: int) -> list[SlackDelivery]:
        """Return a person's deliveries, the newest first."""

    @abstractmethod
    async def offered(self, place: str, user_id: str, text: str, *, limit: int) -> list[Template]:
        """Return published templates that have all words of a text, by one query.

        Those that the person had documents of come first, the latest first, then the others by name.
        """

    @abstractmethod
    async def sweep(self, *, before: datetime, limit: int) -> int:
        """Forget up to `limit` that ended before a time, and return how many."""
