"""What a render's `template` and `version` name, remembered for as long as nobody changes it."""

from typing import Final

from application.ports.clock import Clock
from application.ports.template_changes import TemplateChanges
from application.ports.unit_of_work import UnitsOfWork
from application.until_changed import UntilChanged
from domain.identifiers import WorkspaceId
from domain.template import Template, TemplateVersion

# Templates differ in size by their placeholders.
_PLACEHOLDERS: Final = 50_000

_Found = tuple[Template, TemplateVersion]


class VersionsToRender:
    """Finds the version to render; the same again within a second costs no query."""

    def __init__(self, units_of_work: UnitsOfWork, changes: TemplateChanges, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._remembered: UntilChanged[tuple[str, int | None], _Found] = UntilChanged(
            changes, clock, lambda found: len(found[1].placeholders), _PLACEHOLDERS
        )

    async def find(self, workspace_id: WorkspaceId, template: str, version: int | None) -> _Found:
        """Return a template, by id or slug, and the version of it to render: the published one for None.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render.
        """

        async def read() -> _Found:
            async with self._units_of_work.of_workspace(workspace_id) as unit:
                found = await unit.templates.get(template)
                return found, await unit.templates.get_version(found.id, found.version_to_render(version))

        return await self._remembered.get(workspace_id, (template, version), read)
