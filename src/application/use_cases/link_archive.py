"""Hand all documents of a batch to somebody who has no key."""

from datetime import timedelta
from typing import Final

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.document_links import ArchiveLinks, ArchiveTicket
from application.ports.unit_of_work import UnitsOfWork
from application.use_cases.archive_batch import require_archive
from application.use_cases.link_document import DocumentLink
from domain.audit import AuditAction, AuditObject

_LASTS: Final = timedelta(days=7)


class LinkArchive:
    """A link ends after a week, or with the documents; that one was made is kept, since it is for people unknown."""

    def __init__(self, units_of_work: UnitsOfWork, links: ArchiveLinks, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._links = links
        self._clock = clock

    async def __call__(self, caller: Caller, batch_id: str) -> DocumentLink:
        """Make a link to the archive of a batch.

        Raises:
            NotFoundError: there is no such batch.
            ConflictError: it has not ended.
            ExpiredError: its documents' time is over, or they were erased.
        """
        now = self._clock.now()
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            batch = await unit.batches.get(batch_id)
            require_archive(batch, now)
            # A link has whole milliseconds.
            end = min(now + _LASTS, batch.expires_at)
            end = end.replace(microsecond=end.microsecond // 1000 * 1000)
            detail = f"until {end.isoformat()}"
            await unit.audit.record(caller.entry(AuditAction.BATCH_LINKED, AuditObject.BATCH, batch.id, detail))
            await unit.commit()
        return DocumentLink(self._links.make_archive(ArchiveTicket(caller.workspace_id, batch.id, end)), end)
