"""The collection of API keys of one workspace."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.api_key import ApiKey
from domain.identifiers import ApiKeyId


class ApiKeyRepository(Protocol):
    """API keys, those of one workspace alone; revoked ones stay, so that what they did keeps its author."""

    @abstractmethod
    async def add(self, key: ApiKey) -> None:
        """Add a key.

        Raises:
            NotFoundError: the workspace is gone.
            InvalidRequestError: a text cannot be kept.
        """

    @abstractmethod
    async def get(self, key_id: str) -> ApiKey:
        """Return the key.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def search(self, *, limit: int, after: ApiKeyId | None = None) -> list[ApiKey]:
        """Return up to `limit` keys, newest first, those behind `after` where it is given."""

    @abstractmethod
    async def revoke(self, key_id: str, at: datetime) -> ApiKey:
        """Revoke a key, and return it; one that is revoked keeps its time.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def record_use(self, key_id: ApiKeyId, at: datetime, not_since: datetime) -> None:
        """Keep that a key was used at a time, unless it is known to have been used after `not_since`."""
