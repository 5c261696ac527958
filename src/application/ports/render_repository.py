"""The collection of render requests of one workspace."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.identifiers import RenderId, TemplateId
from domain.render_request import RenderRequest, RenderStatus
from domain.usage import DailyUsage


@dataclass(frozen=True, slots=True)
class RenderFilter:
    """Which render requests to list: all criteria must hold, None means any."""

    template_id: TemplateId | None = None
    status: RenderStatus | None = None
    created_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewRender:
    """A request to be added, its data (JSON text in UTF-8), and its document where that is kept beside the record."""

    request: RenderRequest
    data: bytes
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which days to count, the first and the last one included (UTC), and of which template; None: of all of them."""

    first: date
    last: date
    template_id: TemplateId | None = None


# Where a list of daily usage goes on: a day, and the identifier of a template, empty for none.
UsagePlace = tuple[date, str]


class RenderRepository(Protocol):
    """Render requests and their data, those of one workspace alone."""

    @abstractmethod
    async def add(self, request: RenderRequest, data: bytes, content: bytes | None = None) -> None:
        """Add a request with its data (JSON text in UTF-8, kept byte for byte), and what `NewRender` has beside them.

        Raises:
            NotFoundError: the workspace is gone. A template that is gone does not matter.
            ConflictError: there is a request of this id already.
            InvalidRequestError: a text of its options cannot be kept.
        """

    @abstractmethod
    async def add_all(self, renders: Sequence[NewRender]) -> None:
        """Add many requests at the price of a few; their identifiers are new.

        Raises:
            InvalidRequestError: a text of the options of one cannot be kept.
        """

    @abstractmethod
    async def get(self, render_id: str, *, for_change: bool = False) -> RenderRequest:
        """Return the request; with `for_change` nobody else changes it before the transaction ends.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def get_with_content(self, render_id: str) -> tuple[RenderRequest, bytes | None]:
        """Return the request, with its document where that is kept beside the record.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def data_of(self, render_id: RenderId) -> bytes:
        """Return the request's data as it was given.

        Raises:
            NotFoundError: there is none, or it is erased.
        """

    @abstractmethod
    async def contents_of(self, render_ids: Collection[RenderId]) -> Mapping[RenderId, bytes]:
        """Return those documents of the requests that are kept beside their records."""

    @abstractmethod
    async def update(self, request: RenderRequest, content: bytes | None = None) -> None:
        """Store a changed request, and its document where that is kept beside the record.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def erase(self, request: RenderRequest) -> bool:
        """Store a request that was erased, and forget its data, a document beside it, and what it was answered with.

        Return whether the storage may have its document: there is one, and it was not beside the record.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def expired(self, at: datetime, *, limit: int) -> list[RenderRequest]:
        """Return up to `limit` requests whose time is over at `at` and that are not erased, those of longest ago first.

        Nobody else changes them before the transaction ends; those that somebody does change are left out, and so are
        those that are being rendered.
        """

    @abstractmethod
    async def has_waiting(self, count: int) -> bool:
        """Tell whether at least so many requests are in the queue."""

    @abstractmethod
    async def search(self, criteria: RenderFilter, *, limit: int, after: RenderId | None = None) -> list[RenderRequest]:
        """Return up to `limit` requests, newest first, those behind `after` where it is given."""

    @abstractmethod
    async def usage(self, criteria: UsageFilter, *, limit: int, after: UsagePlace | None = None) -> list[DailyUsage]:
        """Count renders by day and template: the latest day first, within it by the template's identifier.

        Sums may be made on the way that make the next time quicker; they are kept by `commit`.
        Up to `limit` are returned, those behind `after` where it is given.
        """
