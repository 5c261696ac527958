"""Statements on the database: SQLAlchemy's by its events, the driver's own by its logger of queries.

Each sees what the other does not: SQLAlchemy executes prepared statements, of which the driver's logger hears nothing.
A statement is named by what it does to which table; its text may hold values, and is left out.
Source: OpenTelemetry Semantic Conventions, "Database client spans" and "PostgreSQL".
"""

import re
import time
from functools import lru_cache
from typing import Any, Final

from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import Engine, event

from adapters.telemetry.spans import Attributes, Spans, is_sampled

_NANOSECONDS: Final = 1_000_000_000
_STARTED: Final = "docgen_started"
_VERB: Final = re.compile(r"\s*(?:--[^\n]*\s*)*(\w+)")
_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:ONLY\s+)?([a-z_][\w.]*)", re.IGNORECASE)
_VERBS: Final = frozenset(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET"}
)


class DatabaseSpans:
    """Makes a span of each statement of a trace when it has been executed."""

    def __init__(self, spans: Spans) -> None:
        self._tracer = spans.tracer

    def watch_engine(self, engine: Engine) -> None:
        """Tell of what SQLAlchemy executes."""
        event.listen(engine, "before_cursor_execute", _before)
        event.listen(engine, "after_cursor_execute", self._after)
        event.listen(engine, "handle_error", self._failed)

    def watch_connection(self, connection: Any) -> None:
        """Tell of what a connection of asyncpg executes."""
        connection.add_query_logger(self._logged)

    def _after(
        self, _connection: object, _cursor: object, statement: str, _values: object, context: Any, _many: object
    ) -> None:
        if is_sampled():
            self._tell(statement, getattr(context, _STARTED), None)

    def _failed(self, failure: Any) -> None:
        context = failure.execution_context
        if is_sampled() and context is not None and failure.statement is not None:
            self._tell(failure.statement, getattr(context, _STARTED, time.time_ns()), failure.original_exception)

    def _logged(self, record: Any) -> None:
        # asyncpg calls it later, and in the context of the statement.
        if is_sampled():
            self._tell(record.query, time.time_ns() - int(record.elapsed * _NANOSECONDS), record.exception)

    def _tell(self, statement: str, started: int, error: BaseException | None) -> None:
        name, attributes = described(statement)
        span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes, start_time=started)
        if error is not None:
            state = getattr(error, "sqlstate", None)
            if state is not None:
                span.set_attribute("db.response.status_code", str(state))
            span.set_attribute("error.type", str(state or type(error).__qualname__))
            span.set_status(StatusCode.ERROR)
        span.end()


def _before(
    _connection: object, _cursor: object, _statement: str, _values: object, context: Any, _many: object
) -> None:
    if is_sampled():
        setattr(context, _STARTED, time.time_ns())


@lru_cache(maxsize=500)
def described(statement: str) -> tuple[str, Attributes]:
    """Return the name and the attributes of a statement's span."""
    verb = _VERB.match(statement)
    operation = verb.group(1).upper() if verb else ""
    if operation not in _VERBS:
        operation = "EXECUTE"
    table = _TABLE.search(statement)
    summary = f"{operation} {table.group(1).lower()}" if table else operation
    attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        "db.query.summary": summary,
        **({"db.collection.name": table.group(1).lower()} if table else {}),
    }
    return summary, attributes
