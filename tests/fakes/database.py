"""What the in-memory repositories share: committed rows, row locks, and a transaction's view of both."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from application.ports.idempotency_keys import AnsweredClaim, Claim
from application.ports.job_source import TakenJob
from domain.api_key import ApiKey
from domain.asset import Asset
from domain.audit import AuditEvent
from domain.batch import Batch, BatchChunk, BatchItem
from domain.errors import InvalidRequestError, ServiceUnavailableError
from domain.identifiers import (
    ApiKeyId,
    AuditEventId,
    BatchId,
    DeliveryId,
    JobId,
    RenderId,
    SlackDeliveryId,
    SlackDraftId,
    SlackIntentId,
    Slug,
    TemplateId,
    WebhookId,
    WorkspaceId,
)
from domain.render_request import RenderRequest
from domain.slack_delivery import SlackDelivery
from domain.slack_draft import SlackDraft
from domain.slack_installation import SlackInstallation
from domain.slack_intent import SlackIntent
from domain.template import Template, TemplateVersion
from domain.webhook import WebhookEndpoint
from domain.webhook_delivery import WebhookDelivery
from domain.workspace import DeletedWorkspace, Workspace, WorkspaceSettings
from tests.fakes.overlay import Overlay


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job, when it is due and, in the hands of a worker, when that was last heard of."""

    job: TakenJob
    due: float
    heard_of: float | None = None


class Database:
    """Committed rows by key; `down` makes everything fail as a database that is away does."""

    def __init__(self) -> None:
        self.workspaces: dict[Slug, Workspace] = {}
        self.deleted_workspaces: dict[WorkspaceId, DeletedWorkspace] = {}
        self.settings: dict[tuple[WorkspaceId], WorkspaceSettings] = {}
        self.templates: dict[tuple[WorkspaceId, TemplateId], Template] = {}
        self.versions: dict[tuple[WorkspaceId, TemplateId, int], TemplateVersion] = {}
        self.renders: dict[tuple[WorkspaceId, RenderId], RenderRequest] = {}
        self.data: dict[tuple[WorkspaceId, RenderId], bytes] = {}
        self.contents: dict[tuple[WorkspaceId, RenderId], bytes] = {}
        self.batches: dict[tuple[WorkspaceId, BatchId], Batch] = {}
        self.items: dict[tuple[WorkspaceId, BatchId, int], BatchItem] = {}
        self.chunks: dict[tuple[WorkspaceId, BatchId, JobId], BatchChunk] = {}
        self.assets: dict[tuple[WorkspaceId, str], Asset] = {}
        self.api_keys: dict[tuple[WorkspaceId, ApiKeyId], ApiKey] = {}
        self.audit: dict[tuple[WorkspaceId, AuditEventId], AuditEvent] = {}
        self.jobs: dict[JobId, QueuedJob] = {}
        self.answers: dict[tuple[WorkspaceId, str], AnsweredClaim] = {}
        # Whether a claim to an idempotency key still stands.
        self.holds_key: Callable[[Claim], bool] = lambda _: True
        # When what is done again and again is due.
        self.turns: dict[str, float] = {}
        self.job_ids = itertools.count(1)
        self.jobs_changed = asyncio.Event()
        self.webhooks: dict[tuple[WorkspaceId, WebhookId], WebhookEndpoint] = {}
        self.deliveries: dict[tuple[WorkspaceId, DeliveryId], WebhookDelivery] = {}
        self.slack_installations: dict[tuple[WorkspaceId, str], SlackInstallation] = {}
        self.slack_intents: dict[tuple[WorkspaceId, SlackIntentId], SlackIntent] = {}
        self.slack_drafts: dict[tuple[WorkspaceId, SlackDraftId], SlackDraft] = {}
        self.slack_deliveries: dict[tuple[WorkspaceId, SlackDeliveryId], SlackDelivery] = {}
        self.slack_authors: dict[tuple[WorkspaceId, str], tuple[str, ...]] = {}
        self.slack_states: dict[tuple[WorkspaceId, str], datetime] = {}
        self.locks: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.commits = 0
        self.down = False


class View:
    """One transaction's view of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[Hashable, asyncio.Lock] = {}
        self.workspaces = Overlay(database.workspaces)
        self.deleted_workspaces = Overlay(database.deleted_workspaces)
        self.settings = Overlay(database.settings)
        self.templates = Overlay(database.templates)
        self.versions = Overlay(database.versions)
        self.renders = Overlay(database.renders)
        self.data = Overlay(database.data)
        self.contents = Overlay(database.contents)
        self.batches = Overlay(database.batches)
        self.items = Overlay(database.items)
        self.chunks = Overlay(database.chunks)
        self.assets = Overlay(database.assets)
        self.api_keys = Overlay(database.api_keys)
        self.audit = Overlay(database.audit)
        self.jobs = Overlay(database.jobs)
        self.answers = Overlay(database.answers)
        self.webhooks = Overlay(database.webhooks)
        self.deliveries = Overlay(database.deliveries)
        self.slack_installations = Overlay(database.slack_installations)
        self.slack_intents = Overlay(database.slack_intents)
        self.slack_drafts = Overlay(database.slack_drafts)
        self.slack_deliveries = Overlay(database.slack_deliveries)
        self.slack_authors = Overlay(database.slack_authors)
        self.slack_states = Overlay(database.slack_states)

    async def query(self) -> None:
        """Let the other tasks run, as every query does, and fail if the database is down."""
        await asyncio.sleep(0)
        if self._database.down:
            raise ServiceUnavailableError("database", "The database does not answer.")

    async def lock(self, row: Hashable) -> None:
        """Wait until no other transaction holds the row, then hold it to the end of this one."""
        if row not in self._held:
            lock = self._database.locks[row]
            await lock.acquire()
            self._held[row] = lock

    def has_workspace(self, workspace_id: WorkspaceId) -> bool:
        """Tell whether there is such a workspace."""
        return any(workspace.id == workspace_id for workspace in self.workspaces.rows())

    def remove_all_of(self, workspace_id: WorkspaceId) -> None:
        """Remove every row of a workspace, in every table whose key begins with it."""
        for table in self._tables():
            for key in table.keys():  # noqa: SIM118  # an overlay is no dictionary
                if key[0] == workspace_id:
                    table.remove(key)

    def commit(self) -> None:
        """Publish the changes and let the locks go."""
        for table in (self.workspaces, self.deleted_workspaces, self.jobs, *self._tables()):
            table.apply()
        self._database.jobs_changed.set()
        self.release()

    def holds_key(self, claim: Claim) -> bool:
        """Tell whether nobody else has a key by now."""
        return self._database.holds_key(claim)

    def next_job_id(self) -> JobId:
        """Return an identifier that no job has had."""
        return JobId(next(self._database.job_ids))

    def _tables(self) -> list[Overlay[Any, Any]]:
        kept = [
            self.templates,
            self.versions,
            self.renders,
            self.data,
            self.contents,
            self.assets,
            self.api_keys,
            self.audit,
        ]
        more = [self.batches, self.items, self.chunks, self.webhooks, self.deliveries]
        slack = [self.slack_installations, self.slack_states, self.slack_intents, self.slack_drafts]
        return [*kept, self.answers, self.settings, *more, *slack, self.slack_authors, self.slack_deliveries]

    def release(self) -> None:
        """Let the locks go."""
        while self._held:
            self._held.popitem()[1].release()


def is_storable(text: str) -> bool:
    """Tell whether a database in UTF-8 can hold the text: no NUL, no lone surrogate."""
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def require_storable(**fields: str | None) -> None:
    """Refuse texts that a database cannot hold, by the name of their field."""
    for name, text in fields.items():
        if text is not None and not is_storable(text):
            raise InvalidRequestError(name, "holds a NUL character or half of a surrogate pair.")
