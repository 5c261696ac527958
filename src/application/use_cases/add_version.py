"""Add a version to a template."""

from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.preconditions import Seen, published_version, require_compatible, require_unchanged
from application.use_cases.inspect_upload import InspectedUpload, InspectUpload, TemplateUpload
from application.webhook_bodies import template_data
from application.webhook_events import WebhookEvents
from domain.audit import AuditAction, AuditObject
from domain.errors import UnsupportedMediaTypeError
from domain.scope import Scope
from domain.template import Template, TemplateVersion
from domain.webhook import WebhookEvent


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
        self,
        inspect_upload: InspectUpload,
        storage: DocumentStorage,
        units_of_work: UnitsOfWork,
        clock: Clock,
        events: WebhookEvents,
    ) -> None:
        self._events = events
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
        template.require_active()
        require_unchanged(template, command.seen)
        inspected = await self._inspect_upload(command.upload, workspace_id)
        _require_same_format(template, inspected)
        inspected.require_ok()
        if command.publish:
            # What cannot be published leaves nothing in the storage.
            async with self._units_of_work.of_workspace(workspace_id) as unit:
                await self._version_of(unit, await unit.templates.get(template.id), command, inspected)
        file = BlobKey(workspace_id, inspected.source.sha256)
        async with (
            self._storage.storing(file, command.upload.content),
            self._units_of_work.of_workspace(workspace_id) as unit,
        ):
            added = await self._add(unit, command, inspected)
            await _record(unit, command, added)
            await unit.commit()
        return added

    async def _add(self, unit: UnitOfWork, command: AddVersionCommand, inspected: InspectedUpload) -> AddedVersion:
        template = await unit.templates.get(command.template, for_change=True)
        template.require_active()
        require_unchanged(template, command.seen)
        version = await self._version_of(unit, template, command, inspected)
        if version.number <= template.latest_version:
            changed = template.publish(version.number, at=self._clock.now()) if command.publish else template
            if changed is not template:
                await unit.templates.update(changed)
                await self._tell(unit, changed)
            return AddedVersion(changed, version, created=False)
        changed = template.with_new_version(publish=command.publish, at=version.created_at)
        await unit.templates.update(changed)
        await unit.templates.add_version(version)
        if command.publish:
            await self._tell(unit, changed)
        return AddedVersion(changed, version, created=True)

    async def _tell(self, unit: UnitOfWork, published: Template) -> None:
        await self._events.tell(unit, WebhookEvent.TEMPLATE_PUBLISHED, published.id, template_data(published))

    async def _version_of(
        self, unit: UnitOfWork, template: Template, command: AddVersionCommand, inspected: InspectedUpload
    ) -> TemplateVersion:
        """Return the version of these bytes, or the new one that they make; if it is to be published, it may be."""
        version = await unit.templates.find_version(template.id, inspected.source.sha256)
        if version is None:
            version = inspected.as_version(
                template.id,
                template.latest_version + 1,
                created_at=self._clock.now(),
                created_by=command.caller.actor,
                latest=await unit.templates.get_version(template.id, template.latest_version),
            )
        if command.publish and not command.allow_breaking:
            require_compatible(template, await published_version(unit, template), version.refined_schema())
        return version


async def _record(unit: UnitOfWork, command: AddVersionCommand, added: AddedVersion) -> None:
    """Keep what was done: a version that was there and is not to be published changes nothing."""
    actions = [AuditAction.VERSION_ADDED] if added.created else []
    actions += [AuditAction.VERSION_PUBLISHED] if command.publish else []
    for action in actions:
        detail = f"version {added.version.number}"
        await unit.audit.record(command.caller.entry(action, AuditObject.TEMPLATE, added.template.id, detail))


def _require_same_format(template: Template, inspected: InspectedUpload) -> None:
    if inspected.source.format is not template.format:
        raise UnsupportedMediaTypeError(
            f"{inspected.upload.file_name!r} is a {inspected.source.format} file, and {template.slug!r} is a "
            f"{template.format} template: upload a .{template.format} file, or register another template."
        )
