"""The collection of assets of one workspace."""

from abc import abstractmethod
from collections.abc import Collection
from typing import Protocol

from domain.asset import Asset


class AssetRepository(Protocol):
    """Assets by their names, those of one workspace alone; their contents lie in the document storage."""

    @abstractmethod
    async def put(self, asset: Asset) -> Asset:
        """Keep an asset, in the place of one of the same name; return it as it is kept: the first `created_at` stays.

        Raises:
            NotFoundError: the workspace is gone.
            InvalidRequestError: a text cannot be kept.
        """

    @abstractmethod
    async def add(self, asset: Asset) -> bool:
        """Keep an asset where there is none of its name; tell whether it was kept.

        Raises:
            NotFoundError: the workspace is gone.
            InvalidRequestError: a text cannot be kept.
        """

    @abstractmethod
    async def lock(self, name: str) -> Asset | None:
        """Return the asset of this name, None where there is none; nobody else changes it until the unit ends."""

    @abstractmethod
    async def get(self, name: str) -> Asset:
        """Return the asset of this name.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def find(self, names: Collection[str]) -> list[Asset]:
        """Return those of these names that are there, by name."""

    @abstractmethod
    async def search(self, *, limit: int, after: str | None = None) -> list[Asset]:
        """Return up to `limit` assets by name, those behind the name `after` where it is given."""

    @abstractmethod
    async def delete(self, name: str) -> None:
        """Remove an asset; its contents are left to the collector.

        Raises:
            NotFoundError: there is none of this name.
        """
