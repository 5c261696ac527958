"""Erase a template for good."""

from dataclasses import dataclass

from application.caller import Caller
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from application.preconditions import Seen, require_unchanged
from application.unnamed_blobs import erase_unnamed
from domain.audit import AuditAction, AuditObject


@dataclass(frozen=True, slots=True)
class PurgeTemplateCommand:
    """Which template, by id or slug; `seen` are the states that the caller has read."""

    caller: Caller
    template: str
    seen: Seen = None


class PurgeTemplate:
    """The template goes with all its versions, and with their files where nothing else of the workspace names them.

    Renders stay: documents that were made of it belong to whoever they were made for, with a time and a deletion of
    their own. They name the id, slug and version that they were made of. The slug can be given again.
    """

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage) -> None:
        self._units_of_work = units_of_work
        self._storage = storage

    async def __call__(self, command: PurgeTemplateCommand) -> None:
        """Erase the template, archived or not.

        Raises:
            NotFoundError: there is no such template.
            PreconditionFailedError: the template was changed since the caller has seen it.
            ServiceUnavailableError: the storage is down, and nothing was erased; or it failed on the way, and files
                that nothing names were left in it.
        """
        workspace_id = command.caller.workspace_id
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            template = await unit.templates.get(command.template)
            newest = await unit.templates.get_version(template.id, template.latest_version)
        await self._require_storage(BlobKey(workspace_id, newest.sha256))
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            locked = await unit.templates.get(template.id, for_change=True)
            require_unchanged(locked, command.seen)
            files = await unit.templates.delete(locked.id)
            await unit.deliveries.erase(locked.id)
            entry = command.caller.entry(AuditAction.TEMPLATE_PURGED, AuditObject.TEMPLATE, locked.id)
            await unit.audit.record(entry)
            await unit.commit()
        await erase_unnamed(self._units_of_work, self._storage, workspace_id, files)

    async def _require_storage(self, key: BlobKey) -> None:
        """Find out whether the storage answers, before the rows that name its files are gone."""
        try:
            async for _ in self._storage.stream(key, 0, 1):
                break
        except BlobNotFoundError:
            return
