"""Traced ports keep what the port promises, and tell what happened without a word of anybody's data."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from opentelemetry.trace import StatusCode
from typing_extensions import override

from adapters.rendering.in_process import InProcessRenderer
from adapters.telemetry.database import described
from adapters.telemetry.jobs import TracedHandler, TracedJobQueue
from adapters.telemetry.renderer import TracedTemplateRenderer
from adapters.telemetry.slack import TracedSlackClients
from adapters.telemetry.storage import TracedDocumentStorage
from adapters.telemetry.use_cases import TracedUseCase
from adapters.telemetry.webhooks import TracedWebhookSender
from application.job_worker import Outcome, Settled
from application.ports.job_queue import JobKind, JobQueue, NewJob
from application.ports.job_source import TakenJob
from application.ports.slack_api import SlackAnswer, SlackClient, SlackClients, SlackRefusedError
from domain.errors import DataInvalidError
from domain.identifiers import JobId, WorkspaceId
from tests.contracts.around_fakes import AroundSender, AroundStorage
from tests.contracts.document_storage import LETTER, DocumentStorageContract, key_of
from tests.contracts.template_renderer import data_of, options, source_of
from tests.contracts.webhook_sender import WebhookSenderContract
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.webhooks import RecordingSender
from tests.spans import KeptSpans

SPANS = KeptSpans()


@pytest.fixture
def spans() -> KeptSpans:
    return KeptSpans()


class TestTracedDocumentStorage(AroundStorage, DocumentStorageContract):
    @override
    def around(self, inner: InMemoryDocumentStorage) -> TracedDocumentStorage:
        return TracedDocumentStorage(inner, SPANS)


class TestTracedWebhookSender(AroundSender, WebhookSenderContract):
    @override
    def around(self, inner: RecordingSender) -> TracedWebhookSender:
        return TracedWebhookSender(inner, SPANS, propagates=True)


async def test_a_render_that_fails_is_told_of_by_its_code_and_not_by_its_words(spans: KeptSpans) -> None:
    renderer = TracedTemplateRenderer(InProcessRenderer(), spans)
    with spans.trace():
        await renderer.render(source_of("Dear {{ name }}"), data_of(name="M4RKED"), options())
        with pytest.raises(DataInvalidError):
            await renderer.render(source_of("Dear {{ name }}"), b'{"other": "M4RKED"}', options())
    good, bad = spans.kept
    assert (good.name, good.attributes and good.attributes["docgen.document.bytes"]) == ("render", len("Dear M4RKED"))
    assert (bad.status.status_code, bad.attributes and bad.attributes["error.type"]) == (
        StatusCode.ERROR,
        "data-invalid",
    )
    assert "M4RKED" not in spans.text()


async def test_of_a_trace_that_nobody_wants_nothing_is_made(spans: KeptSpans) -> None:
    storage = TracedDocumentStorage(InMemoryDocumentStorage(), spans)
    with spans.unwanted_trace():
        await storage.put(key_of(LETTER), LETTER)
        await TracedTemplateRenderer(InProcessRenderer(), spans).render(source_of("x"), b"{}", options())
    await storage.read(key_of(LETTER))
    assert spans.names == []


class Remembering(JobQueue):
    """Keeps what comes in."""

    def __init__(self) -> None:
        self.jobs: list[NewJob] = []

    @override
    async def enqueue(self, job: NewJob) -> None:
        self.jobs.append(job)


def taken(job: NewJob) -> TakenJob:
    return TakenJob(JobId(7), job.kind, job.workspace_id, job.subject, trace=job.trace)


async def test_a_batch_that_lines_up_again_still_names_the_request_that_made_it(spans: KeptSpans) -> None:
    queue = Remembering()
    traced = TracedJobQueue(queue, spans)
    job = NewJob(JobKind.BATCH, WorkspaceId("wsp_1"), "bat_1")

    async def carry_out(_: TakenJob) -> Outcome:
        await traced.enqueue(job)
        await traced.enqueue(NewJob(JobKind.WEBHOOK, job.workspace_id, "dlv_1 1"))
        return Settled.DONE

    with spans.trace():
        await traced.enqueue(job)
    await TracedHandler(carry_out, spans)(taken(queue.jobs[0]))
    first, again, message = queue.jobs
    assert first.trace["traceparent"]
    assert again.trace == first.trace
    process = next(span for span in spans.kept if span.name == "process batch")
    assert process.parent is None
    assert [f"{link.context.trace_id:032x}" for link in process.links] == [first.trace["traceparent"].split("-")[1]]
    assert process.context is not None
    assert message.trace["traceparent"].split("-")[1] == f"{process.context.trace_id:032x}"


async def test_a_job_without_a_trace_begins_one(spans: KeptSpans) -> None:
    async def carry_out(_: TakenJob) -> Outcome:
        return Settled.DONE

    await TracedHandler(carry_out, spans)(taken(NewJob(JobKind.RENDER, WorkspaceId("wsp_1"), "rnd_1")))
    (process,) = spans.kept
    assert process.parent is None
    assert process.attributes
    assert process.attributes["docgen.job.outcome"] == "done"


class _Read:
    """A use case that answers at once, and one of its steps that waits."""

    limit = 5

    def __call__(self, number: int) -> int:
        return number + 1

    async def page(self, *, size: int) -> int:
        return size


async def test_what_stands_in_for_a_use_case_does_the_same(spans: KeptSpans) -> None:
    traced = TracedUseCase(_Read(), spans)
    with spans.trace():
        assert (traced(1), traced.limit, await traced.page(size=3)) == (2, 5, 3)
    assert spans.names == ["_Read.page"]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT a.b FROM templates AS a WHERE a.slug = $1", "SELECT templates"),
        ("INSERT INTO renders (id) VALUES ($1)", "INSERT renders"),
        ("\n    UPDATE renders SET data = 'M4RKED'", "UPDATE renders"),
        ("BEGIN; SET LOCAL docgen.workspace_id = 'M4RKED';", "BEGIN"),
        ("WITH input AS (SELECT 1) INSERT INTO jobs.pgqueuer (id) SELECT 1", "WITH jobs.pgqueuer"),
        ("M4RKED", "EXECUTE"),
    ],
)
def test_a_statement_is_named_by_what_it_does_to_which_table(statement: str, name: str) -> None:
    told, attributes = described(statement)
    assert told == name
    assert "M4RKED" not in f"{told}{attributes}"


class _RefusingSlack(SlackClients, SlackClient):
    """Says no to everything."""

    @override
    def of_token(self, token: str) -> SlackClient:
        return self

    @override
    async def call(self, method: str, **arguments: object) -> SlackAnswer:
        raise SlackRefusedError(method, "not_in_channel", "M4RKED")

    @override
    async def call_at_once(self, method: str, **arguments: object) -> SlackAnswer:
        raise SlackRefusedError(method, "not_in_channel", "M4RKED")

    @override
    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        raise SlackRefusedError("response_url", "expired_url")

    @override
    async def upload(self, upload_url: str, size: int, content: AsyncIterator[bytes]) -> None:
        raise SlackRefusedError("the upload of a file", "status_403")

    @override
    async def download(self, url: str, most: int) -> bytes:
        return b"x" * most


async def test_calls_to_slack_are_told_of_by_their_methods_and_hosts_alone(spans: KeptSpans) -> None:
    async def nothing() -> AsyncIterator[bytes]:
        yield b""

    client = TracedSlackClients(_RefusingSlack(), spans).of_token("M4RKED")
    with spans.trace():
        for call in (
            client.call("chat.postMessage", text="M4RKED"),
            client.call_at_once("views.open", view="M4RKED"),
            client.respond("https://hooks.slack.com/commands/M4RKED", {"text": "M4RKED"}),
            client.upload("https://files.slack.com/upload/M4RKED", 3, nothing()),
        ):
            with pytest.raises(SlackRefusedError):
                await call
        assert await client.download("https://files.slack.com/M4RKED", 2) == b"xx"
    assert spans.names == [
        "slack chat.postMessage",
        "slack views.open",
        "slack respond",
        "slack upload",
        "slack download",
    ]
    assert [span.status.status_code for span in spans.kept] == [*[StatusCode.ERROR] * 4, StatusCode.UNSET]
    assert [(span.attributes or {}).get("server.address") for span in spans.kept[2:]] == [
        "hooks.slack.com",
        "files.slack.com",
        "files.slack.com",
    ]
    assert "M4RKED" not in spans.text()
