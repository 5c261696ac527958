"""Erase a template for good."""

from collections.abc import Collection
from dataclasses import dataclass

from application.caller import Caller
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from application.preconditions import Seen, require_unchanged
from domain.audit import AuditAction, AuditObject
from domain.identifiers import WorkspaceId


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
            entry = command.caller.entry(AuditAction.TEMPLATE_PURGED, AuditObject.TEMPLATE, locked.id)
            await unit.audit.record(entry)
            await unit.commit()
        for sha256 in sorted(await self._unnamed(workspace_id, files)):
            await self._erase(BlobKey(workspace_id, sha256))

    async def _require_storage(self, key: BlobKey) -> None:
        """Find out whether the storage answers, before the rows that name its files are gone."""
        try:
            async for _ in self._storage.stream(key, 0, 1):
                break
        except BlobNotFoundError:
            return

    async def _erase(self, key: BlobKey) -> None:
        try:
            content = await self._storage.read(key)
        except BlobNotFoundError:
            return
        await self._storage.delete(key)
        if not await self._unnamed(key.workspace_id, [key.sha256]):
            # Somebody has stored the same bytes meanwhile, and found them there.
            await self._storage.put(key, content)

    async def _unnamed(self, workspace_id: WorkspaceId, sha256s: Collection[str]) -> set[str]:
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            return set(sha256s) - await unit.blobs.named(sha256s)
