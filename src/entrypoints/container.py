"""The composition root of the service: which adapter stands behind which port.

The graph is built synchronously and holds no open thing; `lifetimes` lists what the lifespan enters and leaves.
"""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from dependency_injector import containers, providers
from pydantic import ValidationError

from adapters.jobs.monitor import PgqueuerJobMonitor
from adapters.jobs.queue import PgqueuerJobQueue
from adapters.jobs.source import PgqueuerJobSource
from adapters.jobs.statements import CHANNEL
from adapters.links.key_file import read_or_make_key
from adapters.links.signed import SignedDocumentLinks
from adapters.postgres.api_keys import PostgresApiKeyDirectory
from adapters.postgres.backup import PostgresBackup
from adapters.postgres.blob_locks import PostgresBlobLocks
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.driver_connections import DRIVER_CONNECTIONS
from adapters.postgres.health import PostgresHealthCheck
from adapters.postgres.idempotency_keys import PostgresIdempotencyKeys
from adapters.postgres.lost_jobs import PostgresLostJobs
from adapters.postgres.migrator import head_revision, newer_revision, upgrade
from adapters.postgres.notifications import PostgresNotifications
from adapters.postgres.rate_buckets import PostgresRateBuckets
from adapters.postgres.render_endings import RENDERS_CHANNEL, PostgresRenderEndings
from adapters.postgres.render_journal import PostgresRenderJournal
from adapters.postgres.roles import grant_service, make_embedded_service, role_of, weakness_of
from adapters.postgres.statements import QueueConnection
from adapters.postgres.storage_mark import PostgresStorageMark
from adapters.postgres.template_changes import TEMPLATES_CHANNEL, PostgresTemplateChanges
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.postgres.workspace_repository import PostgresWorkspaceDirectory
from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import Limits
from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.reader import IsolatedRowReader
from adapters.rendering.store import CompiledTemplateStore
from adapters.rendering.workers.machine import can_fork, default_memory_bytes, default_workers
from adapters.rendering.workers.renderer import WorkerRenderer, WorkersHealthCheck
from adapters.rendering.workers.settings import PoolSettings
from adapters.secrets.aes_gcm import AesGcmSecretBox
from adapters.storage.backup_folder import LocalBackupFiles
from adapters.storage.bounded_folder import BoundedFolder
from adapters.storage.cache import CachedDocumentStorage, FileCache
from adapters.storage.local import LocalDocumentStorage, LocalStorageHealthCheck, LocalStorageTrial
from adapters.storage.mark import LocalStorageMark
from adapters.system import SystemClock, SystemRandomSource, Uuid7Generator
from adapters.webhooks.network import SystemResolver
from adapters.webhooks.sender import HttpWebhookSender
from application.blob_survey import BlobSurvey
from application.defaults import RenderDefaults
from application.job_worker import Chore, Handler, JobWorker
from application.kept_documents import KeptDocuments
from application.key_usage import KeyUsage
from application.own_storage import OwnStorage, OwnStorageHealthCheck
from application.ports.backup_files import BackupFiles
from application.ports.clock import Clock
from application.ports.document_links import DocumentLinks
from application.ports.document_storage import DocumentStorage
from application.ports.health_check import HealthCheck
from application.ports.job_monitor import JobMonitor
from application.ports.job_queue import JobKind
from application.ports.job_source import JobSource
from application.ports.storage_mark import StorageMark
from application.ports.template_renderer import TemplateRenderer
from application.rate_limiter import RateLimiter
from application.renderer_with_assets import RendererWithAssets
from application.settings_in_force import InForce, ServiceBounds, SettingsOfWorkspaces
from application.slack.use_cases import SlackUseCases
from application.stopping import Stopping
from application.stored_assets import StoredAssets
from application.telling_journal import TellingRenderJournal
from application.use_cases.add_version import AddVersion
from application.use_cases.archive_batch import ArchiveBatch
from application.use_cases.archive_template import ArchiveTemplate
from application.use_cases.audit import ReadAuditEvents, RecordRefusal
from application.use_cases.authenticate import (
    AdmitAnybody,
    AuthenticateByKey,
    AuthenticateByToken,
    Authentication,
)
from application.use_cases.await_end import AwaitEnd
from application.use_cases.back_up import BackUp
from application.use_cases.carry_out_batch import CarryOutBatch
from application.use_cases.carry_out_render import CarryOutRender
from application.use_cases.change_batch import ChangeBatch
from application.use_cases.change_render import CancelRender, RetryRender
from application.use_cases.check_rows import CheckRows
from application.use_cases.check_storage import CheckStorage
from application.use_cases.collect_blobs import CollectBlobs
from application.use_cases.configure_workspace import ConfigureWorkspace, ReadWorkspace
from application.use_cases.copy_storage import CopyStorage
from application.use_cases.create_batch import CreateBatch
from application.use_cases.deliver_webhook import DeliverWebhook
from application.use_cases.erase_batch import CarryOutErasure, EraseExpiredBatches
from application.use_cases.erase_render import EraseRender
from application.use_cases.inspect_upload import InspectUpload
from application.use_cases.keep_asset import KeepAsset
from application.use_cases.keep_house import EraseExpiredRenders, SweepDeliveries, SweepIdempotencyKeys
from application.use_cases.link_document import LinkDocument, OpenLink
from application.use_cases.manage_api_keys import ManageApiKeys
from application.use_cases.manage_jobs import ManageJobs
from application.use_cases.manage_webhooks import ManageWebhooks
from application.use_cases.manage_workspaces import ManageWorkspaces
from application.use_cases.prepare_rows import PrepareRows
from application.use_cases.publish_version import PublishVersion
from application.use_cases.purge_template import PurgeTemplate
from application.use_cases.queue_render import QueueRender
from application.use_cases.read_assets import DeleteAsset, ReadAssets
from application.use_cases.read_batches import ReadBatches
from application.use_cases.read_deliveries import ReadDeliveries, ReplayDelivery, TryWebhook
from application.use_cases.read_renders import GetDocument, ReadRenders
from application.use_cases.read_templates import ReadTemplates
from application.use_cases.read_usage import ReadUsage
from application.use_cases.refine_schema import RefineSchema
from application.use_cases.register_template import RegisterTemplate
from application.use_cases.render_document import RenderDocument
from application.use_cases.requested_renders import RequestedRenders
from application.use_cases.requeue_lost import RequeueLost
from application.use_cases.restore_backup import RestoreBackup
from application.use_cases.thin_backups import ThinBackups
from application.use_cases.update_template import UpdateTemplate
from application.use_cases.validate_template import ValidateTemplate
from application.versions_to_render import VersionsToRender
from application.webhook_events import WebhookEvents
from domain.errors import InvalidRequestError
from domain.rate_limit import RateLimit
from entrypoints.metrics_settings import FILES_VARIABLE
from entrypoints.s3_settings import S3Settings
from entrypoints.settings import NO_DATABASE, OIDC_INCOMPLETE, Settings, SettingsError
from entrypoints.telemetry.process import Telemetry

if TYPE_CHECKING:
    from adapters.prometheus.metrics import Metrics, RefreshedFigures
    from adapters.prometheus.report import PrometheusReport
    from adapters.storage.s3.bucket import Bucket
    from adapters.telemetry.tracing import Tracing
    from entrypoints.slack_parts import SlackParts

# Each process listens on one for what the database announces, its workers have one each to the queue, as has whoever
# looks at that, and single statements have their own.
CONNECTIONS_BESIDE_POOL: Final = 4 + DRIVER_CONNECTIONS
# Messages of a worker that are under way at a time: they wait for receivers, and take hardly any work.
_MESSAGES_AT_ONCE: Final = 50
_S3: Final = "s3://"


def _render_workers(settings: Settings) -> int:
    """Choose how many workers render for one process; 0: it renders itself."""
    workers = settings.rendering.workers
    if workers is None:
        workers = default_workers() if can_fork() else 0
    # Each process that serves HTTP has workers of its own: two at least, unless there is to be one only.
    return max(min(2, workers), math.ceil(workers / settings.http.workers))


def _metrics(settings: Settings) -> "Metrics | None":
    """Return what counts and times, None where nobody wants to know."""
    if not settings.metrics.enabled:
        return None
    from adapters.prometheus.metrics import Metrics  # noqa: PLC0415  # only where it is wanted

    folder = os.environ.get(FILES_VARIABLE)
    return Metrics(Path(folder) if folder else None)


def _figures(metrics: "Metrics | None", database: PostgresDatabase, engine: TemplateRenderer) -> object:
    return metrics and metrics.figures(database, engine if isinstance(engine, WorkerRenderer) else None)


def _metrics_report(
    metrics: "Metrics | None",
    figures: "RefreshedFigures",
    settings: Settings,
    components: Callable[[], Sequence[HealthCheck]],
    jobs: JobMonitor,
) -> "PrometheusReport | None":
    if metrics is None:
        return None
    from adapters.prometheus.report import Installation  # noqa: PLC0415  # only where it is wanted

    installation = Installation(components, jobs, settings.data_dir, version("docgen"))
    return metrics.report(figures, installation)


def _metrics_export(telemetry: Telemetry, report: "PrometheusReport | None") -> object:
    return None if report is None else telemetry.metrics_export(report.families)


def _tracing(telemetry: Telemetry) -> "Tracing | None":
    """Return what makes decorators of ports, None where nobody wants traces: then there are none in between."""
    tracer = telemetry.tracer
    if tracer is None:
        return None
    from adapters.telemetry.tracing import Tracing  # noqa: PLC0415  # only where it is configured

    return Tracing(tracer, propagates=telemetry.propagates)


def _traced(tracing: "Tracing | None", part: str, inner: Any) -> Any:
    """Put the decorator for a part of the service around it, where there are any."""
    return inner if tracing is None else getattr(tracing, part)(inner)


def _renderer(
    settings: Settings, limits: Limits, metrics: "Metrics | None", tracing: "Tracing | None"
) -> TemplateRenderer:
    """Choose where templates run: in workers, or in this process, which then keeps what it has compiled on the disk."""
    share = _render_workers(settings)
    if share == 0:
        room = settings.cache.compiled_bytes
        folder = BoundedFolder(settings.compiled_templates_dir, room, "Compiled templates cannot be kept")
        return InProcessRenderer(
            limits, CompiledTemplateStore(folder, limits), observer=metrics.rendering if metrics else None
        )
    memory = settings.limits.memory_bytes or default_memory_bytes(share * settings.http.workers)
    pool = PoolSettings(share, memory, settings.limits.render_seconds)
    observer, watch = metrics.rendering if metrics else None, tracing.work if tracing else None
    return WorkerRenderer(pool, limits, observer, watch)


class _Store(NamedTuple):
    """A storage, and what there is to it: `locks` where it has none of its own, `links` where it can sign them."""

    storage: DocumentStorage
    # What is entered to see whether it can be opened.
    trial: AbstractAsyncContextManager[Any]
    mark: StorageMark
    check: HealthCheck
    locks: PostgresBlobLocks | None = None
    links: DocumentLinks | None = None


def _store(settings: Settings, clock: Clock, database_url: str, tracing: "Tracing | None" = None) -> _Store:
    """Choose where blobs lie."""
    if settings.storage.kind == "s3":
        return _bucket(settings, clock, database_url, tracing)
    storage = LocalDocumentStorage(settings.storage_dir, clock)
    mark, check = LocalStorageMark(settings.storage_dir), LocalStorageHealthCheck(storage)
    return _Store(storage, LocalStorageTrial(storage), mark, check)


def _bucket(settings: Settings, clock: Clock, database_url: str, tracing: "Tracing | None") -> _Store:
    from adapters.storage.s3.links import S3DocumentLinks  # noqa: PLC0415  # only where it is configured
    from adapters.storage.s3.mark import S3StorageMark  # noqa: PLC0415  # see above
    from adapters.storage.s3.storage import S3DocumentStorage, S3StorageHealthCheck  # noqa: PLC0415  # see above

    locks = PostgresBlobLocks(database_url)
    bucket = _bucket_of(settings.storage.s3, tracing)
    storage = S3DocumentStorage(bucket, locks, clock)
    check, links = S3StorageHealthCheck(bucket), S3DocumentLinks(bucket, clock)
    return _Store(storage, storage, S3StorageMark(bucket), check, locks, links)


def _bucket_of(chosen: S3Settings, tracing: "Tracing | None" = None) -> "Bucket":
    from adapters.storage.s3.bucket import Bucket  # noqa: PLC0415  # only where it is configured
    from adapters.storage.s3.options import Credentials, Encryption, S3Options  # noqa: PLC0415  # see above

    options = S3Options(
        credentials=Credentials(*key) if (key := chosen.key) else None,
        encryption=Encryption(chosen.encryption, chosen.kms_key_id) if chosen.encryption else None,
        **chosen.of_bucket(),
    )
    return Bucket(options, None if tracing is None else tracing.bucket)


def _cached(settings: Settings, storage: DocumentStorage) -> DocumentStorage:
    """Put a cache of this machine before a storage, where it has room for one."""
    room = settings.cached_file_bytes
    return CachedDocumentStorage(storage, FileCache(settings.cached_files_dir, room)) if room else storage


def _administration(settings: Settings, database: PostgresDatabase) -> PostgresDatabase:
    """Choose the role that workspaces are created and deleted under; only commands do that, one at a time."""
    url = settings.database.admin_url
    return database if url is None else PostgresDatabase(url.get_secret_value(), pool_size=1)


def _health_checks(renderer: TemplateRenderer, *others: HealthCheck) -> list[HealthCheck]:
    return [*others, WorkersHealthCheck(renderer)] if isinstance(renderer, WorkerRenderer) else list(others)


def _authentication(
    settings: Settings, by_key: AuthenticateByKey, workspaces: PostgresWorkspaceDirectory, clock: Clock
) -> Authentication:
    """Choose how callers become known; where nobody has chosen, not at all would be the wrong guess."""
    if settings.auth.mode == "none":
        return AdmitAnybody()
    if settings.auth.mode != "oidc":
        return by_key
    from adapters.oidc.issuer_keys import IssuerKeys  # noqa: PLC0415  # only where it is configured
    from adapters.oidc.verifier import OidcOptions, OidcTokenVerifier  # noqa: PLC0415  # see above

    oidc = settings.oidc
    if oidc.issuer is None or oidc.audience is None:
        raise SettingsError(OIDC_INCOMPLETE)
    options = OidcOptions(oidc.issuer, oidc.audience, oidc.workspace_claim, oidc.scope_claim)
    tokens = OidcTokenVerifier(IssuerKeys(oidc.issuer, oidc.jwks_url, clock), options)
    return AuthenticateByToken(by_key, tokens, workspaces, oidc.workspace)


def _rate(name: str, per_second: float, burst: int) -> RateLimit | None:
    return RateLimit(name, per_second, burst) if per_second else None


def _secret_keys(settings: Settings) -> Sequence[str]:
    """Return the keys that were given, or that of the data directory.

    Raises:
        ServiceUnavailableError: none was given, and that one can be neither read nor made.
    """
    return settings.secret_keys or (read_or_make_key(settings.secret_key_file),)


def _job_workers(
    settings: Settings,
    tracing: "Tracing | None",
    renders: JobSource,
    messages: JobSource,
    rendering: dict[JobKind, Handler],
    sending: dict[JobKind, Handler],
    chores: Sequence[Chore],
    metrics: "Metrics | None",
) -> list[JobWorker]:
    """Make a worker for what takes the processor, and one for what waits for others: neither holds the other one up."""
    # One renders, and one writes: while a document is put onto the disk, the next is made.
    concurrency = settings.worker.concurrency or 2 * max(2, _render_workers(settings))
    workers: list[JobWorker] = []
    for source, at_once, handlers in ((renders, concurrency, rendering), (messages, _MESSAGES_AT_ONCE, sending)):
        wanted = [(kind, handler) for kind, handler in handlers.items() if kind in settings.worker.kinds]
        taken = {kind: _traced(tracing, "handler", handler) for kind, handler in wanted}
        if taken:
            grace = settings.worker.grace_seconds
            # Whatever kinds a process takes, it does the chores once.
            mine = () if workers else chores
            workers.append(
                JobWorker(
                    source,
                    taken,
                    concurrency=at_once,
                    grace_seconds=grace,
                    chores=mine,
                    observer=metrics.jobs if metrics else None,
                )
            )
    return workers


# Rows of a batch, or of one job of it, that are rendered, stored or tried at a time: none of the processes that do so
# waits for the others.
_ROWS_AT_ONCE: Final = 8


def _slack(settings: Settings, *parts: Any) -> "SlackParts | None":
    """Make what talks to Slack, where that is configured; its packages are imported then alone."""
    if not settings.slack.is_configured:
        return None
    from entrypoints.slack_parts import slack_parts  # noqa: PLC0415  # see above

    return slack_parts(settings, _secret_keys(settings), *parts)


def _sending(webhook: Handler, slack: "SlackParts | None") -> dict[JobKind, Handler]:
    """Say who carries out the jobs that wait for others."""
    return {JobKind.WEBHOOK: webhook, **(slack.handlers if slack is not None else {})}


def _all_chores(chores: Sequence[Chore], slack: "SlackParts | None") -> list[Chore]:
    return [*chores, *(slack.chores if slack is not None else ())]


def _connections_of(slack: "SlackParts | None") -> object:
    return None if slack is None else slack.clients


def _bounds(settings: Settings) -> ServiceBounds:
    """Say what holds where a workspace has chosen nothing, and how far it may go."""
    limits, defaults = settings.limits, settings.defaults
    service = InForce(RenderDefaults(**defaults.model_dump()), limits.template_bytes, limits.data_bytes)
    return ServiceBounds(service, max(limits.retention_days, defaults.retention_days))


def _database_backup(settings: Settings) -> PostgresBackup:
    from adapters.embedded.programs import program_folders  # noqa: PLC0415  # only where something is backed up

    url, owner_url = settings.database.url, settings.database.admin_url or settings.database.url
    assert url is not None and owner_url is not None  # noqa: S101, PT018  # commands name one, embedded or not
    return PostgresBackup(owner_url.get_secret_value(), url.get_secret_value(), program_folders(settings.pg_bin))


def _lifetimes(*objects: object) -> list[AbstractAsyncContextManager[Any]]:
    return [each for each in objects if isinstance(each, AbstractAsyncContextManager)]


class Container(containers.DeclarativeContainer):
    """Every object of the service, made once each when first asked for."""

    settings = providers.Dependency(instance_of=Settings)
    telemetry = providers.Dependency(instance_of=Telemetry, default=Telemetry())
    tracing = providers.Singleton(_tracing, telemetry)
    database_url = settings.provided.database.url.get_secret_value.call()

    metrics = providers.Singleton(_metrics, settings)
    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(Uuid7Generator, clock)

    database = providers.Singleton(
        PostgresDatabase,
        database_url,
        pool_size=settings.provided.database.pool_size,
        watch=providers.Callable(lambda tracing: tracing and tracing.database, tracing),
    )
    template_changes = providers.Singleton(PostgresTemplateChanges)
    render_endings = providers.Singleton(PostgresRenderEndings)
    notifications = providers.Singleton(
        PostgresNotifications,
        database_url,
        providers.Dict({TEMPLATES_CHANNEL: template_changes, RENDERS_CHANNEL: render_endings}),
    )
    administration = providers.Singleton(_administration, settings, database)
    units_of_work = providers.Singleton(
        PostgresUnitsOfWork,
        database,
        template_changes.provided.note,
        administration,
        job_queue_on=providers.Callable(_traced, tracing, "job_queue", providers.Object(PgqueuerJobQueue)),
    )
    versions_to_render = providers.Singleton(VersionsToRender, units_of_work, template_changes, clock)
    webhook_events = providers.Singleton(WebhookEvents, units_of_work, template_changes, clock, ids)
    render_journal = providers.Singleton(PostgresRenderJournal, database)
    telling_journal = providers.Singleton(TellingRenderJournal, render_journal, units_of_work, webhook_events)
    idempotency_keys = providers.Singleton(PostgresIdempotencyKeys, database)
    store = providers.Singleton(_store, settings, clock, database_url, tracing)
    measured_storage = providers.Singleton(
        lambda metrics, storage: metrics.storage(storage) if metrics else storage, metrics, store.provided.storage
    )
    storage = providers.Singleton(_traced, tracing, "storage", providers.Callable(_cached, settings, measured_storage))
    # A section has the fields of what it configures, so that a new one needs no line here.
    limits = providers.Singleton(lambda chosen: Limits(**chosen.of_engine()), settings.provided.limits)
    engine = providers.Singleton(_renderer, settings, limits, metrics, tracing)
    traced_engine = providers.Singleton(_traced, tracing, "renderer", engine)
    stored_assets = providers.Singleton(StoredAssets, units_of_work, storage)
    renderer = providers.Singleton(
        lambda metrics, renderer: metrics.renderer(renderer) if metrics else renderer,
        metrics,
        providers.Singleton(RendererWithAssets, traced_engine, stored_assets, limits.provided.output_bytes),
    )

    bounds = providers.Singleton(_bounds, settings)
    settings_in_force = providers.Singleton(SettingsOfWorkspaces, units_of_work, template_changes, clock, bounds)
    read_workspace = providers.Singleton(ReadWorkspace, units_of_work, bounds)
    configure_workspace = providers.Singleton(ConfigureWorkspace, units_of_work, bounds)
    inspect_upload = providers.Singleton(InspectUpload, renderer, settings_in_force)
    register_template = providers.Singleton(
        RegisterTemplate, inspect_upload, storage, units_of_work, clock, ids, webhook_events
    )
    add_version = providers.Singleton(AddVersion, inspect_upload, storage, units_of_work, clock, webhook_events)
    publish_version = providers.Singleton(PublishVersion, units_of_work, clock, webhook_events)
    refine_schema = providers.Singleton(RefineSchema, units_of_work)
    update_template = providers.Singleton(UpdateTemplate, units_of_work, clock)
    archive_template = providers.Singleton(ArchiveTemplate, units_of_work, clock)
    purge_template = providers.Singleton(PurgeTemplate, units_of_work, storage)
    read_templates = providers.Singleton(ReadTemplates, units_of_work, storage)
    validate_template = providers.Singleton(ValidateTemplate, inspect_upload, renderer, settings_in_force, clock)
    requested_renders = providers.Singleton(
        RequestedRenders,
        versions_to_render,
        storage,
        settings_in_force,
        clock,
        ids,
        webhook_events,
    )
    documents = providers.Singleton(KeptDocuments, storage, settings.provided.storage.bytes_of_document_in_record)
    render_document = providers.Singleton(
        RenderDocument, renderer, documents, requested_renders, telling_journal, clock
    )
    queue_render = providers.Singleton(
        QueueRender, units_of_work, requested_renders, settings.provided.limits.queued_renders
    )
    carry_out_render = providers.Singleton(
        CarryOutRender, units_of_work, requested_renders, renderer, documents, clock, webhook_events
    )
    read_renders = providers.Singleton(ReadRenders, units_of_work)
    stopping = providers.Singleton(Stopping)
    await_render = providers.Singleton(AwaitEnd, read_renders.provided.get, render_endings, stopping)
    row_reader = providers.Singleton(
        IsolatedRowReader,
        providers.Singleton(lambda chosen: RowLimits(**chosen.of_rows()), settings.provided.limits),
    )
    prepare_rows = providers.Singleton(
        PrepareRows,
        row_reader,
        renderer,
        _ROWS_AT_ONCE,
    )
    create_batch = providers.Singleton(
        CreateBatch,
        units_of_work,
        requested_renders,
        prepare_rows,
        settings_in_force,
        clock,
        ids,
        webhook_events,
        settings.provided.limits.queued_rows,
    )
    carry_out_batch = providers.Singleton(
        CarryOutBatch,
        units_of_work,
        requested_renders,
        renderer,
        documents,
        clock,
        ids,
        webhook_events,
        _ROWS_AT_ONCE,
    )
    carry_out_erasure = providers.Singleton(CarryOutErasure, units_of_work, storage, clock)
    read_batches = providers.Singleton(ReadBatches, units_of_work)
    archive_batch = providers.Singleton(ArchiveBatch, units_of_work, storage, clock)
    await_batch = providers.Singleton(AwaitEnd, read_batches.provided.get, render_endings, stopping)
    change_batch = providers.Singleton(ChangeBatch, units_of_work, clock)
    cancel_render = providers.Singleton(CancelRender, units_of_work, clock)
    retry_render = providers.Singleton(RetryRender, units_of_work, clock)
    erase_render = providers.Singleton(EraseRender, units_of_work, storage, clock)
    get_document = providers.Singleton(GetDocument, units_of_work, storage, clock)
    document_links = providers.Singleton(
        SignedDocumentLinks, settings.provided.secret_keys, settings.provided.secret_key_file
    )
    read_usage = providers.Singleton(ReadUsage, units_of_work, clock)
    redirects = providers.Callable(lambda store, links: store.links or links, store, document_links)
    link_document = providers.Singleton(LinkDocument, units_of_work, get_document, document_links, redirects, clock)
    open_link = providers.Singleton(OpenLink, document_links, get_document, clock)
    keep_asset = providers.Singleton(KeepAsset, storage, units_of_work, clock, renderer)
    read_assets = providers.Singleton(ReadAssets, units_of_work, storage)
    delete_asset = providers.Singleton(DeleteAsset, units_of_work)
    rate_buckets = providers.Singleton(PostgresRateBuckets, database)
    rates = settings.provided.rate_limit
    rate_limiter = providers.Singleton(
        RateLimiter, rate_buckets, clock, providers.Callable(_rate, "requests", rates.per_second, rates.burst)
    )
    refusal_limiter = providers.Singleton(
        RateLimiter,
        rate_buckets,
        clock,
        providers.Callable(_rate, "refusals", rates.refused_per_second, rates.refused_burst),
    )
    record_refusal = providers.Singleton(RecordRefusal, units_of_work, refusal_limiter)
    read_audit_events = providers.Singleton(ReadAuditEvents, units_of_work)
    key_usage = providers.Singleton(KeyUsage, units_of_work, clock)
    workspaces = providers.Singleton(PostgresWorkspaceDirectory, database)
    own_storage = providers.Singleton(
        OwnStorage,
        store.provided.mark,
        providers.Singleton(PostgresStorageMark, database),
        store.provided.storage,
        units_of_work,
        workspaces,
        ids,
    )
    health_checks = providers.Callable(
        _health_checks,
        engine,
        providers.Singleton(PostgresHealthCheck, database),
        providers.Singleton(OwnStorageHealthCheck, store.provided.check, own_storage),
    )
    authentication = providers.Singleton(
        _authentication,
        settings,
        providers.Singleton(
            AuthenticateByKey, providers.Singleton(PostgresApiKeyDirectory, database), key_usage, clock, record_refusal
        ),
        workspaces,
        clock,
    )
    manage_api_keys = providers.Singleton(
        ManageApiKeys, units_of_work, clock, ids, providers.Singleton(SystemRandomSource)
    )
    secret_box = providers.Singleton(AesGcmSecretBox, providers.Callable(_secret_keys, settings), "webhooks")
    resolver = providers.Singleton(SystemResolver)
    http_sender = providers.Singleton(HttpWebhookSender, resolver, settings.provided.webhooks.networks)
    webhook_sender = providers.Singleton(
        lambda metrics, sender: metrics.webhook_sender(sender) if metrics else sender, metrics, http_sender
    )
    manage_webhooks = providers.Singleton(
        ManageWebhooks,
        units_of_work,
        webhook_sender,
        secret_box,
        clock,
        ids,
        providers.Singleton(SystemRandomSource),
    )
    read_deliveries = providers.Singleton(ReadDeliveries, units_of_work)
    try_webhook = providers.Singleton(TryWebhook, units_of_work, webhook_events)
    replay_delivery = providers.Singleton(ReplayDelivery, units_of_work, clock)
    deliver_webhook = providers.Singleton(
        DeliverWebhook,
        units_of_work,
        providers.Singleton(_traced, tracing, "webhook_sender", webhook_sender),
        secret_box,
        clock,
        providers.Singleton(SystemRandomSource),
    )
    manage_workspaces = providers.Singleton(ManageWorkspaces, units_of_work, clock, ids)
    slack = providers.Singleton(
        _slack,
        settings,
        database,
        units_of_work,
        workspaces,
        queue_render,
        get_document,
        link_document,
        row_reader,
        providers.Singleton(
            SlackUseCases,
            validate_template,
            register_template,
            add_version,
            providers.Singleton(CheckRows, requested_renders, prepare_rows, settings_in_force, clock),
            create_batch,
            archive_batch,
        ),
        clock,
        ids,
        providers.Singleton(SystemRandomSource),
    )

    queue_monitor_connection = providers.Singleton(QueueConnection, database_url, CHANNEL)
    job_monitor = providers.Singleton(PgqueuerJobMonitor, queue_monitor_connection.provided.fetch)
    figures = providers.Singleton(_figures, metrics, database, engine)
    metrics_report = providers.Singleton(
        _metrics_report, metrics, figures, settings, health_checks.provider, job_monitor
    )
    metrics_export = providers.Singleton(_metrics_export, telemetry, metrics_report)

    # Entered in this order, left in the opposite one.
    lifetimes = providers.Callable(
        _lifetimes,
        database,
        administration,
        notifications,
        render_journal,
        store.provided.locks,
        store.provided.storage,
        own_storage,
        document_links,
        engine,
        key_usage,
        resolver,
        http_sender,
        queue_monitor_connection,
        figures,
        metrics_export,
        providers.Callable(_connections_of, slack),
    )

    # What is opened before the processes of a service are, so that all that is wrong is said once.
    opened_once = providers.Callable(
        _lifetimes, database, store.provided.locks, store.provided.trial, own_storage, document_links
    )

    blob_survey = providers.Singleton(BlobSurvey, units_of_work, storage, clock, settings.provided.storage.grace)
    queue_connection = providers.Singleton(QueueConnection, database_url, CHANNEL)
    messages_connection = providers.Singleton(QueueConnection, database_url, CHANNEL)
    chores = providers.List(
        providers.Singleton(
            Chore,
            "expired-renders",
            timedelta(minutes=10),
            providers.Singleton(EraseExpiredRenders, units_of_work, workspaces, storage, clock, webhook_events),
        ),
        providers.Singleton(
            Chore,
            "expired-batches",
            timedelta(minutes=10),
            providers.Singleton(EraseExpiredBatches, units_of_work, workspaces, clock, webhook_events),
        ),
        providers.Singleton(
            Chore,
            "idempotency-keys",
            timedelta(hours=1),
            providers.Singleton(SweepIdempotencyKeys, idempotency_keys, workspaces),
        ),
        providers.Singleton(
            Chore,
            "lost-jobs",
            timedelta(minutes=10),
            providers.Singleton(
                RequeueLost, units_of_work, workspaces, providers.Singleton(PostgresLostJobs, database), clock
            ),
        ),
        providers.Singleton(
            Chore,
            "webhook-deliveries",
            timedelta(hours=1),
            providers.Singleton(SweepDeliveries, units_of_work, workspaces, clock),
        ),
        providers.Singleton(
            Chore, "blobs", timedelta(hours=6), providers.Singleton(CollectBlobs, blob_survey, storage)
        ),
    )
    job_workers = providers.Singleton(
        _job_workers,
        settings,
        tracing,
        providers.Singleton(PgqueuerJobSource, queue_connection),
        providers.Singleton(PgqueuerJobSource, messages_connection),
        providers.Dict(
            {
                JobKind.RENDER: carry_out_render,
                JobKind.BATCH: carry_out_batch,
                JobKind.BATCH_ERASURE: carry_out_erasure,
            }
        ),
        providers.Callable(_sending, deliver_webhook, slack),
        providers.Callable(_all_chores, chores, slack),
        metrics,
    )
    manage_jobs = providers.Singleton(
        ManageJobs,
        units_of_work,
        job_monitor,
        clock,
        retry_render,
        cancel_render,
        change_batch,
        replay_delivery,
    )
    # What a worker enters besides.
    worker_lifetimes = providers.Callable(_lifetimes, queue_connection, messages_connection)

    check_storage = providers.Singleton(CheckStorage, blob_survey, storage, units_of_work, workspaces)
    # What commands about both stores enter.
    stores = providers.Callable(_lifetimes, database, administration, store.provided.locks, store.provided.storage)

    database_backup = providers.Singleton(_database_backup, settings)
    # Each is called with the `files` and `blobs` of a place for backups.
    back_up = providers.Factory(BackUp, database_backup, storage, clock=clock, version=version("docgen"))
    thin_backups = providers.Factory(ThinBackups, database_backup, clock=clock)
    restore_backup = providers.Factory(RestoreBackup, database_backup, storage)
    copy_storage = providers.Factory(CopyStorage)
    # What commands about the storage alone enter.
    storages = providers.Callable(_lifetimes, store.provided.locks, store.provided.storage)

    # What commands about workspaces and keys enter, and those about jobs.
    databases = providers.Callable(_lifetimes, database, administration)
    queue_and_databases = providers.Callable(_lifetimes, database, administration, queue_monitor_connection)


_USE_CASES: Final = "application.use_cases."
# It is a step of others, and has hardly any time of its own.
_NO_SPAN: Final = RequestedRenders


def service_container(settings: Settings, telemetry: Telemetry) -> Container:
    """Return the container of a process of the service; where traces are wanted, each use case has a span."""
    container = Container(settings=settings, telemetry=telemetry)
    tracing: Tracing | None = container.tracing()
    if tracing is not None:
        for provider in container.providers.values():
            if isinstance(provider, providers.Singleton) and _is_use_case(provider.cls):
                provider.set_provides(_made_by(provider.cls, tracing))
    return container


def _is_use_case(provided: Any) -> bool:
    return isinstance(provided, type) and provided.__module__.startswith(_USE_CASES) and provided is not _NO_SPAN


def _made_by(use_case: Callable[..., Any], tracing: "Tracing") -> Callable[..., Any]:
    return lambda *arguments, **named: tracing.use_case(use_case(*arguments, **named))


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """Where backups are kept: the files of each, and the blobs of all of them."""

    files: BackupFiles
    blobs: DocumentStorage
    locks: PostgresBlobLocks | None = None

    @property
    def lifetimes(self) -> list[AbstractAsyncContextManager[Any]]:
        """What is entered before it is used."""
        return _lifetimes(self.files, self.locks, self.blobs)


def backup_place(place: str, container: Container) -> BackupPlace:
    """Return the place for backups that a folder's path names, or s3://BUCKET/PREFIX.

    A bucket is one of the store that the settings name, with their credentials.

    Raises:
        InvalidRequestError: it is neither.
    """
    clock = container.clock()
    if not place.startswith(_S3):
        if "://" in place:
            raise InvalidRequestError(place, "a place for backups is a folder, or s3://BUCKET/PREFIX.")
        return BackupPlace(
            LocalBackupFiles(Path(place) / "backups"), LocalDocumentStorage(Path(place) / "blobs", clock)
        )
    from adapters.storage.s3.backup_files import S3BackupFiles  # noqa: PLC0415  # only where it is asked for
    from adapters.storage.s3.storage import S3DocumentStorage  # noqa: PLC0415  # see above

    bucket, _, prefix = place.removeprefix(_S3).partition("/")
    settings = container.settings()
    files, blobs = (_s3_below(settings, place, bucket, f"{prefix}/{folder}") for folder in ("backups", "blobs"))
    locks = PostgresBlobLocks(container.database_url())
    return BackupPlace(S3BackupFiles(_bucket_of(files)), S3DocumentStorage(_bucket_of(blobs), locks, clock), locks)


def _s3_below(settings: Settings, place: str, bucket: str, prefix: str) -> S3Settings:
    try:
        chosen = S3Settings(**{**settings.storage.s3.model_dump(), "bucket": bucket, "prefix": prefix})
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise InvalidRequestError(place, f"it is no place in a bucket: {reason}.") from error
    complaint = chosen.complaint()
    if complaint is not None:
        raise SettingsError(complaint)
    return chosen


class StorageOfKind(NamedTuple):
    """A storage, and what is entered before it is used."""

    storage: DocumentStorage
    mark: StorageMark
    lifetimes: list[AbstractAsyncContextManager[Any]]


def storage_of_kind(container: Container, kind: Literal["local", "s3"]) -> StorageOfKind:
    """Return the storage of one kind, whichever the service uses.

    Raises:
        SettingsError: the settings do not say where it is.
    """
    settings: Settings = container.settings()
    complaint = settings.storage.s3.complaint() if kind == "s3" else None
    if complaint is not None:
        raise SettingsError(complaint)
    chosen = settings.model_copy(update={"storage": settings.storage.model_copy(update={"kind": kind})})
    # Nothing is erased: the locks of a bucket, which need the database, are never taken.
    store = _store(chosen, container.clock(), "")
    return StorageOfKind(store.storage, store.mark, _lifetimes(store.storage))


@contextmanager
def start_embedded_database(settings: Settings) -> Iterator[str]:
    """Run the embedded PostgreSQL of the data directory, or attach to the one that runs there; yield its URL.

    Raises:
        ServiceUnavailableError: it cannot be started.
        SettingsError: this installation, the container image for one, is to have none.
    """
    if not settings.database.embedded:
        raise SettingsError(NO_DATABASE)
    from adapters.embedded import EmbeddedPostgres  # noqa: PLC0415  # only where no database is configured

    with EmbeddedPostgres(settings.data_dir, pg_bin=settings.pg_bin) as server:
        yield server.url()


@dataclass(frozen=True, slots=True)
class Migrated:
    """The revision that a database has, and why row-level security is no second wall for the service, if so.

    A `newer` one is that of a later version of DocGen.
    """

    revision: str
    weakness: str | None
    newer: bool = False


async def migrate(owner_url: str, service_url: str) -> Migrated:
    """Bring a database to this version's schema under its owner's role, and let the service's role use it.

    One that a later version has migrated is left as it is: this version can work with it, and is there again because
    somebody went back to it.

    Raises:
        ServiceUnavailableError: it is down or refuses, or there is no such role.
    """
    newer = await newer_revision(owner_url)
    if newer is not None:
        return Migrated(newer, None, newer=True)
    await upgrade(owner_url)
    role = role_of(service_url)
    if role is None:
        return Migrated(head_revision(), None)
    if role != role_of(owner_url):
        await grant_service(owner_url, role)
    return Migrated(head_revision(), await weakness_of(owner_url, role))


async def prepare_embedded_database(url: str) -> str:
    """Bring the embedded database to this version's schema, and return the URL of the service's role."""
    await upgrade(url)
    return await make_embedded_service(url)
