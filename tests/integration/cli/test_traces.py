"""One trace from the request over the queue and the worker to the webhook, through real processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from tests.integration.cli.serving import serving_on, upload, working_on
from tests.integration.support.otlp import Collector, ReceivedSpan, collecting

LOOPBACK = {"DOCGEN_WEBHOOKS__ALLOWED_NETWORKS": "127.0.0.0/8"}
# The storage is to be seen, too: small documents would be kept beside their records.
OFTEN = {"OTEL_BSP_SCHEDULE_DELAY": "100", "DOCGEN_STORAGE__BYTES_IN_RECORD": "0"}


@contextmanager
def receiving() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Run a receiver of webhooks; yield its address, which has a token in it, and the headers of what came."""
    came: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            came.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook/T0K3N-IN-PATH", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Installation:
    """A service that tells by http, a worker that tells by grpc, and who listens to both."""

    client: httpx2.Client
    collector: Collector
    webhook_url: str
    webhooks: list[dict[str, str]]


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Installation]:
    with collecting() as collector, receiving() as (webhook_url, webhooks):
        by_http = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.http_url, **OFTEN}
        by_grpc = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.grpc_url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            **OFTEN,
        }
        with (
            serving_on(database_url, folder, "serve", **LOOPBACK, **by_http) as (_, address),
            working_on(database_url, folder, "work", **LOOPBACK, **by_grpc),
            httpx2.Client(base_url=address, trust_env=False, timeout=60) as client,
        ):
            upload(address, "letter.txt", b"Dear {{ name }}")
            yield Installation(client, collector, webhook_url, webhooks)
        # Each hands its metrics over when it ends.
        assert collector.senders_of_metrics == {"docgen", "docgen-worker"}


def child(spans: list[ReceivedSpan], parent: ReceivedSpan, name: str) -> ReceivedSpan:
    """Return the one child of this name, and fail with those that there are."""
    children = [span for span in spans if span.parent_id == parent.span_id]
    (found,) = [span for span in children if span.name == name] or [[span.name for span in children]]
    assert isinstance(found, ReceivedSpan), f"{parent.name} has no {name!r} but {found}"
    return found


def only(spans: list[ReceivedSpan], name: str) -> ReceivedSpan:
    (found,) = [span for span in spans if span.name == name]
    return found


def test_a_trace_leads_from_the_request_over_queue_and_worker_to_the_webhook(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as ran:
        synchronous(ran)
        queued(ran)
        batch(ran)


def synchronous(ran: Installation) -> None:
    theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = ran.client.post(
        "/v1/renders", json={"template": "letter", "data": {"name": "M4RKED"}}, headers={"traceparent": theirs}
    )
    assert answer.status_code == 201, answer.text
    spans = [
        span
        for span in ran.collector.until(lambda spans: any(s.parent_id == "b7ad6b7169203331" for s in spans))
        if span.trace_id == "0af7651916cd43dd8448eb211c80319c"
    ]
    request = only(spans, "POST /v1/renders")
    assert (request.service, request.kind, request.parent_id) == ("docgen", "SERVER", "b7ad6b7169203331")
    assert request.attributes["http.route"] == "/v1/renders"
    assert request.attributes["http.response.status_code"] == 201
    assert request.attributes["docgen.request.id"] == answer.headers["x-request-id"]
    use_case = child(spans, request, "RenderDocument")
    render = child(spans, use_case, "render")
    assert render.attributes["docgen.template.format"] == "txt"
    work = child(spans, render, "render in worker")
    assert work.attributes["docgen.worker.pid"] > 0
    assert render.start <= work.start
    assert work.end <= render.end
    child(spans, use_case, "storage put")


def queued(ran: Installation) -> None:
    hook = ran.client.post("/v1/webhooks", json={"url": ran.webhook_url, "events": ["render.succeeded"]})
    assert hook.status_code == 201, hook.text
    answer = ran.client.post(
        "/v1/renders",
        json={"template": "letter", "data": {"name": "M4RKED"}},
        headers={"Prefer": "respond-async"},
    )
    assert answer.status_code == 202, answer.text
    spans = ran.collector.until(lambda spans: any(span.name == "process webhook" for span in spans))
    (request,) = [span for span in spans if span.attributes.get("docgen.request.id") == answer.headers["x-request-id"]]
    spans = ran.collector.until(lambda spans: any(s.name == "POST" and s.trace_id == request.trace_id for s in spans))
    use_case = child(spans, request, "QueueRender")
    child(spans, use_case, "INSERT renders")
    sent = child(spans, use_case, "enqueue render")
    assert sent.kind == "PRODUCER"
    process = child(spans, sent, "process render")
    assert (process.service, process.kind) == ("docgen-worker", "CONSUMER")
    work = child(spans, process, "CarryOutRender")
    child(spans, child(spans, work, "render"), "render in worker")
    child(spans, work, "storage put")
    message = child(spans, child(spans, work, "enqueue webhook"), "process webhook")
    post = child(spans, child(spans, message, "DeliverWebhook"), "POST")
    assert (post.kind, post.attributes["http.response.status_code"]) == ("CLIENT", 204)
    assert {span.trace_id for span in (process, work, message, post)} == {request.trace_id}
    (came,) = ran.webhooks
    assert came["traceparent"].startswith(f"00-{request.trace_id}-{post.span_id}-")


def batch(ran: Installation) -> None:
    body = {"template": "letter", "items": [{"name": "M4RKED"}, {"name": "b"}]}
    answer = ran.client.post("/v1/batches", json=body)
    assert answer.status_code in {201, 202}, answer.text
    spans = ran.collector.until(lambda spans: any(span.name == "CarryOutBatch" for span in spans))
    (request,) = [span for span in spans if span.attributes.get("docgen.request.id") == answer.headers["x-request-id"]]
    sent = only([span for span in spans if span.trace_id == request.trace_id], "enqueue batch")
    process = only(spans, "process batch")
    assert process.trace_id != request.trace_id
    assert process.parent_id == ""
    assert process.links == ((request.trace_id, sent.span_id),)
    everything = b"".join(ran.collector.raw)
    for secret in (b"M4RKED", b"T0K3N-IN-PATH"):
        assert secret not in everything


@pytest.mark.parametrize(
    ("command", "name"),
    [("serve", "OTEL_TRACES_SAMPLER"), ("worker", "OTEL_PROPAGATORS")],
)
def test_a_wrong_variable_is_refused_at_start_by_its_name(docgen: Any, command: str, name: str) -> None:
    done = docgen(command, **{name: "s3cr3t"})
    assert done.returncode == 2
    assert f"docgen: The setting {name} is wrong" in done.stderr
    assert "s3cr3t" not in done.stderr + done.stdout
