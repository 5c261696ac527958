"""Read templates and their versions."""

from collections.abc import AsyncIterator

from application.caller import Caller
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.template_repository import TemplateFilter
from application.ports.unit_of_work import UnitsOfWork
from application.stored_files import stream_template_file
from domain.identifiers import TemplateId
from domain.template import Template, TemplateVersion


class ReadTemplates:
    """Templates are named by id or slug; what belongs to another workspace is not there."""

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage) -> None:
        self._units_of_work = units_of_work
        self._storage = storage

    async def get(self, caller: Caller, template: str) -> Template:
        """Return a template.

        Raises:
            NotFoundError: there is none.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.templates.get(template)

    async def search(
        self, caller: Caller, criteria: TemplateFilter, *, limit: int, after: TemplateId | None
    ) -> list[Template]:
        """Return up to `limit` templates that meet the criteria, newest first, behind `after`."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.templates.search(criteria, limit=limit, after=after)

    async def version(self, caller: Caller, template: str, number: int) -> TemplateVersion:
        """Return a version with its schema, placeholders and diagnostics.

        Raises:
            NotFoundError: there is no such template or version.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            found = await unit.templates.get(template)
            return await unit.templates.get_version(found.id, number)

    async def versions(self, caller: Caller, template: str, *, limit: int, before: int | None) -> list[TemplateVersion]:
        """Return up to `limit` versions, the newest first, numbered below `before`.

        Raises:
            NotFoundError: there is no such template.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            found = await unit.templates.get(template)
            return await unit.templates.list_versions(found.id, limit=limit, before=before)

    def stream_file(
        self, caller: Caller, version: TemplateVersion, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the bytes of a version, as they were uploaded, from `start` up to but excluding `end`.

        Raises:
            ServiceUnavailableError: the storage is down, or has lost the file.
        """
        return stream_template_file(self._storage, BlobKey(caller.workspace_id, version.sha256), start, end)
