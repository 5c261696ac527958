"""Which blobs are still needed."""

from abc import abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Namer(StrEnum):
    """What can name a blob."""

    VERSION = "version"
    ASSET = "asset"
    RENDER = "render"


@dataclass(frozen=True, slots=True)
class BlobName:
    """A row that names a blob, of so many bytes.

    `id` is that of a render, the name of an asset, or the id of a template and the number of a version: `tpl_…/3`.
    """

    namer: Namer
    id: str
    sha256: str
    size: int


class BlobReferences(Protocol):
    """Knows what names a blob of the document storage in one workspace: versions, assets and documents of renders
    that are not erased.
    """

    @abstractmethod
    async def named(self, sha256s: Collection[str]) -> set[str]:
        """Return those of these SHA-256s that something still names; while the database is backed up, all of them."""

    @abstractmethod
    async def names_of(self, sha256: str, *, limit: int) -> list[BlobName]:
        """Return up to `limit` of the rows that name a blob."""

    @abstractmethod
    async def names(self, *, limit: int, after: BlobName | None = None) -> list[BlobName]:
        """Return up to `limit` of all rows that name blobs, behind the row `after`.

        There may be fewer, and still more to come; none is the end.
        """

    @abstractmethod
    async def since(self) -> datetime | None:
        """Return when the workspace was created, also of one that was deleted; None where there never was one."""
