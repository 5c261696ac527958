"""What a line of the log belongs to: the request or the job that is worked on."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final

# Set once by whoever begins something; read where a line is written. What is found under `request_id`, `caller`,
# `workspace` and `job` goes into the line.
LOG_CONTEXT: Final[ContextVar[Mapping[str, Any]]] = ContextVar("LOG_CONTEXT", default={})  # noqa: B039  # never changed
