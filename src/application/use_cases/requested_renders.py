"""What a wish for a document comes to: a request, and what it is rendered from."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from application.caller import Caller
from application.defaults import NO_WISHES, RenderDefaults, RenderWishes
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.id_generator import IdGenerator
from application.ports.idempotency_keys import AnsweredClaim
from application.ports.template_renderer import RenderedDocument, TemplateSource
from application.settings_in_force import SettingsInForce
from application.stored_files import read_template_file
from application.use_cases.inspect_upload import TemplateUpload, source_of
from application.versions_to_render import VersionsToRender
from application.webhook_events import WebhookEvents
from domain.document import Document, file_name_for
from domain.errors import DiagnosedError, InvalidRequestError, NotFoundError, PayloadTooLargeError
from domain.identifiers import RENDER_PREFIX, RenderId, SlackDeliveryId, WorkspaceId
from domain.render_request import RenderRequest, RenderStatus
from domain.template import Template, TemplateVersion


@dataclass(frozen=True, slots=True)
class RenderDocumentCommand:
    """A wish for a document.

    `template` is an id or slug, or a file that is no template of the workspace, and is not kept. `version` None takes
    the published one, `data` is JSON text in UTF-8. `store` False keeps no record, no data and no document;
    `expires_in` (seconds) is how long data and document are kept, where that is shorter than the retention. `answer`
    makes of the outcome what its Idempotency-Key is to be answered with; it is kept along with the record. `deliver`
    names webhooks that are told of the end, whatever they listen to. `render_id` is the one that the render gets, where
    somebody knows it before; `slack_delivery` is what hands its document over in Slack.
    """

    caller: Caller
    template: str | TemplateUpload
    data: bytes
    version: int | None = None
    wishes: RenderWishes = NO_WISHES
    store: bool = True
    expires_in: int | None = None
    answer: "AnswerOf | None" = None
    deliver: tuple[str, ...] = ()
    render_id: RenderId | None = None
    slack_delivery: SlackDeliveryId | None = None


@dataclass(frozen=True, slots=True)
class FinishedRender:
    """A succeeded render request with the bytes of its document."""

    request: RenderRequest
    document: Document
    content: bytes


AnswerOf = Callable[[FinishedRender | RenderRequest | DiagnosedError], Awaitable[AnsweredClaim]]


@dataclass(frozen=True, slots=True)
class PreparedRender:
    """A request with what it is rendered from; `name` is what its document is called by default."""

    request: RenderRequest
    source: TemplateSource
    name: str


class RequestedRenders:
    """Finds what a request is to be rendered from, and refuses what can be refused before it is rendered."""

    def __init__(
        self,
        versions: VersionsToRender,
        storage: DocumentStorage,
        settings: SettingsInForce,
        clock: Clock,
        ids: IdGenerator,
        events: WebhookEvents,
    ) -> None:
        self._events = events
        self._versions = versions
        self._storage = storage
        self._settings = settings
        self._clock = clock
        self._ids = ids

    async def prepare(
        self, command: RenderDocumentCommand, status: RenderStatus = RenderStatus.RENDERING
    ) -> PreparedRender:
        """Make the request of a wish; one that is to be rendered at once waits in no queue of ours.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render, or no such webhook.
            UnsupportedOutputError: the template cannot become this output.
            UnsupportedMediaTypeError, PayloadTooLargeError, InvalidRequestError: the file cannot be a template, the
                data is too large, or a wish is none.
            ConflictError: a webhook that is to be told is disabled.
        """
        prepared = await self._prepared(command, status)
        if command.slack_delivery is not None:
            return replace(prepared, request=replace(prepared.request, deliver_to=(command.slack_delivery,)))
        if not command.deliver:
            return prepared
        if not command.store:
            raise InvalidRequestError("deliver", 'there is nothing to tell of what is not stored: leave out "store".')
        deliver_to = await self._events.named(command.caller.workspace_id, command.deliver)
        return replace(prepared, request=replace(prepared.request, deliver_to=deliver_to))

    async def _prepared(self, command: RenderDocumentCommand, status: RenderStatus) -> PreparedRender:
        workspace_id = command.caller.workspace_id
        in_force = await self._settings.of(workspace_id)
        if len(command.data) > in_force.data_bytes:
            raise PayloadTooLargeError("The data", in_force.data_bytes)
        if isinstance(command.template, TemplateUpload):
            upload = command.template
            source = source_of(upload, workspace_id, in_force.template_bytes)
            request = self._new_request(command, in_force.defaults, status, source, None, None)
            return PreparedRender(request, source, upload.file_name.rpartition(".")[0])
        template, version, source = await self.of_version(workspace_id, command.template, command.version)
        request = self._new_request(command, in_force.defaults, status, source, template, version)
        return PreparedRender(request, source, template.slug)

    async def prepare_again(self, request: RenderRequest) -> PreparedRender:
        """Find what a request that has waited is to be rendered from.

        Raises:
            NotFoundError: its template is not there any more, or was a file that came with it.
        """
        if request.template_id is None:
            raise NotFoundError("template", "that came with the request")
        template, _, source = await self.of_version(request.workspace_id, request.template_id, request.template_version)
        return PreparedRender(request, source, template.slug)

    async def of_version(
        self, workspace_id: WorkspaceId, template: str, version: int | None
    ) -> tuple[Template, TemplateVersion, TemplateSource]:
        """Find a version of a template, by id or slug, and what is rendered of it; None is the published version.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render.
        """
        found, found_version = await self._versions.find(workspace_id, template, version)
        return found, found_version, self._stored(workspace_id, found, found_version)

    def _stored(self, workspace_id: WorkspaceId, template: Template, version: TemplateVersion) -> TemplateSource:
        async def load() -> bytes:
            return await read_template_file(self._storage, BlobKey(workspace_id, version.sha256))

        return TemplateSource(template.format, version.sha256, load, workspace_id, version.refinements)

    def _new_request(
        self,
        command: RenderDocumentCommand,
        defaults: RenderDefaults,
        status: RenderStatus,
        source: TemplateSource,
        template: Template | None,
        version: TemplateVersion | None,
    ) -> RenderRequest:
        now = self._clock.now()
        return RenderRequest(
            id=command.render_id or RenderId(self._ids.new_id(RENDER_PREFIX)),
            workspace_id=command.caller.workspace_id,
            template_id=template.id if template else None,
            template_slug=template.slug if template else None,
            template_version=version.number if version else None,
            options=defaults.complete(command.wishes, source.format, template.locale if template else None, now),
            data_sha256=hashlib.sha256(command.data).hexdigest(),
            status=status,
            created_at=now,
            created_by=command.caller.actor,
            expires_at=defaults.expiry(command.expires_in, now),
        )


def document_of(rendered: RenderedDocument, request: RenderRequest, name: str) -> Document:
    """Return the facts of what a request was rendered to; `name` is for a document that nothing else names."""
    output = request.options.output
    return Document(
        file_name=file_name_for(rendered.file_name or name, output),
        output=output,
        size=len(rendered.content),
        sha256=hashlib.sha256(rendered.content).hexdigest(),
    )
