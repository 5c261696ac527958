"""Add a version to a template."""

from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.preconditions import Seen, published_version, require_compatible, require_unchanged
from application.use_cases.inspect_upload import InspectedUpload, InspectUpload, TemplateUpload
from domain.errors import UnsupportedMediaTypeError
from domain.scope import Scope
from domain.template import Template, TemplateVersion


@dataclass(frozen=True, slots=True)
class AddVersionCommand:
    """A new file for a template, which is named by id or slug; `seen` are the states that the caller has read."""

    caller: Caller
    template: str
    upload: TemplateUpload
    publish: bool = False
    allow_breaking: bool = False
    seen: Seen = None


@dataclass(frozen=True, slots=True)
class AddedVersion:
    """The version of these bytes; `created` is False where the template had it already."""

    template: Template
    version: TemplateVersion
    created: bool


class AddVersion:
    """The same bytes are the same version; a new version has the next number and the template's format."""

    def __init__(
        self, inspect_upload: InspectUpload, storage: DocumentStorage, units_of_work: UnitsOfWork, clock: Clock
    ) -> None:
        self._inspect_upload = inspect_upload
        self._storage = storage
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(self, command: AddVersionCommand) -> AddedVersion:
        """Add the version.

        Raises:
            ScopeMissingError: the caller may not publish, and `publish` is set.
            NotFoundError: there is no such template.
            ConflictError: the template is archived.
            TemplateInvalidError: the file has errors.
            BreakingChangeError: it was to be published, and breaks callers of the published version.
            PreconditionFailedError: the template was changed since the caller has seen it.
            UnsupportedMediaTypeError: the file is of another format than the template.
        """
        if command.publish:
            command.caller.require(Scope.TEMPLATES_PUBLISH)
        workspace_id = command.caller.workspace_id
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            template = await unit.templates.get(command.template)
            published = await published_version(unit, template) if command.publish else None
        template.require_active()
        require_unchanged(template, command.seen)
        inspected = await self._inspect_upload(command.upload, workspace_id)
        _require_same_format(template, inspected)
        inspected.require_ok()
        # Before anything is stored; what others publish meanwhile is looked at below.
        _require_compatible(command, template, published, inspected)
        await self._storage.put(BlobKey(workspace_id, inspected.source.sha256), command.upload.content)
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            added = await self._add(unit, command, inspected)
            await unit.commit()
        return added

    async def _add(self, unit: UnitOfWork, command: AddVersionCommand, inspected: InspectedUpload) -> AddedVersion:
        template = await unit.templates.get(command.template, for_change=True)
        require_unchanged(template, command.seen)
        if command.publish:
            _require_compatible(command, template, await published_version(unit, template), inspected)
        now = self._clock.now()
        existing = await unit.templates.find_version(template.id, inspected.source.sha256)
        if existing is not None:
            changed = template.publish(existing.number, at=now) if command.publish else template
            if changed is not template:
                await unit.templates.update(changed)
            return AddedVersion(changed, existing, created=False)
        changed = template.with_new_version(publish=command.publish, at=now)
        version = inspected.as_version(
            template.id, changed.latest_version, created_at=now, created_by=command.caller.actor
        )
        await unit.templates.update(changed)
        await unit.templates.add_version(version)
        return AddedVersion(changed, version, created=True)


def _require_compatible(
    command: AddVersionCommand, template: Template, published: TemplateVersion | None, inspected: InspectedUpload
) -> None:
    if not command.allow_breaking:
        require_compatible(template, published, inspected.schema)


def _require_same_format(template: Template, inspected: InspectedUpload) -> None:
    if inspected.source.format is not template.format:
        raise UnsupportedMediaTypeError(
            f"{inspected.upload.file_name!r} is a {inspected.source.format} file, and {template.slug!r} is a "
            f"{template.format} template: upload a .{template.format} file, or register another template."
        )
