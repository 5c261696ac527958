"""Hand a document to somebody who has no key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.document_links import ArchiveTicket, DocumentLinks, LinkOpener, Ticket
from application.ports.unit_of_work import UnitsOfWork
from application.use_cases.read_renders import GetDocument, StoredDocument
from domain.audit import AuditAction, AuditObject
from domain.errors import ExpiredError, InvalidRequestError, UnknownLinkError
from domain.render_request import RenderRequest

# Storages of the S3 kind sign for a week at most.
MAX_LINK_SECONDS: Final = 7 * 24 * 3600
DEFAULT_LINK_SECONDS: Final = 3600
# Whoever is redirected comes at once.
_REDIRECT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """An address, whole or a path of this service, and when it ends."""

    address: str
    expires_at: datetime


class LinkDocument:
    """A link ends at its own time, or with the document; that one was made is kept, since it is for people unknown."""

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        get_document: GetDocument,
        links: DocumentLinks,
        redirects: DocumentLinks,
        clock: Clock,
    ) -> None:
        """Take what makes links to be handed on, which end with the document, and those that are followed at once."""
        self._units_of_work = units_of_work
        self._get_document = get_document
        self._links = links
        self._redirects = redirects
        self._clock = clock

    async def __call__(self, caller: Caller, render_id: str, ttl: int = DEFAULT_LINK_SECONDS) -> DocumentLink:
        """Make a link to a render's document, for `ttl` seconds.

        Raises:
            InvalidRequestError: nobody may have a link for so long.
            NotFoundError: there is no such render.
            NotReadyError: it has no document.
            ExpiredError: the document's time is over, or it was erased.
        """
        if not 1 <= ttl <= MAX_LINK_SECONDS:
            raise InvalidRequestError("ttl", f"give a number of seconds from 1 to {MAX_LINK_SECONDS:,}.")
        found = await self._get_document.with_request(caller.workspace_id, render_id)
        link = await self._make(self._links, caller, found, ttl)
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            detail = f"until {link.expires_at.isoformat()}"
            await unit.audit.record(caller.entry(AuditAction.RENDER_LINKED, AuditObject.RENDER, render_id, detail))
            await unit.commit()
        return link

    async def redirect(self, caller: Caller, render_id: str) -> DocumentLink:
        """Make a link for the caller itself, who could have had the document in place of it.

        Raises:
            NotFoundError, NotReadyError, ExpiredError: as above.
        """
        found = await self._get_document.with_request(caller.workspace_id, render_id)
        # What is not in the storage cannot be fetched there.
        links = self._redirects if found[1].beside_record is None else self._links
        return await self._make(links, caller, found, _REDIRECT_SECONDS)

    async def _make(
        self, links: DocumentLinks, caller: Caller, found: tuple[RenderRequest, StoredDocument], ttl: int
    ) -> DocumentLink:
        request, stored = found
        expires_at = self._end(request, ttl)
        ticket = Ticket(caller.workspace_id, request.id, expires_at)
        return DocumentLink(await links.make(ticket, stored.document), expires_at)

    def _end(self, request: RenderRequest, ttl: int) -> datetime:
        end = self._clock.now() + timedelta(seconds=ttl)
        if request.expires_at is not None:
            end = min(end, request.expires_at)
        return end.replace(microsecond=end.microsecond // 1000 * 1000)


class OpenLink:
    """Whoever has a link may have the document, for as long as both are there."""

    def __init__(self, opener: LinkOpener, get_document: GetDocument, clock: Clock) -> None:
        self._opener = opener
        self._get_document = get_document
        self._clock = clock

    def ticket(self, token: str) -> Ticket | ArchiveTicket:
        """Return what a link is for.

        Raises:
            UnknownLinkError: nobody made such a link.
            ExpiredError: its time is over.
        """
        ticket = self._opener.open(token)
        if ticket is None:
            raise UnknownLinkError
        if ticket.expires_at <= self._clock.now():
            raise ExpiredError(f"The link ended at {ticket.expires_at.isoformat()}: ask for another one.")
        return ticket

    async def document(self, ticket: Ticket) -> StoredDocument:
        """Return the document of a link.

        Raises:
            NotFoundError: the render is gone, with its workspace.
            ExpiredError: the document was erased.
        """
        return (await self._get_document.with_request(ticket.workspace_id, ticket.render_id))[1]
