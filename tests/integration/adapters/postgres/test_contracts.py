"""The PostgreSQL adapters keep the promises of their ports, under the role of the service."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from typing_extensions import override

from adapters.postgres.api_keys import PostgresApiKeyDirectory
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.health import PostgresHealthCheck
from adapters.postgres.idempotency_keys import PostgresIdempotencyKeys
from adapters.postgres.notifications import PostgresNotifications, Subscriber
from adapters.postgres.render_endings import RENDERS_CHANNEL, PostgresRenderEndings
from adapters.postgres.render_journal import PostgresRenderJournal
from adapters.postgres.slack import PostgresSlackInstallationDirectory
from adapters.postgres.storage_mark import PostgresStorageMark
from adapters.postgres.template_changes import TEMPLATES_CHANNEL, PostgresTemplateChanges
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.postgres.workspace_repository import PostgresWorkspaceDirectory
from application.ports.render_endings import RenderEndings
from application.ports.unit_of_work import UnitsOfWork
from domain.render_request import RenderRequest
from tests.builders import NOW
from tests.contracts.answer_log import AnswerLogContract
from tests.contracts.api_keys import ApiKeyDirectoryContract, ApiKeyRepositoryContract
from tests.contracts.asset_repository import AssetRepositoryContract
from tests.contracts.audit_log import AuditLogContract
from tests.contracts.batch_repository import BatchRepositoryContract
from tests.contracts.blob_references import BlobReferencesContract
from tests.contracts.health_check import HealthCheckContract
from tests.contracts.idempotency_keys import IdempotencyKeysContract
from tests.contracts.own_workspace import OwnWorkspaceContract
from tests.contracts.render_endings import RenderEndingsContract
from tests.contracts.render_journal import RenderJournalContract
from tests.contracts.render_repository import RenderRepositoryContract
from tests.contracts.slack import (
    SlackDeliveryRepositoryContract,
    SlackDraftRepositoryContract,
    SlackInstallationDirectoryContract,
    SlackInstallationRepositoryContract,
    SlackIntentRepositoryContract,
)
from tests.contracts.storage_mark import ReplaceableMarkContract, StorageMarkContract
from tests.contracts.template_changes import TemplateChangesContract
from tests.contracts.template_repository import TemplateRepositoryContract
from tests.contracts.unit_of_work import UnitsOfWorkContract
from tests.contracts.webhooks import DeliveryRepositoryContract, WebhookRepositoryContract
from tests.contracts.workspace_directory import WorkspaceDirectoryContract
from tests.contracts.workspace_repository import WorkspaceRepositoryContract
from tests.integration.adapters.postgres.listening import listening, template_changes
from tests.integration.support.databases import as_service
from tests.integration.support.relay import Relay
from tests.integration.support.units import units_on


@pytest.fixture
async def unreachable(relay: Relay) -> AsyncIterator[PostgresDatabase]:
    """A database behind a port where nobody listens any more."""
    await relay.stop()
    async with PostgresDatabase(relay.url) as database:
        yield database


class _OnPostgres:
    @pytest.fixture
    def units(self, database: PostgresDatabase, administration: PostgresDatabase) -> PostgresUnitsOfWork:
        return units_on(database, administration=administration)


class TestPostgresUnitsOfWork(_OnPostgres, UnitsOfWorkContract):
    @pytest.fixture
    @override
    def units_that_are_down(self, unreachable: PostgresDatabase) -> PostgresUnitsOfWork:
        return units_on(unreachable)


class TestPostgresTemplateRepository(_OnPostgres, TemplateRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresBatchRepository(_OnPostgres, BatchRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresRenderRepository(_OnPostgres, RenderRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresRenderJournal(_OnPostgres, RenderJournalContract):
    @pytest.fixture
    @override
    async def journal(  # type: ignore[override]  # pytest gives the fixture of this class
        self, database: PostgresDatabase
    ) -> AsyncIterator[PostgresRenderJournal]:
        async with PostgresRenderJournal(database) as journal:
            yield journal

    @pytest.fixture
    @override
    def keys(  # type: ignore[override]  # see above
        self, database: PostgresDatabase
    ) -> PostgresIdempotencyKeys:
        return PostgresIdempotencyKeys(database, lease=timedelta(0))

    @pytest.fixture
    @override
    def journal_that_is_down(self, unreachable: PostgresDatabase) -> PostgresRenderJournal:
        return PostgresRenderJournal(unreachable)


class TestPostgresTemplateChanges(TemplateChangesContract):
    @pytest.fixture
    @override
    async def changes(self, database_url: str) -> AsyncIterator[PostgresTemplateChanges]:  # type: ignore[override]  # a fixture
        async with template_changes(as_service(database_url)) as changes:
            await listening(changes)
            yield changes

    @pytest.fixture
    @override
    def units(  # type: ignore[override]  # a fixture
        self, database: PostgresDatabase, administration: PostgresDatabase, changes: PostgresTemplateChanges
    ) -> PostgresUnitsOfWork:
        return units_on(database, on_commit=changes.note, administration=administration)

    @pytest.fixture
    @override
    async def changes_unheard(self, relay: Relay) -> AsyncIterator[PostgresTemplateChanges]:  # type: ignore[override]  # a fixture
        await relay.stop()
        async with template_changes(relay.url) as changes:
            yield changes


class TestPostgresAnswerLog(_OnPostgres, AnswerLogContract):
    @pytest.fixture(autouse=True)
    def _take_database(self, database: PostgresDatabase) -> None:
        self._database = database

    @override
    def keys_of(self, units: UnitsOfWork, lease: timedelta) -> PostgresIdempotencyKeys:
        return PostgresIdempotencyKeys(self._database, lease=lease)


class TestPostgresRenderEndings(_OnPostgres, RenderEndingsContract):
    @pytest.fixture
    @override
    async def endings(self, database_url: str) -> AsyncIterator[PostgresRenderEndings]:  # type: ignore[override]  # a fixture
        endings, changes = PostgresRenderEndings(), PostgresTemplateChanges()
        subscribers: dict[str, Subscriber] = {RENDERS_CHANNEL: endings, TEMPLATES_CHANNEL: changes}
        async with PostgresNotifications(as_service(database_url), subscribers):
            await listening(changes)
            yield endings

    @override
    async def tell(self, units: UnitsOfWork, endings: RenderEndings, request: RenderRequest) -> None:
        async with units.of_workspace(request.workspace_id) as unit:
            await unit.renders.update(request.cancel(at=NOW))
            await unit.commit()


class TestPostgresAssetRepository(_OnPostgres, AssetRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresOwnWorkspace(_OnPostgres, OwnWorkspaceContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresAuditLog(_OnPostgres, AuditLogContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresApiKeyRepository(_OnPostgres, ApiKeyRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresApiKeyDirectory(_OnPostgres, ApiKeyDirectoryContract):
    @pytest.fixture
    @override
    def directory(self, database: PostgresDatabase) -> PostgresApiKeyDirectory:
        return PostgresApiKeyDirectory(database)

    @pytest.fixture
    @override
    def directory_that_is_down(self, unreachable: PostgresDatabase) -> PostgresApiKeyDirectory:
        return PostgresApiKeyDirectory(unreachable)


class TestPostgresWorkspaceDirectory(_OnPostgres, WorkspaceDirectoryContract):
    @pytest.fixture
    @override
    def directory(self, database: PostgresDatabase) -> PostgresWorkspaceDirectory:
        return PostgresWorkspaceDirectory(database)

    @pytest.fixture
    @override
    def directory_that_is_down(self, unreachable: PostgresDatabase) -> PostgresWorkspaceDirectory:
        return PostgresWorkspaceDirectory(unreachable)


class TestPostgresWorkspaceRepository(_OnPostgres, WorkspaceRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresHealthCheck(HealthCheckContract):
    @pytest.fixture
    @override
    def working(self, database: PostgresDatabase) -> PostgresHealthCheck:
        return PostgresHealthCheck(database)

    @pytest.fixture
    @override
    def broken(self, unreachable: PostgresDatabase) -> PostgresHealthCheck:
        return PostgresHealthCheck(unreachable)


class TestPostgresBlobReferences(_OnPostgres, BlobReferencesContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresIdempotencyKeys(_OnPostgres, IdempotencyKeysContract):
    @pytest.fixture(autouse=True)
    def _take_database(self, database: PostgresDatabase) -> None:
        self._database = database

    @override
    def keys_of(self, units: UnitsOfWork, lease: timedelta, kept: timedelta) -> PostgresIdempotencyKeys:
        return PostgresIdempotencyKeys(self._database, lease=lease, kept=kept)

    @pytest.fixture
    @override
    def keys_that_are_down(self, unreachable: PostgresDatabase) -> PostgresIdempotencyKeys:
        return PostgresIdempotencyKeys(unreachable)


class TestPostgresWebhookRepository(_OnPostgres, WebhookRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresDeliveryRepository(_OnPostgres, DeliveryRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresSlackInstallationRepository(_OnPostgres, SlackInstallationRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresSlackIntentRepository(_OnPostgres, SlackIntentRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresSlackDraftRepository(_OnPostgres, SlackDraftRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresSlackDeliveryRepository(_OnPostgres, SlackDeliveryRepositoryContract):
    """Every promise holds on PostgreSQL."""


class TestPostgresSlackInstallationDirectory(_OnPostgres, SlackInstallationDirectoryContract):
    @pytest.fixture
    @override
    def directory(self, database: PostgresDatabase) -> PostgresSlackInstallationDirectory:
        return PostgresSlackInstallationDirectory(database)

    @pytest.fixture
    @override
    def directory_that_is_down(self, unreachable: PostgresDatabase) -> PostgresSlackInstallationDirectory:
        return PostgresSlackInstallationDirectory(unreachable)


class TestPostgresStorageMark(ReplaceableMarkContract, StorageMarkContract):
    @pytest.fixture
    @override
    def mark(self, database: PostgresDatabase) -> PostgresStorageMark:
        return PostgresStorageMark(database)

    @pytest.fixture
    @override
    def mark_that_is_down(self, unreachable: PostgresDatabase) -> PostgresStorageMark:
        return PostgresStorageMark(unreachable)
