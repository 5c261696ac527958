"""The fakes keep the promises of their ports."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from typing_extensions import override

from adapters.rendering.in_process import InProcessRenderer
from application.ports.blob_locks import BlobLocks
from application.ports.idempotency_keys import IdempotencyKeys
from application.ports.rate_buckets import RateBuckets
from application.ports.render_endings import RenderEndings
from application.ports.token_verifier import TokenClaims, TokenVerifier
from application.ports.unit_of_work import UnitsOfWork
from domain.render_request import RenderRequest
from tests.contracts.answer_log import AnswerLogContract
from tests.contracts.api_keys import ApiKeyDirectoryContract, ApiKeyRepositoryContract
from tests.contracts.around_fakes import AroundSender, AroundStorage
from tests.contracts.asset_repository import AssetRepositoryContract
from tests.contracts.asset_source import AssetSourceContract
from tests.contracts.audit_log import AuditLogContract
from tests.contracts.batch_repository import BatchRepositoryContract
from tests.contracts.blob_locks import BlobLocksContract
from tests.contracts.blob_references import BlobReferencesContract
from tests.contracts.clock import ClockContract
from tests.contracts.document_storage import DocumentStorageContract
from tests.contracts.health_check import HealthCheckContract
from tests.contracts.id_generator import IdGeneratorContract
from tests.contracts.idempotency_keys import IdempotencyKeysContract
from tests.contracts.jobs import JobMonitorContract, JobQueueContract, JobsFixtures, JobSourceContract, MakeSource
from tests.contracts.lost_jobs import LostJobsContract
from tests.contracts.own_workspace import OwnWorkspaceContract
from tests.contracts.random_source import RandomSourceContract
from tests.contracts.rate_buckets import RateBucketsContract
from tests.contracts.render_endings import RenderEndingsContract
from tests.contracts.render_journal import RenderJournalContract
from tests.contracts.render_repository import RenderRepositoryContract
from tests.contracts.row_reader import RowReaderContract
from tests.contracts.secret_box import SecretBoxContract
from tests.contracts.slack import (
    SlackDeliveryRepositoryContract,
    SlackDraftRepositoryContract,
    SlackInstallationDirectoryContract,
    SlackInstallationRepositoryContract,
    SlackIntentRepositoryContract,
)
from tests.contracts.storage_mark import ReplaceableMarkContract, StorageMarkContract
from tests.contracts.template_changes import TemplateChangesContract
from tests.contracts.template_renderer import TemplateRendererContract
from tests.contracts.template_repository import TemplateRepositoryContract
from tests.contracts.token_verifier import NOW, TokenVerifierContract
from tests.contracts.unit_of_work import UnitsOfWorkContract, UnitsOfWorkFixtures
from tests.contracts.webhook_sender import WebhookSenderContract
from tests.contracts.webhooks import DeliveryRepositoryContract, WebhookRepositoryContract
from tests.contracts.workspace_directory import WorkspaceDirectoryContract
from tests.contracts.workspace_repository import WorkspaceRepositoryContract
from tests.fakes.api_keys import InMemoryApiKeyDirectory
from tests.fakes.asset_source import InMemoryAssetSource
from tests.fakes.blob_locks import InMemoryBlobLocks
from tests.fakes.clock import FixedClock
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.health_check import RecordingHealthCheck
from tests.fakes.idempotency_keys import InMemoryIdempotencyKeys
from tests.fakes.ids import SequentialIds
from tests.fakes.jobs import InMemoryJobMonitor, InMemoryJobSource
from tests.fakes.lost_jobs import InMemoryLostJobs
from tests.fakes.random_source import CountingRandomSource
from tests.fakes.rate_buckets import InMemoryRateBuckets
from tests.fakes.render_endings import InMemoryRenderEndings
from tests.fakes.render_journal import InMemoryRenderJournal
from tests.fakes.row_reader import InMemoryRowReader
from tests.fakes.secret_box import OpenSecretBox
from tests.fakes.slack import InMemorySlackInstallationDirectory
from tests.fakes.storage_mark import InMemoryStorageMark
from tests.fakes.template_changes import InMemoryTemplateChanges
from tests.fakes.template_renderer import RecordingRenderer
from tests.fakes.token_verifier import FixedTokenVerifier
from tests.fakes.units_of_work import InMemoryUnitsOfWork
from tests.fakes.webhooks import RecordingSender
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory


class TestFixedClock(ClockContract):
    @pytest.fixture
    @override
    def clock(self) -> FixedClock:
        return FixedClock()


class TestSequentialIds(IdGeneratorContract):
    @pytest.fixture
    @override
    def ids(self) -> SequentialIds:
        return SequentialIds()


class TestCountingRandomSource(RandomSourceContract):
    @pytest.fixture
    @override
    def randomness(self) -> CountingRandomSource:
        return CountingRandomSource()


class TestRecordingHealthCheck(HealthCheckContract):
    @pytest.fixture
    @override
    def working(self) -> RecordingHealthCheck:
        return RecordingHealthCheck("database")

    @pytest.fixture
    @override
    def broken(self) -> RecordingHealthCheck:
        return RecordingHealthCheck("storage", failure="The disk is gone.")


class TestInMemoryRateBuckets(RateBucketsContract):
    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock()

    @pytest.fixture
    @override
    def buckets(self, clock: FixedClock) -> InMemoryRateBuckets:
        self.clock_of_buckets = clock
        return InMemoryRateBuckets(clock)

    @pytest.fixture
    @override
    def buckets_that_are_down(self) -> InMemoryRateBuckets:
        buckets = InMemoryRateBuckets(FixedClock())
        buckets.down = True
        return buckets

    @override
    async def pass_time(self, buckets: RateBuckets, step: timedelta) -> None:
        self.clock_of_buckets.advance(step)


class TestInMemoryDocumentStorage(AroundStorage, DocumentStorageContract):
    @override
    def around(self, inner: InMemoryDocumentStorage) -> InMemoryDocumentStorage:
        return inner


class TestInMemoryBlobLocks(BlobLocksContract):
    @pytest.fixture
    @override
    def locks(self) -> InMemoryBlobLocks:
        return InMemoryBlobLocks()

    @pytest.fixture
    @override
    def others(self, locks: BlobLocks) -> BlobLocks:
        return locks

    @pytest.fixture
    @override
    def locks_that_are_down(self) -> InMemoryBlobLocks:
        locks = InMemoryBlobLocks()
        locks.down = True
        return locks

    @pytest.fixture
    @override
    def impatient(self) -> InMemoryBlobLocks:
        return InMemoryBlobLocks(patience_seconds=0.05)


class _InMemory(UnitsOfWorkFixtures):
    @pytest.fixture
    @override
    def units(self) -> InMemoryUnitsOfWork:
        return InMemoryUnitsOfWork()


class TestInMemoryUnitsOfWork(_InMemory, UnitsOfWorkContract):
    @pytest.fixture
    @override
    def units_that_are_down(self) -> InMemoryUnitsOfWork:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return units


class TestInMemoryTemplateRepository(_InMemory, TemplateRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemoryRenderJournal(_InMemory, RenderJournalContract):
    @pytest.fixture
    @override
    def journal(  # type: ignore[override]  # pytest gives the fixture of this class
        self, units: InMemoryUnitsOfWork, keys: InMemoryIdempotencyKeys
    ) -> InMemoryRenderJournal:
        return InMemoryRenderJournal(units, keys)

    @pytest.fixture
    @override
    def keys(  # type: ignore[override]  # see above
        self, units: InMemoryUnitsOfWork
    ) -> InMemoryIdempotencyKeys:
        return InMemoryIdempotencyKeys(units, FixedClock(), lease=timedelta(0))

    @pytest.fixture
    @override
    def journal_that_is_down(self) -> InMemoryRenderJournal:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemoryRenderJournal(units)


class TestInMemoryTemplateChanges(_InMemory, TemplateChangesContract):
    @pytest.fixture
    @override
    async def changes(  # type: ignore[override]  # pytest gives the fixture of this class
        self, units: InMemoryUnitsOfWork
    ) -> InMemoryTemplateChanges:
        return InMemoryTemplateChanges(units)

    @pytest.fixture
    @override
    async def changes_unheard(self) -> InMemoryTemplateChanges:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemoryTemplateChanges(units)


class TestInMemoryBatchRepository(_InMemory, BatchRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemoryRenderRepository(_InMemory, RenderRepositoryContract):
    """Every promise holds for the fake."""


class _InMemoryJobs(_InMemory, JobsFixtures):
    @pytest.fixture
    @override
    def source_of(self, units: UnitsOfWork) -> MakeSource:
        assert isinstance(units, InMemoryUnitsOfWork)
        database = units.database
        return lambda heartbeat: InMemoryJobSource(database, heartbeat_timeout=heartbeat)

    @pytest.fixture
    @override
    def monitor(self, units: UnitsOfWork) -> InMemoryJobMonitor:
        assert isinstance(units, InMemoryUnitsOfWork)
        return InMemoryJobMonitor(units.database)

    @pytest.fixture
    @override
    def monitor_that_is_down(self) -> InMemoryJobMonitor:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemoryJobMonitor(units.database)

    @pytest.fixture
    @override
    def source_that_is_down(self) -> InMemoryJobSource:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemoryJobSource(units.database)


class TestInMemoryJobMonitor(_InMemoryJobs, JobMonitorContract):
    """Every promise holds for the fake."""


class TestInMemoryLostJobs(_InMemory, LostJobsContract):
    @pytest.fixture
    @override
    def lost(self, units: UnitsOfWork) -> InMemoryLostJobs:
        assert isinstance(units, InMemoryUnitsOfWork)
        return InMemoryLostJobs(units.database)


class TestInMemoryJobQueue(_InMemoryJobs, JobQueueContract):
    """Every promise holds for the fake."""


class TestInMemoryJobSource(_InMemoryJobs, JobSourceContract):
    """Every promise holds for the fake."""


class TestInMemoryAnswerLog(_InMemory, AnswerLogContract):
    @override
    def keys_of(self, units: UnitsOfWork, lease: timedelta) -> InMemoryIdempotencyKeys:
        assert isinstance(units, InMemoryUnitsOfWork)
        return InMemoryIdempotencyKeys(units, FixedClock(), lease=lease)


class TestInMemoryRenderEndings(_InMemory, RenderEndingsContract):
    @pytest.fixture
    @override
    def endings(self) -> InMemoryRenderEndings:
        return InMemoryRenderEndings()

    @override
    async def tell(self, units: UnitsOfWork, endings: RenderEndings, request: RenderRequest) -> None:
        assert isinstance(endings, InMemoryRenderEndings)
        endings.tell(request.id)


class TestInMemoryOwnWorkspace(_InMemory, OwnWorkspaceContract):
    """Every promise holds for the fake."""


class TestInMemoryAssetRepository(_InMemory, AssetRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemoryAuditLog(_InMemory, AuditLogContract):
    """Every promise holds for the fake."""


class TestInMemoryApiKeyRepository(_InMemory, ApiKeyRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemoryApiKeyDirectory(_InMemory, ApiKeyDirectoryContract):
    @pytest.fixture
    @override
    def directory(self, units: UnitsOfWork) -> InMemoryApiKeyDirectory:
        assert isinstance(units, InMemoryUnitsOfWork)
        return InMemoryApiKeyDirectory(units.database)

    @pytest.fixture
    @override
    def directory_that_is_down(self) -> InMemoryApiKeyDirectory:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemoryApiKeyDirectory(units.database)


class TestInMemoryWorkspaceDirectory(_InMemory, WorkspaceDirectoryContract):
    @pytest.fixture
    @override
    def directory(self, units: UnitsOfWork) -> InMemoryWorkspaceDirectory:
        assert isinstance(units, InMemoryUnitsOfWork)
        return InMemoryWorkspaceDirectory(units.database)

    @pytest.fixture
    @override
    def directory_that_is_down(self) -> InMemoryWorkspaceDirectory:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemoryWorkspaceDirectory(units.database)


class TestInMemoryWorkspaceRepository(_InMemory, WorkspaceRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemoryBlobReferences(_InMemory, BlobReferencesContract):
    """Every promise holds for the fake."""


class TestInMemoryIdempotencyKeys(IdempotencyKeysContract):
    @pytest.fixture
    @override
    def units(self) -> InMemoryUnitsOfWork:
        return InMemoryUnitsOfWork()

    @override
    def keys_of(self, units: UnitsOfWork, lease: timedelta, kept: timedelta) -> IdempotencyKeys:
        assert isinstance(units, InMemoryUnitsOfWork)
        return InMemoryIdempotencyKeys(units, FixedClock(), lease=lease, kept=kept)

    @pytest.fixture
    @override
    def keys_that_are_down(self) -> InMemoryIdempotencyKeys:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemoryIdempotencyKeys(units, FixedClock())


class TestInMemoryAssetSource(AssetSourceContract):
    @override
    async def source_of(self, assets: Mapping[str, bytes]) -> InMemoryAssetSource:
        return InMemoryAssetSource(assets)


class TestFixedTokenVerifier(TokenVerifierContract):
    @pytest.fixture
    @override
    def verifier(self) -> FixedTokenVerifier:
        return FixedTokenVerifier({}, FixedClock(NOW))

    @pytest.fixture
    @override
    def verifier_that_is_down(self) -> FixedTokenVerifier:
        verifier = FixedTokenVerifier({}, FixedClock(NOW))
        verifier.down = True
        return verifier

    @override
    def token_of(self, verifier: TokenVerifier, claims: TokenClaims) -> str:
        assert isinstance(verifier, FixedTokenVerifier)
        token = f"token {len(verifier.claims)}"
        verifier.claims[token] = claims
        return token


class TestRecordingRenderer(TemplateRendererContract):
    @pytest.fixture
    @override
    def renderer(self) -> RecordingRenderer:
        return RecordingRenderer(InProcessRenderer())


class TestInMemoryRowReader(RowReaderContract):
    @pytest.fixture
    @override
    def reader(self) -> InMemoryRowReader:
        return InMemoryRowReader()


class TestInMemoryWebhookRepository(_InMemory, WebhookRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemoryDeliveryRepository(_InMemory, DeliveryRepositoryContract):
    """Every promise holds for the fake."""


class TestOpenSecretBox(SecretBoxContract):
    @pytest.fixture
    @override
    def box(self) -> OpenSecretBox:
        return OpenSecretBox()

    @pytest.fixture
    @override
    def other_box(self) -> OpenSecretBox:
        return OpenSecretBox("another key")


class TestRecordingSender(AroundSender, WebhookSenderContract):
    @override
    def around(self, inner: RecordingSender) -> RecordingSender:
        return inner


class TestInMemorySlackInstallationRepository(_InMemory, SlackInstallationRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemorySlackIntentRepository(_InMemory, SlackIntentRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemorySlackDraftRepository(_InMemory, SlackDraftRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemorySlackDeliveryRepository(_InMemory, SlackDeliveryRepositoryContract):
    """Every promise holds for the fake."""


class TestInMemorySlackInstallationDirectory(_InMemory, SlackInstallationDirectoryContract):
    @pytest.fixture
    @override
    def directory(self, units: UnitsOfWork) -> InMemorySlackInstallationDirectory:
        assert isinstance(units, InMemoryUnitsOfWork)
        return InMemorySlackInstallationDirectory(units.database)

    @pytest.fixture
    @override
    def directory_that_is_down(self) -> InMemorySlackInstallationDirectory:
        units = InMemoryUnitsOfWork()
        units.database.down = True
        return InMemorySlackInstallationDirectory(units.database)


class TestInMemoryStorageMark(ReplaceableMarkContract, StorageMarkContract):
    @pytest.fixture
    @override
    def mark(self) -> InMemoryStorageMark:
        return InMemoryStorageMark()

    @pytest.fixture
    @override
    def mark_that_is_down(self) -> InMemoryStorageMark:
        mark = InMemoryStorageMark()
        mark.down = True
        return mark
