"""Spans: made where the trace is sampled, ended with what went wrong, and without a word of anybody's data."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, StatusCode, Tracer, get_current_span
from opentelemetry.util.types import AttributeValue

from domain.errors import DocGenError

Attributes = Mapping[str, AttributeValue]

_NOTHING: Final = nullcontext(INVALID_SPAN)


def is_sampled() -> bool:
    """Tell whether what is done now belongs to a trace that is wanted.

    A span may have ended already, when a part of it is told of later: it still is the parent.
    """
    return get_current_span().get_span_context().trace_flags.sampled


def fail(span: Span, error: BaseException) -> None:
    """Say by which kind of error a span ended; what an error says may quote data, and is left out."""
    span.set_attribute("error.type", kind_of(error))
    if not isinstance(error, asyncio.CancelledError):  # whoever asked went away: nothing is wrong here
        span.set_status(StatusCode.ERROR)


def kind_of(error: BaseException) -> str:
    """Return the stable code of an error of ours, and the class of every other one."""
    return error.code if isinstance(error, DocGenError) else type(error).__qualname__


class Spans:
    """Makes spans of work, which are current while it is done."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def part(
        self, name: str, attributes: Attributes | None = None, kind: SpanKind = SpanKind.INTERNAL
    ) -> AbstractContextManager[Span]:
        """Give a span for a part of a trace; where the trace is not sampled, one that keeps nothing."""
        # Most traces are not, and a generator would cost as much as all the rest.
        return self._part(name, attributes, kind) if is_sampled() else _NOTHING

    @contextmanager
    def _part(self, name: str, attributes: Attributes | None, kind: SpanKind) -> Iterator[Span]:
        with self.tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                fail(span, error)
                raise
