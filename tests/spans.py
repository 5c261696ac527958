"""Spans that are kept in memory, for tests of what makes them."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

from adapters.telemetry.spans import Spans


class KeptSpans(Spans):
    """A tracer that samples what is done within `trace`, and keeps it."""

    def __init__(self) -> None:
        self._kept = InMemorySpanExporter()
        provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._kept))
        super().__init__(provider.get_tracer("test"))
        self._unsampled = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False).get_tracer("test")

    @contextmanager
    def trace(self) -> Iterator[None]:
        """Be within a trace that is sampled."""
        with self.tracer.start_as_current_span("test"):
            yield

    @contextmanager
    def unwanted_trace(self) -> Iterator[None]:
        """Be within a trace that is not."""
        with self._unsampled.start_as_current_span("test"):
            yield

    @property
    def kept(self) -> list[ReadableSpan]:
        """What has ended, the traces' own spans left out."""
        return [span for span in self._kept.get_finished_spans() if span.name != "test"]

    @property
    def names(self) -> list[str]:
        """The names of these, in the order in which they have ended."""
        return [span.name for span in self.kept]

    def text(self) -> str:
        """Return all that is told."""
        return "".join(span.to_json() for span in self._kept.get_finished_spans())
