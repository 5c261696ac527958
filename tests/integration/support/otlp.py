"""A collector of the tests' own: it takes OTLP over http and over grpc, and keeps the spans and metrics that come."""

import gzip
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

import grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

DEADLINE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """A span as the collector got it; `service` is the name of who sent it."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: Mapping[str, Any]
    links: tuple[tuple[str, str], ...]
    is_error: bool
    start: int
    end: int


@dataclass(slots=True)
class Collector:
    """What came; `answer` is the status that exports over http get, `hangs` lets them wait until it is set.

    `close` takes it away; whoever asks then finds nobody.
    """

    http_url: str = ""
    grpc_url: str = ""
    answer: int = 200
    hangs: Event | None = None
    requests: int = 0
    close: Callable[[], None] = lambda: None
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    metrics: list[metrics_service_pb2.ExportMetricsServiceRequest] = field(default_factory=list)
    _spans: list[ReceivedSpan] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def spans(self) -> list[ReceivedSpan]:
        """Every span that came so far."""
        with self._lock:
            return list(self._spans)

    @property
    def senders_of_metrics(self) -> set[str]:
        """The names of those whose metrics came."""
        resources = [each.resource for request in self.metrics for each in request.resource_metrics]
        return {_attributes(resource.attributes)["service.name"] for resource in resources}

    def named(self, name: str) -> list[ReceivedSpan]:
        """Return the spans of a name."""
        return [span for span in self.spans if span.name == name]

    def until(self, enough: Callable[[list[ReceivedSpan]], bool]) -> list[ReceivedSpan]:
        """Wait for spans, and return all that there are."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not enough(spans := self.spans):
            assert time.monotonic() < deadline, sorted((span.service, span.name) for span in spans)
            time.sleep(0.05)  # between two questions of a loop with a deadline
        return spans

    def take_at(self, path: str, content: bytes, headers: Mapping[str, str]) -> bool:
        """Keep what came to a path; tell whether it is one of the protocol's."""
        if path == "/v1/traces":
            self.take(content, headers)
        elif path == "/v1/metrics":
            self.metrics.append(metrics_service_pb2.ExportMetricsServiceRequest.FromString(content))
        else:
            return False
        return True

    def take(self, content: bytes, headers: Mapping[str, str]) -> None:
        """Keep what an export brought."""
        request = trace_service_pb2.ExportTraceServiceRequest.FromString(content)
        with self._lock:
            self.raw.append(content)
            self.headers.append(dict(headers))
            for resource in request.resource_spans:
                service = _attributes(resource.resource.attributes)["service.name"]
                for scope in resource.scope_spans:
                    self._spans += [_received(service, span) for span in scope.spans]


def _received(service: str, span: Any) -> ReceivedSpan:
    return ReceivedSpan(
        service,
        span.name,
        trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        _attributes(span.attributes),
        tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
        span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: common_pb2.AnyValue) -> Any:
    kind = value.WhichOneof("value")
    return None if kind is None else getattr(value, kind)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector within the block."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            collector.requests += 1
            if collector.hangs is not None:
                collector.hangs.wait(DEADLINE_SECONDS)
            if collector.answer == 200:
                zipped = self.headers.get("content-encoding") == "gzip"
                plain = gzip.decompress(content) if zipped else content
                if not collector.take_at(self.path, plain, self.headers):
                    self.send_error(404)
                    return
            self.send_response(collector.answer)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Service(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(self, request: Any, context: Any) -> Any:  # noqa: N802  # the name in the protocol
            collector.take(request.SerializeToString(), dict(context.invocation_metadata()))
            return trace_service_pb2.ExportTraceServiceResponse()

    class MetricsService(metrics_service_pb2_grpc.MetricsServiceServicer):
        def Export(self, request: Any, context: Any) -> Any:  # noqa: N802  # the name in the protocol
            collector.metrics.append(request)
            return metrics_service_pb2.ExportMetricsServiceResponse()

    http_server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http_server.daemon_threads = True
    collector.http_url = f"http://127.0.0.1:{http_server.server_address[1]}"
    grpc_server = grpc.server(ThreadPoolExecutor(max_workers=2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Service(), grpc_server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(MetricsService(), grpc_server)
    collector.grpc_url = f"http://127.0.0.1:{grpc_server.add_insecure_port('127.0.0.1:0')}"
    grpc_server.start()
    thread = Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def close() -> None:
        if collector.hangs is not None:
            collector.hangs.set()
        http_server.shutdown()
        thread.join()
        http_server.server_close()
        grpc_server.stop(None).wait()

    collector.close = close
    try:
        yield collector
    finally:
        close()
