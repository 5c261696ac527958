"""What people want from Slack, once each."""

from abc import abstractmethod
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from domain.slack_intent import SlackIntent


class Taken(Enum):
    """What an intent is when it comes."""

    NEW = auto()
    # Slack sends it again, or somebody has clicked twice.
    KNOWN = auto()
    # The very request has been here: nobody but Slack should have had it.
    REPLAYED = auto()


class SlackIntentRepository(Protocol):
    """The intents of one workspace."""

    @abstractmethod
    async def take(self, intent: SlackIntent) -> Taken:
        """Keep an intent, unless its key is known, or its click was made within the last `DOUBLE_CLICK`.

        Raises:
            NotFoundError: the workspace is gone.
        """

    @abstractmethod
    async def get(self, intent_id: str, *, for_change: bool = False) -> SlackIntent:
        """Return an intent; with `for_change` nobody else changes it before the commit.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def update(self, intent: SlackIntent) -> None:
        """Keep a changed intent."""

    @abstractmethod
    async def sweep(self, *, before: datetime, limit: int) -> int:
        """Forget up to `limit` that came before a time, and return how many."""
