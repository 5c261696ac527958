"""The composition root of the service: which adapter stands behind which port.

The graph is built synchronously and holds no open thing; `lifetimes` lists what the lifespan enters and leaves.
"""

from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from dependency_injector import containers, providers

from adapters.jobs.monitor import PgqueuerJobMonitor
from adapters.jobs.queue import PgqueuerJobQueue
from adapters.jobs.source import PgqueuerJobSource
from adapters.jobs.statements import CHANNEL
from adapters.links.signed import SignedDocumentLinks
from adapters.postgres.api_keys import PostgresApiKeyDirectory
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.driver_connections import DRIVER_CONNECTIONS
from adapters.postgres.health import PostgresHealthCheck
from adapters.postgres.idempotency_keys import PostgresIdempotencyKeys
from adapters.postgres.lost_jobs import PostgresLostJobs
from adapters.postgres.notifications import PostgresNotifications
from adapters.postgres.rate_buckets import PostgresRateBuckets
from adapters.postgres.render_endings import RENDERS_CHANNEL, PostgresRenderEndings
from adapters.postgres.render_journal import PostgresRenderJournal
from adapters.postgres.statements import QueueConnection
from adapters.postgres.storage_mark import PostgresStorageMark
from adapters.postgres.template_changes import TEMPLATES_CHANNEL, PostgresTemplateChanges
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.postgres.workspace_repository import PostgresWorkspaceDirectory
from adapters.rendering.language.limits import Limits
from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.reader import IsolatedRowReader
from adapters.secrets.aes_gcm import AesGcmSecretBox
from adapters.system import SystemClock, SystemRandomSource, Uuid7Generator
from adapters.webhooks.network import SystemResolver
from adapters.webhooks.sender import HttpWebhookSender
from application.blob_survey import BlobSurvey
from application.job_worker import Chore
from application.kept_documents import KeptDocuments
from application.key_usage import KeyUsage
from application.own_storage import OwnStorage, OwnStorageHealthCheck
from application.ports.job_queue import JobKind
from application.rate_limiter import RateLimiter
from application.renderer_with_assets import RendererWithAssets
from application.settings_in_force import SettingsOfWorkspaces
from application.slack.use_cases import SlackUseCases
from application.stopping import Stopping
from application.stored_assets import StoredAssets
from application.telling_journal import TellingRenderJournal
from application.use_cases.add_version import AddVersion
from application.use_cases.archive_batch import ArchiveBatch
from application.use_cases.archive_template import ArchiveTemplate
from application.use_cases.audit import ReadAuditEvents, RecordRefusal
from application.use_cases.authenticate import (
    AuthenticateByKey,
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
from application.use_cases.link_archive import LinkArchive
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
from entrypoints.parts.access import bounds_of, choose_authentication, rate_limit, secret_keys_of
from entrypoints.parts.database import administration_of, make_database_backup
from entrypoints.parts.jobs import all_chores, make_job_workers, sending_handlers
from entrypoints.parts.lifetimes import lifetimes_of
from entrypoints.parts.rendering import all_health_checks, choose_renderer
from entrypoints.parts.storage import cached, choose_store
from entrypoints.parts.telemetry import (
    make_figures,
    make_metrics,
    make_metrics_export,
    make_metrics_report,
    make_tracing,
    traced,
)
from entrypoints.parts.zygote import StartedZygote
from entrypoints.settings.service import Settings
from entrypoints.telemetry.process import Telemetry

if TYPE_CHECKING:
    from adapters.telemetry.tracing import Tracing
    from entrypoints.parts.slack import SlackParts

# Each process listens on one for what the database announces, its workers have one each to the queue, as has whoever
# looks at that, and single statements have their own.
CONNECTIONS_BESIDE_POOL: Final = 4 + DRIVER_CONNECTIONS


# Rows of a batch, or of one job of it, that are rendered, stored or tried at a time: none of the processes that do so
# waits for the others.
_ROWS_AT_ONCE: Final = 8


def _slack(settings: Settings, *parts: Any) -> "SlackParts | None":
    """Make what talks to Slack, where that is configured; its packages are imported then alone."""
    if not settings.slack.is_configured:
        return None
    from entrypoints.parts.slack import slack_parts  # noqa: PLC0415  # see above

    return slack_parts(settings, secret_keys_of(settings), *parts)


def _connections_of(slack: "SlackParts | None") -> object:
    return None if slack is None else slack.clients


class Container(containers.DeclarativeContainer):
    """Every object of the service, made once each when first asked for."""

    settings = providers.Dependency(instance_of=Settings)
    telemetry = providers.Dependency(instance_of=Telemetry, default=Telemetry())
    # What workers are forked from, where it was started before the rest.
    zygote: providers.Object[StartedZygote | None] = providers.Object(None)
    tracing = providers.Singleton(make_tracing, telemetry)
    database_url = settings.provided.database.url.get_secret_value.call()

    metrics = providers.Singleton(make_metrics, settings)
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
    administration = providers.Singleton(administration_of, settings, database)
    units_of_work = providers.Singleton(
        PostgresUnitsOfWork,
        database,
        template_changes.provided.note,
        administration,
        job_queue_on=providers.Callable(traced, tracing, "job_queue", providers.Object(PgqueuerJobQueue)),
    )
    versions_to_render = providers.Singleton(VersionsToRender, units_of_work, template_changes, clock)
    webhook_events = providers.Singleton(WebhookEvents, units_of_work, template_changes, clock, ids)
    render_journal = providers.Singleton(PostgresRenderJournal, database)
    telling_journal = providers.Singleton(TellingRenderJournal, render_journal, units_of_work, webhook_events)
    idempotency_keys = providers.Singleton(PostgresIdempotencyKeys, database)
    store = providers.Singleton(choose_store, settings, clock, database_url, tracing)
    measured_storage = providers.Singleton(
        lambda metrics, storage: metrics.storage(storage) if metrics else storage, metrics, store.provided.storage
    )
    storage = providers.Singleton(traced, tracing, "storage", providers.Callable(cached, settings, measured_storage))
    # A section has the fields of what it configures, so that a new one needs no line here.
    limits = providers.Singleton(lambda chosen: Limits(**chosen.of_engine()), settings.provided.limits)
    engine = providers.Singleton(choose_renderer, settings, limits, metrics, tracing, zygote)
    traced_engine = providers.Singleton(traced, tracing, "renderer", engine)
    stored_assets = providers.Singleton(StoredAssets, units_of_work, storage)
    renderer = providers.Singleton(
        lambda metrics, renderer: metrics.renderer(renderer) if metrics else renderer,
        metrics,
        providers.Singleton(RendererWithAssets, traced_engine, stored_assets, limits.provided.output_bytes),
    )

    bounds = providers.Singleton(bounds_of, settings)
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
        RateLimiter, rate_buckets, clock, providers.Callable(rate_limit, "requests", rates.per_second, rates.burst)
    )
    refusal_limiter = providers.Singleton(
        RateLimiter,
        rate_buckets,
        clock,
        providers.Callable(rate_limit, "refusals", rates.refused_per_second, rates.refused_burst),
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
        all_health_checks,
        engine,
        providers.Singleton(PostgresHealthCheck, database),
        providers.Singleton(OwnStorageHealthCheck, store.provided.check, own_storage),
    )
    authentication = providers.Singleton(
        choose_authentication,
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
    secret_box = providers.Singleton(AesGcmSecretBox, providers.Callable(secret_keys_of, settings), "webhooks")
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
        providers.Singleton(traced, tracing, "webhook_sender", webhook_sender),
        secret_box,
        clock,
        providers.Singleton(SystemRandomSource),
    )
    manage_workspaces = providers.Singleton(ManageWorkspaces, units_of_work, clock, ids)
    slack = providers.Singleton(
        _slack,
        settings,
        tracing,
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
            providers.Singleton(LinkArchive, units_of_work, document_links, clock),
        ),
        clock,
        ids,
        providers.Singleton(SystemRandomSource),
    )

    queue_monitor_connection = providers.Singleton(QueueConnection, database_url, CHANNEL)
    job_monitor = providers.Singleton(PgqueuerJobMonitor, queue_monitor_connection.provided.fetch)
    figures = providers.Singleton(make_figures, metrics, database, engine)
    metrics_report = providers.Singleton(
        make_metrics_report, metrics, figures, settings, health_checks.provider, job_monitor
    )
    metrics_export = providers.Singleton(make_metrics_export, telemetry, metrics_report)

    # Entered in this order, left in the opposite one.
    lifetimes = providers.Callable(
        lifetimes_of,
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
        lifetimes_of, database, store.provided.locks, store.provided.trial, own_storage, document_links
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
        make_job_workers,
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
        providers.Callable(sending_handlers, deliver_webhook, slack),
        providers.Callable(all_chores, chores, slack),
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
    worker_lifetimes = providers.Callable(lifetimes_of, queue_connection, messages_connection)

    check_storage = providers.Singleton(CheckStorage, blob_survey, storage, units_of_work, workspaces)
    # What commands about both stores enter.
    stores = providers.Callable(lifetimes_of, database, administration, store.provided.locks, store.provided.storage)

    database_backup = providers.Singleton(make_database_backup, settings)
    # Each is called with the `files` and `blobs` of a place for backups.
    back_up = providers.Factory(BackUp, database_backup, storage, clock=clock, version=version("docgen"))
    thin_backups = providers.Factory(ThinBackups, database_backup, clock=clock)
    restore_backup = providers.Factory(RestoreBackup, database_backup, storage)
    copy_storage = providers.Factory(CopyStorage)
    # What commands about the storage alone enter.
    storages = providers.Callable(lifetimes_of, store.provided.locks, store.provided.storage)

    # What commands about workspaces and keys enter, and those about jobs.
    databases = providers.Callable(lifetimes_of, database, administration)
    queue_and_databases = providers.Callable(lifetimes_of, database, administration, queue_monitor_connection)


_USE_CASES: Final = "application.use_cases."
# It is a step of others, and has hardly any time of its own.
_NO_SPAN: Final = RequestedRenders


def service_container(settings: Settings, telemetry: Telemetry, zygote: StartedZygote | None = None) -> Container:
    """Return the container of a process of the service; where traces are wanted, each use case has a span."""
    container = Container(settings=settings, telemetry=telemetry, zygote=zygote)
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
