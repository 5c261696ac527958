"""Slack's part of the graph, imported only where Slack is configured."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.slack import PostgresSlackInstallationDirectory
from adapters.rendering.rows.conventions import conventions_of
from adapters.secrets.aes_gcm import AesGcmSecretBox
from adapters.slack.clients import SlackWebClients
from application.job_worker import Handler
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.job_queue import JobKind
from application.ports.row_reader import RowReader
from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from application.slack.delivering import DeliverToSlack
from application.slack.edge import AnswerSlack
from application.slack.generate import GenerateInSlack
from application.slack.places import SlackPlaces
from application.slack.routes import SlackRoutes
from application.slack.tables import ReadFormTables
from application.slack.worker import CarryOutSlackIntent
from application.use_cases.link_document import LinkDocument
from application.use_cases.queue_render import QueueRender
from application.use_cases.read_renders import GetDocument
from entrypoints.settings import Settings


@dataclass(frozen=True, slots=True)
class SlackParts:
    """What answers Slack, what does the rest, and what is entered before."""

    answer: AnswerSlack
    handlers: dict[JobKind, Handler]
    clients: SlackWebClients


def slack_parts(
    settings: Settings,
    secret_keys: Sequence[str],
    database: PostgresDatabase,
    units_of_work: UnitsOfWork,
    workspaces: WorkspaceDirectory,
    queue_render: QueueRender,
    get_document: GetDocument,
    link_document: LinkDocument,
    row_reader: RowReader,
    clock: Clock,
    ids: IdGenerator,
) -> SlackParts:
    """Make them."""
    chosen = settings.slack
    clients = SlackWebClients(chosen.api_url)
    places = SlackPlaces(
        PostgresSlackInstallationDirectory(database),
        AesGcmSecretBox(secret_keys, "slack"),
        clients,
        workspaces,
        chosen.bot_token.get_secret_value() if chosen.bot_token else None,
        chosen.workspace,
    )
    generate = GenerateInSlack(units_of_work, queue_render, ReadFormTables(row_reader), conventions_of, clock, ids)
    routes = SlackRoutes(generate.routes())
    answer = AnswerSlack(units_of_work, places, routes, generate.submissions(), generate.options, clock, ids)
    deliver = DeliverToSlack(
        units_of_work, places, get_document, link_document, clock, chosen.file_bytes, settings.http.public_url
    )
    handlers: dict[JobKind, Handler] = {
        JobKind.SLACK: CarryOutSlackIntent(units_of_work, places, routes, clock),
        JobKind.SLACK_DELIVERY: deliver,
    }
    return SlackParts(answer, handlers, clients)
