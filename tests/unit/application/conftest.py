"""The use cases on fakes, with the real engine."""

from dataclasses import dataclass

import pytest

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import Limits
from application.caller import Caller
from application.defaults import RenderDefaults
from application.kept_documents import KeptDocuments
from application.settings_in_force import InForce, ServiceBounds, SettingsOfWorkspaces
from application.telling_journal import TellingRenderJournal
from application.use_cases.add_version import AddVersion
from application.use_cases.archive_template import ArchiveTemplate
from application.use_cases.carry_out_render import CarryOutRender
from application.use_cases.change_render import CancelRender, RetryRender
from application.use_cases.configure_workspace import ConfigureWorkspace, ReadWorkspace
from application.use_cases.inspect_upload import InspectUpload, TemplateUpload
from application.use_cases.keep_house import EraseExpiredRenders
from application.use_cases.publish_version import PublishVersion
from application.use_cases.purge_template import PurgeTemplate
from application.use_cases.queue_render import QueueRender
from application.use_cases.read_renders import GetDocument, ReadRenders
from application.use_cases.read_templates import ReadTemplates
from application.use_cases.refine_schema import RefineSchema
from application.use_cases.register_template import RegisterTemplate, RegisterTemplateCommand
from application.use_cases.render_document import RenderDocument
from application.use_cases.requested_renders import RequestedRenders
from application.use_cases.update_template import UpdateTemplate
from application.use_cases.validate_template import ValidateTemplate
from application.versions_to_render import VersionsToRender
from application.webhook_events import WebhookEvents
from domain.scope import ALL_SCOPES
from domain.template import Template, TemplateVersion
from tests.builders import WORKSPACE_ID
from tests.fakes.clock import FixedClock
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.ids import SequentialIds
from tests.fakes.render_journal import InMemoryRenderJournal
from tests.fakes.template_changes import InMemoryTemplateChanges
from tests.fakes.template_renderer import RecordingRenderer
from tests.fakes.units_of_work import InMemoryUnitsOfWork
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory

MAX_BYTES = 10_000
MAX_WAITING = 3


@dataclass
class World:
    """Everything a test of a use case touches."""

    clock: FixedClock
    ids: SequentialIds
    events: WebhookEvents
    storage: InMemoryDocumentStorage
    units: InMemoryUnitsOfWork
    caller: Caller
    register: RegisterTemplate
    add_version: AddVersion
    publish: PublishVersion
    update: UpdateTemplate
    refine: RefineSchema
    purge: PurgeTemplate
    archive: ArchiveTemplate
    templates: ReadTemplates
    validate: ValidateTemplate
    render: RenderDocument
    queue: QueueRender
    carry_out: CarryOutRender
    cancel: CancelRender
    retry: RetryRender
    configure: ConfigureWorkspace
    workspace: ReadWorkspace
    erase_expired: EraseExpiredRenders
    renders: ReadRenders
    document: GetDocument
    renderer: RecordingRenderer

    async def registered(
        self, text: str = "Dear {{ name }},\n", *, file_name: str = "letter.txt", **fields: object
    ) -> tuple[Template, TemplateVersion]:
        """Register a template, published unless the test says otherwise."""
        values = {"name": "Letter", "publish": True, **fields}
        upload = TemplateUpload(file_name, text.encode())
        return await self.register(RegisterTemplateCommand(self.caller, upload, **values))  # type: ignore[arg-type]  # a test names fields freely


@pytest.fixture
def world() -> World:
    clock, ids = FixedClock(), SequentialIds()
    storage, units = InMemoryDocumentStorage(), InMemoryUnitsOfWork()
    renderer = RecordingRenderer(InProcessRenderer(Limits()))
    changes = InMemoryTemplateChanges(units)
    bounds = ServiceBounds(InForce(RenderDefaults(), MAX_BYTES, MAX_BYTES), max_retention_days=100)
    settings = SettingsOfWorkspaces(units, changes, clock, bounds)
    inspect = InspectUpload(renderer, settings)
    renders = ReadRenders(units)
    versions = VersionsToRender(units, changes, clock)
    events = WebhookEvents(units, changes, clock, ids)
    requested = RequestedRenders(versions, storage, settings, clock, ids, events)
    documents = KeptDocuments(storage, 0)
    journal = TellingRenderJournal(InMemoryRenderJournal(units), units, events)
    return World(
        ids=ids,
        events=events,
        clock=clock,
        storage=storage,
        units=units,
        caller=Caller(WORKSPACE_ID, actor="ada", scopes=ALL_SCOPES),
        register=RegisterTemplate(inspect, storage, units, clock, ids, events),
        add_version=AddVersion(inspect, storage, units, clock, events),
        publish=PublishVersion(units, clock, events),
        purge=PurgeTemplate(units, storage),
        refine=RefineSchema(units),
        update=UpdateTemplate(units, clock),
        archive=ArchiveTemplate(units, clock),
        templates=ReadTemplates(units, storage),
        validate=ValidateTemplate(inspect, renderer, settings, clock),
        render=RenderDocument(renderer, documents, requested, journal, clock),
        queue=QueueRender(units, requested, MAX_WAITING),
        carry_out=CarryOutRender(units, requested, renderer, documents, clock, events),
        cancel=CancelRender(units, clock),
        retry=RetryRender(units, clock),
        erase_expired=EraseExpiredRenders(units, InMemoryWorkspaceDirectory(units.database), storage, clock, events),
        configure=ConfigureWorkspace(units, bounds),
        workspace=ReadWorkspace(units, bounds),
        renders=renders,
        document=GetDocument(units, storage, clock),
        renderer=renderer,
    )
