"""Slack's part of the graph, imported only where Slack is configured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.slack import PostgresSlackInstallationDirectory
from adapters.rendering.rows.conventions import conventions_of
from adapters.secrets.aes_gcm import AesGcmSecretBox
from adapters.slack.clients import SlackWebClients
from adapters.slack.oauth import SlackWebOAuth
from application.job_worker import Chore, Handler
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.job_queue import JobKind
from application.ports.random_source import RandomSource
from application.ports.row_reader import RowReader
from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from application.slack.authors import SlackAuthors
from application.slack.delivering import DeliverToSlack
from application.slack.edge import AnswerSlack
from application.slack.generate import GenerateInSlack
from application.slack.home import HomeInSlack
from application.slack.installing import ForgetSlack, InstallSlack, RenewSlackTokens
from application.slack.merge import MailMergeInSlack
from application.slack.names import BOT_SCOPES
from application.slack.places import SlackPlaces
from application.slack.queueing import QueueForSlack
from application.slack.routes import SlackRoutes
from application.slack.sweeping import SweepSlack
from application.slack.tables import ReadFormTables
from application.slack.templates import TemplatesInSlack
from application.slack.use_cases import SlackUseCases
from application.slack.worker import CarryOutSlackIntent
from application.use_cases.link_document import LinkDocument
from application.use_cases.queue_render import QueueRender
from application.use_cases.read_renders import GetDocument
from entrypoints.parts.telemetry import traced
from entrypoints.settings.service import Settings

if TYPE_CHECKING:
    from adapters.telemetry.tracing import Tracing


@dataclass(frozen=True, slots=True)
class SlackParts:
    """What answers Slack, what does the rest, and what is entered before."""

    answer: AnswerSlack
    handlers: dict[JobKind, Handler]
    clients: SlackWebClients
    chores: list[Chore]
    install: InstallSlack | None
    routes: SlackRoutes
    authors: SlackAuthors


def slack_parts(
    settings: Settings,
    secret_keys: Sequence[str],
    tracing: "Tracing | None",
    database: PostgresDatabase,
    units_of_work: UnitsOfWork,
    workspaces: WorkspaceDirectory,
    queue_render: QueueRender,
    get_document: GetDocument,
    link_document: LinkDocument,
    row_reader: RowReader,
    use_cases: SlackUseCases,
    clock: Clock,
    ids: IdGenerator,
    randomness: RandomSource,
) -> SlackParts:
    """Make them."""
    chosen = settings.slack
    clients = SlackWebClients(chosen.api_url)
    box = AesGcmSecretBox(secret_keys, "slack")
    places = SlackPlaces(
        PostgresSlackInstallationDirectory(database),
        box,
        traced(tracing, "slack_clients", clients),
        workspaces,
        chosen.bot_token.get_secret_value() if chosen.bot_token else None,
        chosen.workspace,
    )
    queue = QueueForSlack(units_of_work, queue_render, clock, ids)
    generate = GenerateInSlack(units_of_work, queue, ReadFormTables(row_reader), conventions_of, clock)
    templates = TemplatesInSlack(
        units_of_work,
        use_cases.validate_template,
        use_cases.register_template,
        use_cases.add_version,
        chosen.authors,
    )
    home = HomeInSlack(units_of_work, generate, templates, clock, tuple(BOT_SCOPES), settings.http.public_url)
    merge = MailMergeInSlack(
        units_of_work,
        use_cases.check_rows,
        use_cases.create_batch,
        use_cases.archive_batch,
        use_cases.link_archive,
        row_reader,
        clock,
        chosen.file_bytes,
        settings.http.public_url,
    )
    forget = ForgetSlack(units_of_work)
    routes = SlackRoutes(
        {**generate.routes(), **templates.routes(), **home.routes(), **merge.routes(), **forget.routes()}
    )
    answer = AnswerSlack(units_of_work, places, routes, generate.submissions(), generate.options, clock, ids)
    deliver = DeliverToSlack(
        units_of_work, places, get_document, link_document, clock, chosen.file_bytes, settings.http.public_url
    )
    handlers: dict[JobKind, Handler] = {
        JobKind.SLACK: CarryOutSlackIntent(units_of_work, places, routes, clock),
        JobKind.SLACK_DELIVERY: deliver,
    }
    chores = [Chore("slack", timedelta(hours=1), SweepSlack(units_of_work, workspaces, clock))]
    install = None
    oauth = _oauth(settings, clients, clock)
    if oauth is not None:
        install = InstallSlack(units_of_work, oauth, box, clock, randomness, settings.http.public_url or "")
        renew = RenewSlackTokens(units_of_work, oauth, box, clock, workspaces)
        chores.append(Chore("slack-tokens", timedelta(minutes=10), renew))
    return SlackParts(answer, handlers, clients, chores, install, routes, SlackAuthors(units_of_work))


def _oauth(settings: Settings, clients: SlackWebClients, clock: Clock) -> SlackWebOAuth | None:
    """Make what installs the app in many Slack workspaces, where it has a Client ID."""
    chosen = settings.slack
    if chosen.client_id is None or chosen.client_secret is None:
        return None
    return SlackWebOAuth(
        clients,
        chosen.client_id,
        chosen.client_secret.get_secret_value(),
        tuple(BOT_SCOPES),
        f"{settings.http.public_url}/slack/oauth_redirect",
        f"{chosen.site_url}/oauth/v2/authorize",
        clock,
    )
