"""How a line of the log is written: as JSON for programs, or for people."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

from opentelemetry.trace import format_span_id, format_trace_id, get_current_span
from typing_extensions import override

from application.log_context import LOG_CONTEXT
from application.tracebacks import CarefulFormatter, traceback_of

_SHOWN_TO_PEOPLE: Final = ("request_id", "trace_id", "job", "workspace", "actor")


def circumstances() -> dict[str, Any]:
    """Return what the present line belongs to: request or job, who asked for it, and its place in a trace."""
    context = LOG_CONTEXT.get()
    caller, span = context.get("caller"), get_current_span().get_span_context()
    found = {
        "request_id": context.get("request_id"),
        "job": context.get("job"),
        "workspace": context.get("workspace") if caller is None else caller.workspace_id,
        "actor": None if caller is None else caller.actor,
        "trace_id": format_trace_id(span.trace_id) if span.is_valid else None,
        "span_id": format_span_id(span.span_id) if span.is_valid else None,
    }
    return {name: value for name, value in found.items() if value is not None}


class OwnWords(logging.Filter):
    """Takes from a record of asyncio what follows its first line: it shows tasks with the errors they ended with."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if record.name == "asyncio":
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return True


class JsonFormatter(CarefulFormatter):
    """One JSON object a line; `error` has the class of an error and its traceback."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **circumstances(),
            "process": record.process,
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = {"type": type(error).__qualname__, "stack": traceback_of(error)}
        return json.dumps(line, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace").decode()


class ConsoleFormatter(CarefulFormatter):
    """A line for people: local time, how bad it is, who says it, and what it belongs to at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line without a traceback."""
        found = circumstances()
        shown = " ".join(f"{name}={found[name]}" for name in _SHOWN_TO_PEOPLE if name in found)
        return f"{super().formatMessage(record)}{f'  [{shown}]' if shown else ''}"
