"""What a render's `template` and `version` name, remembered for as long as nobody changes it."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from application.ports.clock import Clock
from application.ports.template_changes import TemplateChanges
from application.ports.unit_of_work import UnitsOfWork
from domain.identifiers import WorkspaceId
from domain.template import Template, TemplateVersion

# A change that is never heard of (a proxy in front of the database that does not pass notifications on, a connection
# that is dead unnoticed) shows after this time.
_MILLISECONDS: Final = 1000.0
# Bounds of what is remembered: templates differ in size by their placeholders.
_ENTRIES: Final = 1000
_PLACEHOLDERS: Final = 50_000

_Key = tuple[WorkspaceId, str, int | None]


@dataclass(frozen=True, slots=True)
class _Remembered:
    template: Template
    version: TemplateVersion
    generation: int
    until_ms: float


class VersionsToRender:
    """Finds the version to render; the same again within a second costs no query."""

    def __init__(self, units_of_work: UnitsOfWork, changes: TemplateChanges, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._changes = changes
        self._clock = clock
        self._remembered: OrderedDict[_Key, _Remembered] = OrderedDict()
        self._placeholders = 0

    async def find(
        self, workspace_id: WorkspaceId, template: str, version: int | None
    ) -> tuple[Template, TemplateVersion]:
        """Return a template, by id or slug, and the version of it to render: the published one for None.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render.
        """
        key = (workspace_id, template, version)
        # Asked before anything is read: a change while it is read makes what was read old.
        generation = self._changes.generation(workspace_id)
        known = self._remembered.get(key)
        if known is not None and known.generation == generation and self._clock.elapsed_ms() < known.until_ms:
            self._remembered.move_to_end(key)
            return known.template, known.version
        found, of_it = await self._read(workspace_id, template, version)
        if generation is not None:
            self._remember(key, _Remembered(found, of_it, generation, self._clock.elapsed_ms() + _MILLISECONDS))
        return found, of_it

    async def _read(
        self, workspace_id: WorkspaceId, template: str, version: int | None
    ) -> tuple[Template, TemplateVersion]:
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            found = await unit.templates.get(template)
            return found, await unit.templates.get_version(found.id, found.version_to_render(version))

    def _remember(self, key: _Key, found: _Remembered) -> None:
        self._forget(key)
        self._remembered[key] = found
        self._placeholders += len(found.version.placeholders)
        while len(self._remembered) > _ENTRIES or (self._placeholders > _PLACEHOLDERS and self._remembered):
            self._forget(next(iter(self._remembered)))

    def _forget(self, key: _Key) -> None:
        known = self._remembered.pop(key, None)
        if known is not None:
            self._placeholders -= len(known.version.placeholders)
