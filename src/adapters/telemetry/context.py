"""The context of a trace, as it travels: W3C Trace Context, https://www.w3.org/TR/trace-context/."""

from collections.abc import Mapping
from typing import Final

from opentelemetry import context as current
from opentelemetry.context import Context
from opentelemetry.trace import Link, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_FORMAT: Final = TraceContextTextMapPropagator()
_ORIGIN: Final = current.create_key("docgen-origin")


def carried() -> dict[str, str]:
    """Return the headers that carry the present context; none where there is no trace."""
    headers = dict[str, str]()
    _FORMAT.inject(headers)
    return headers


def context_of(headers: Mapping[str, str]) -> Context:
    """Return the context that headers carry, with no trace where they carry none."""
    return _FORMAT.extract(headers, Context())


def links_to(headers: Mapping[str, str]) -> list[Link]:
    """Return a link to the span that headers name."""
    span = get_current_span(context_of(headers)).get_span_context()
    return [Link(span)] if span.is_valid else []


def with_origin(context: Context, headers: Mapping[str, str]) -> Context:
    """Remember in a context where all of its work comes from, though it is no part of that trace."""
    return current.set_value(_ORIGIN, headers, context)


def origin() -> Mapping[str, str] | None:
    """Return where the present work comes from, None where that is its own trace."""
    found = current.get_value(_ORIGIN)
    return found if isinstance(found, Mapping) else None
