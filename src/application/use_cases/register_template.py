"""Register a template with its first version."""

from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.id_generator import IdGenerator
from application.ports.unit_of_work import UnitsOfWork
from application.use_cases.inspect_upload import InspectUpload, TemplateUpload
from application.webhook_bodies import template_data
from application.webhook_events import WebhookEvents
from domain.audit import AuditAction, AuditObject
from domain.identifiers import TEMPLATE_PREFIX, TemplateId
from domain.locale import parse_locale
from domain.scope import Scope
from domain.slug import parse_slug, slug_from
from domain.template import Template, TemplateStatus, TemplateVersion
from domain.webhook import WebhookEvent


@dataclass(frozen=True, slots=True)
class RegisterTemplateCommand:
    """A new template: without a `slug` it is made of the name."""

    caller: Caller
    upload: TemplateUpload
    name: str
    slug: str | None = None
    description: str = ""
    tags: tuple[str, ...] = ()
    locale: str | None = None
    publish: bool = False


class RegisterTemplate:
    """A template that cannot work is refused with all its findings, and nothing of it is stored."""

    def __init__(
        self,
        inspect_upload: InspectUpload,
        storage: DocumentStorage,
        units_of_work: UnitsOfWork,
        clock: Clock,
        ids: IdGenerator,
        events: WebhookEvents,
    ) -> None:
        self._events = events
        self._inspect_upload = inspect_upload
        self._storage = storage
        self._units_of_work = units_of_work
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: RegisterTemplateCommand) -> tuple[Template, TemplateVersion]:
        """Register the template.

        Raises:
            ScopeMissingError: the caller may not publish, and `publish` is set.
            TemplateInvalidError: the template has errors.
            SlugTakenError: another template has the slug.
            UnsupportedMediaTypeError, PayloadTooLargeError, InvalidRequestError: see InspectUpload and Template.
        """
        if command.publish:
            command.caller.require(Scope.TEMPLATES_PUBLISH)
        template_id = TemplateId(self._ids.new_id(TEMPLATE_PREFIX))
        slug = parse_slug(command.slug) if command.slug is not None else slug_from(command.name)
        locale = parse_locale(command.locale) if command.locale is not None else None
        inspected = await self._inspect_upload(command.upload, command.caller.workspace_id)
        now = self._clock.now()
        template = Template(
            id=template_id,
            workspace_id=command.caller.workspace_id,
            slug=slug,
            name=command.name,
            description=command.description,
            tags=command.tags,
            format=inspected.source.format,
            locale=locale,
            status=TemplateStatus.ACTIVE,
            published_version=1 if command.publish else None,
            latest_version=1,
            created_at=now,
            updated_at=now,
        )
        inspected.require_ok()
        version = inspected.as_version(template_id, 1, created_at=now, created_by=command.caller.actor)
        file = BlobKey(command.caller.workspace_id, version.sha256)
        async with (
            self._storage.storing(file, command.upload.content),
            self._units_of_work.of_workspace(command.caller.workspace_id) as unit,
        ):
            await unit.templates.add(template, version)
            detail = "version 1, published" if command.publish else "version 1"
            entry = command.caller.entry(AuditAction.TEMPLATE_REGISTERED, AuditObject.TEMPLATE, template.id, detail)
            await unit.audit.record(entry)
            if command.publish:
                data = template_data(template)
                await self._events.tell(unit, WebhookEvent.TEMPLATE_PUBLISHED, template.id, data)
            await unit.commit()
        return template, version
