"""Which blobs are still needed."""

from abc import abstractmethod
from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class BlobReferences(Protocol):
    """Knows what names a blob of the document storage in one workspace: versions, assets and documents of renders
    that are not erased.
    """

    @abstractmethod
    async def named(self, sha256s: Collection[str]) -> set[str]:
        """Return those of these SHA-256s that something still names."""

    @abstractmethod
    async def since(self) -> datetime | None:
        """Return when the workspace was created, also of one that was deleted; None where there never was one."""
