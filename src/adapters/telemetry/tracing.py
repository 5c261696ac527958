"""What the composition root puts around the ports where traces are wanted."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from opentelemetry.trace import Tracer

from adapters.telemetry.database import DatabaseSpans
from adapters.telemetry.jobs import TracedHandler, TracedJobQueue
from adapters.telemetry.renderer import TracedTemplateRenderer, WorkSpans
from adapters.telemetry.s3 import BucketSpans
from adapters.telemetry.slack import TracedSlackClients
from adapters.telemetry.spans import Spans
from adapters.telemetry.storage import TracedDocumentStorage
from adapters.telemetry.use_cases import TracedUseCase
from adapters.telemetry.webhooks import TracedWebhookSender
from application.ports.document_storage import DocumentStorage
from application.ports.job_queue import JobQueue
from application.ports.slack_api import SlackClients
from application.ports.template_renderer import TemplateRenderer
from application.ports.webhook_sender import WebhookSender

T = TypeVar("T")
QueueOn = Callable[[Any], JobQueue]


class Tracing:
    """Makes decorators that use one tracer; `propagates` says whether others are told of our traces."""

    def __init__(self, tracer: Tracer, *, propagates: bool) -> None:
        self._spans = Spans(tracer)
        self._propagates = propagates
        self.database = DatabaseSpans(self._spans)
        self.bucket = BucketSpans(self._spans)
        self.work = WorkSpans(self._spans)

    def renderer(self, inner: TemplateRenderer) -> TemplateRenderer:
        """Return a renderer that tells of its work."""
        return TracedTemplateRenderer(inner, self._spans)

    def storage(self, inner: DocumentStorage) -> DocumentStorage:
        """Return a storage that tells of its work."""
        return TracedDocumentStorage(inner, self._spans)

    def webhook_sender(self, inner: WebhookSender) -> WebhookSender:
        """Return a sender that tells of its messages, and the receivers of the trace."""
        return TracedWebhookSender(inner, self._spans, propagates=self._propagates)

    def slack_clients(self, inner: SlackClients) -> SlackClients:
        """Return clients that tell of their calls."""
        return TracedSlackClients(inner, self._spans)

    def job_queue(self, make: QueueOn) -> QueueOn:
        """Return what makes queues whose jobs know their trace."""
        return lambda fetch: TracedJobQueue(make(fetch), self._spans)

    def handler(self, inner: Any) -> TracedHandler:
        """Return a handler that goes on with the trace of its job."""
        return TracedHandler(inner, self._spans)

    def use_case(self, inner: T) -> T:
        """Return what stands in for a use case."""
        return cast("T", TracedUseCase(inner, self._spans))
