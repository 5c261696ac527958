"""Links to documents, for those who have no key."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.document import Document
from domain.identifiers import BatchId, RenderId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link is for, and until when."""

    workspace_id: WorkspaceId
    render_id: RenderId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ArchiveTicket:
    """Which batch a link has the archive of, and until when."""

    workspace_id: WorkspaceId
    batch_id: BatchId
    expires_at: datetime


class DocumentLinks(Protocol):
    """Makes links; a storage that serves its files itself can do so as well as this service."""

    @abstractmethod
    async def make(self, ticket: Ticket, document: Document) -> str:
        """Return the address that gives the document to whoever has it, until the ticket ends.

        It is a whole one, or begins with a slash: a path of this service. Nobody can make one up, or change what it
        is for.
        """


class ArchiveLinks(Protocol):
    """Makes links to archives, which this service serves itself, since they are made while they are sent."""

    @abstractmethod
    def make_archive(self, ticket: ArchiveTicket) -> str:
        """Return the path that gives the archive to whoever has it, until the ticket ends."""


class LinkOpener(Protocol):
    """Opens the links that this service serves itself."""

    @abstractmethod
    def open(self, token: str) -> Ticket | ArchiveTicket | None:
        """Return what a link is for by the part behind the last slash; None where it was not made here, or changed.

        Whether its time is over the caller has to see.
        """
