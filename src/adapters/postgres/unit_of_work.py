"""Units of work on PostgreSQL: one transaction each, READ COMMITTED."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.api_keys import PostgresApiKeyRepository
from adapters.postgres.asset_repository import PostgresAssetRepository
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.batch_repository import PostgresBatchRepository
from adapters.postgres.blob_references import PostgresBlobReferences
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import connecting
from adapters.postgres.idempotency_keys import PostgresAnswerLog
from adapters.postgres.own_workspace import PostgresOwnWorkspace
from adapters.postgres.render_repository import PostgresRenderRepository
from adapters.postgres.scope import MAINTENANCE, scope_of
from adapters.postgres.slack import (
    PostgresSlackDeliveryRepository,
    PostgresSlackDraftRepository,
    PostgresSlackInstallationRepository,
    PostgresSlackIntentRepository,
)
from adapters.postgres.statements import JobQueueOn, in_queue
from adapters.postgres.template_repository import PostgresTemplateRepository
from adapters.postgres.webhooks import PostgresDeliveryRepository, PostgresWebhookRepository
from adapters.postgres.workspace_repository import PostgresWorkspaceRepository
from application.ports.unit_of_work import AdministrationUnitOfWork, Transaction, UnitOfWork, UnitsOfWork
from domain.identifiers import WorkspaceId

OnCommit = Callable[[WorkspaceId], None]


class _PostgresTransaction(Transaction):
    """A session and its one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @override
    async def __aenter__(self) -> Self:
        with connecting():
            _ = await self._session.connection()
        return self

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Rolls back what is open, and does so to the end even where the task is being cancelled.
        await self._session.__aexit__(kind, error, traceback)

    @override
    async def commit(self) -> None:
        await self._session.commit()


class PostgresUnitOfWork(_PostgresTransaction, UnitOfWork):
    """The transaction of one workspace."""

    def __init__(
        self, session: AsyncSession, workspace_id: WorkspaceId, on_commit: OnCommit, job_queue_on: JobQueueOn
    ) -> None:
        super().__init__(session)
        self._workspace_id = workspace_id
        self._on_commit = on_commit
        self.workspace = PostgresOwnWorkspace(session, workspace_id)
        self.templates = PostgresTemplateRepository(session, workspace_id)
        self.renders = PostgresRenderRepository(session, workspace_id)
        self.batches = PostgresBatchRepository(session, workspace_id)
        self.assets = PostgresAssetRepository(session, workspace_id)
        self.blobs = PostgresBlobReferences(session, workspace_id)
        self.api_keys = PostgresApiKeyRepository(session, workspace_id)
        self.audit = PostgresAuditLog(session, workspace_id)
        self.jobs = job_queue_on(in_queue(session))
        self.answers = PostgresAnswerLog(session)
        self.webhooks = PostgresWebhookRepository(session, workspace_id)
        self.deliveries = PostgresDeliveryRepository(session, workspace_id)
        self.slack_installations = PostgresSlackInstallationRepository(session, workspace_id)
        self.slack_intents = PostgresSlackIntentRepository(session, workspace_id)
        self.slack_drafts = PostgresSlackDraftRepository(session, workspace_id)
        self.slack_deliveries = PostgresSlackDeliveryRepository(session, workspace_id)

    @override
    async def commit(self) -> None:
        await super().commit()
        if self.templates.changed or self.workspace.changed or self.webhooks.changed:
            # Whoever is told that it is done may ask this process for it before the notification is here.
            self._on_commit(self._workspace_id)


class PostgresAdministrationUnitOfWork(_PostgresTransaction, AdministrationUnitOfWork):
    """The transaction of the operator."""

    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session)
        self.workspaces = PostgresWorkspaceRepository(session)

    @override
    def audit_of(self, workspace_id: WorkspaceId) -> PostgresAuditLog:
        return PostgresAuditLog(self._session, workspace_id)


class PostgresUnitsOfWork(UnitsOfWork):
    """Makes units of work on one database, those of workspaces under the service's role.

    What the operator does runs under the owner's role where `administration` is a pool of its connections.
    """

    def __init__(
        self,
        database: PostgresDatabase,
        on_commit: OnCommit = lambda _: None,
        administration: PostgresDatabase | None = None,
        *,
        job_queue_on: JobQueueOn,
    ) -> None:
        """Take what is to be called with a workspace when its templates have changed, and what makes queues of jobs."""
        self._database = database
        self._on_commit = on_commit
        self._administration = administration or database
        self._job_queue_on = job_queue_on

    @override
    def of_workspace(self, workspace_id: WorkspaceId) -> PostgresUnitOfWork:
        session = self._database.session(scope_of(workspace_id))
        return PostgresUnitOfWork(session, workspace_id, self._on_commit, self._job_queue_on)

    @override
    def of_administration(self) -> PostgresAdministrationUnitOfWork:
        return PostgresAdministrationUnitOfWork(self._administration.session(MAINTENANCE))
