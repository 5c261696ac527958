"""Units of work in memory: uncommitted changes are private, writers of one row wait for each other."""

from types import TracebackType
from typing import Self

from typing_extensions import override

from application.ports.unit_of_work import AdministrationUnitOfWork, Transaction, UnitOfWork, UnitsOfWork
from domain.identifiers import WorkspaceId
from domain.workspace import DEFAULT_WORKSPACE, DEFAULT_WORKSPACE_ID, Workspace
from tests.fakes.api_keys import InMemoryApiKeyRepository
from tests.fakes.audit_log import InMemoryAuditLog
from tests.fakes.batch_repository import InMemoryBatchRepository
from tests.fakes.clock import FixedClock
from tests.fakes.database import Database, View
from tests.fakes.jobs import InMemoryAnswerLog, InMemoryJobQueue
from tests.fakes.repositories import (
    InMemoryAssetRepository,
    InMemoryBlobReferences,
    InMemoryOwnWorkspace,
    InMemoryRenderRepository,
    InMemoryTemplateRepository,
    InMemoryWorkspaceRepository,
)
from tests.fakes.slack import (
    InMemorySlackDeliveryRepository,
    InMemorySlackDraftRepository,
    InMemorySlackInstallationRepository,
    InMemorySlackIntentRepository,
)
from tests.fakes.webhooks import InMemoryDeliveryRepository, InMemoryWebhookRepository


class _InMemoryTransaction(Transaction):
    def __init__(self, database: Database) -> None:
        self._view = View(database)
        self._database = database

    @override
    async def __aenter__(self) -> Self:
        await self._view.query()
        return self

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._view.release()

    @override
    async def commit(self) -> None:
        await self._view.query()
        self._view.commit()
        self._database.commits += 1


class InMemoryUnitOfWork(_InMemoryTransaction, UnitOfWork):
    """The transaction of one workspace."""

    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        super().__init__(database)
        self.workspace = InMemoryOwnWorkspace(self._view, workspace_id)
        self.templates = InMemoryTemplateRepository(self._view, workspace_id)
        self.renders = InMemoryRenderRepository(self._view, workspace_id)
        self.batches = InMemoryBatchRepository(self._view, workspace_id)
        self.assets = InMemoryAssetRepository(self._view, workspace_id)
        self.blobs = InMemoryBlobReferences(self._view, workspace_id)
        self.api_keys = InMemoryApiKeyRepository(self._view, workspace_id)
        self.audit = InMemoryAuditLog(self._view, workspace_id)
        self.jobs = InMemoryJobQueue(self._view)
        self.answers = InMemoryAnswerLog(self._view)
        self.webhooks = InMemoryWebhookRepository(self._view, workspace_id)
        self.deliveries = InMemoryDeliveryRepository(self._view, workspace_id)
        self.slack_installations = InMemorySlackInstallationRepository(self._view, workspace_id)
        self.slack_intents = InMemorySlackIntentRepository(self._view, workspace_id)
        self.slack_drafts = InMemorySlackDraftRepository(self._view, workspace_id)
        self.slack_deliveries = InMemorySlackDeliveryRepository(self._view, workspace_id)


class InMemoryAdministrationUnitOfWork(_InMemoryTransaction, AdministrationUnitOfWork):
    """The transaction of the operator."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.workspaces = InMemoryWorkspaceRepository(self._view)

    @override
    def audit_of(self, workspace_id: WorkspaceId) -> InMemoryAuditLog:
        return InMemoryAuditLog(self._view, workspace_id)


class InMemoryUnitsOfWork(UnitsOfWork):
    """A database in memory, with the workspace `default` in it.

    `database.down = True` takes it down; `database.commits` counts commits, `database.templates` and its neighbours
    hold what is committed.
    """

    def __init__(self) -> None:
        self.database = Database()
        self.database.workspaces[DEFAULT_WORKSPACE] = Workspace(
            id=DEFAULT_WORKSPACE_ID, slug=DEFAULT_WORKSPACE, name="Default", created_at=FixedClock().now()
        )

    @override
    def of_workspace(self, workspace_id: WorkspaceId) -> InMemoryUnitOfWork:
        return InMemoryUnitOfWork(self.database, workspace_id)

    @override
    def of_administration(self) -> InMemoryAdministrationUnitOfWork:
        return InMemoryAdministrationUnitOfWork(self.database)
