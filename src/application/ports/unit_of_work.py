"""Units of work: what is stored together, or not at all."""

from abc import abstractmethod
from types import TracebackType
from typing import Protocol, Self

from application.ports.api_key_repository import ApiKeyRepository
from application.ports.asset_repository import AssetRepository
from application.ports.audit_log import AuditLog
from application.ports.batch_repository import BatchRepository
from application.ports.blob_references import BlobReferences
from application.ports.delivery_repository import DeliveryRepository
from application.ports.idempotency_keys import AnswerLog
from application.ports.job_queue import JobQueue
from application.ports.own_workspace import OwnWorkspace
from application.ports.render_repository import RenderRepository
from application.ports.slack_deliveries import SlackDeliveryRepository
from application.ports.slack_drafts import SlackDraftRepository
from application.ports.slack_installations import SlackInstallationRepository
from application.ports.slack_intents import SlackIntentRepository
from application.ports.template_repository import TemplateRepository
from application.ports.webhook_repository import WebhookRepository
from application.ports.workspace_repository import WorkspaceRepository
from domain.identifiers import WorkspaceId


class Transaction(Protocol):
    """An `async with` block; leaving it without a commit undoes everything, with an error or without.

    Entering, committing and every query raise ServiceUnavailableError when the database is down.
    """

    @abstractmethod
    async def __aenter__(self) -> Self:
        """Begin."""

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Undo what was not committed."""

    @abstractmethod
    async def commit(self) -> None:
        """Make everything done so far durable."""


class UnitOfWork(Transaction, Protocol):
    """The transaction of one workspace: it sees and changes nothing of the others."""

    workspace: OwnWorkspace
    templates: TemplateRepository
    renders: RenderRepository
    batches: BatchRepository
    assets: AssetRepository
    blobs: BlobReferences
    api_keys: ApiKeyRepository
    audit: AuditLog
    jobs: JobQueue
    answers: AnswerLog
    webhooks: WebhookRepository
    deliveries: DeliveryRepository
    slack_installations: SlackInstallationRepository
    slack_intents: SlackIntentRepository
    slack_drafts: SlackDraftRepository
    slack_deliveries: SlackDeliveryRepository


class AdministrationUnitOfWork(Transaction, Protocol):
    """The transaction of the installation's operator."""

    workspaces: WorkspaceRepository

    @abstractmethod
    def audit_of(self, workspace_id: WorkspaceId) -> AuditLog:
        """Return the audit events of a workspace, as a part of this transaction."""


class UnitsOfWork(Protocol):
    """Makes units of work; each is used once."""

    @abstractmethod
    def of_workspace(self, workspace_id: WorkspaceId) -> UnitOfWork:
        """Return a new unit of work for this workspace."""

    @abstractmethod
    def of_administration(self) -> AdministrationUnitOfWork:
        """Return a new unit of work for the workspaces themselves."""
