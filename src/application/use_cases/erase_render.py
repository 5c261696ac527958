"""Erase what a render was made of, and what it made."""

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.document_storage import DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from application.unnamed_blobs import erase_unnamed
from domain.audit import AuditAction, AuditObject


class EraseRender:
    """Data and document go for good; the record stays, with their hashes, so that it can be shown what there was.

    The document goes where nothing else of the workspace has the same bytes. Erasing again changes nothing, and sweeps
    away a document that a storage which failed had left.
    """

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._storage = storage
        self._clock = clock

    async def __call__(self, caller: Caller, render_id: str) -> None:
        """Erase the data and the document of a render.

        Raises:
            NotFoundError: there is no such render.
            ConflictError: it has not ended.
            ServiceUnavailableError: the storage is down, and may still have the document: erase it again.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            request = await unit.renders.get(render_id)
            erased = request.erase(at=self._clock.now())
            may_be_stored = True
            if request.erased_at is None:
                may_be_stored = await unit.renders.erase(erased)
                # Messages about it show names and findings, too.
                await unit.deliveries.erase(request.id)
                await unit.audit.record(caller.entry(AuditAction.RENDER_ERASED, AuditObject.RENDER, request.id))
                await unit.commit()
        if erased.document is not None and may_be_stored:
            hashes = [erased.document.sha256]
            await erase_unnamed(self._units_of_work, self._storage, caller.workspace_id, hashes)
