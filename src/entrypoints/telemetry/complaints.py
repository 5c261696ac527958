"""What the SDK complains of: a line a minute, whatever the collector does."""

import logging
import time
from collections.abc import Callable
from typing import Final

from typing_extensions import override

logger = logging.getLogger("docgen.telemetry")

_SECONDS_BETWEEN: Final = 60.0
_LONGEST_REASON: Final = 300


class SeldomHandler(logging.Handler):
    """Turns the SDK's records into warnings of ours, one in so many seconds at most; the others are counted."""

    def __init__(self, seconds: float = _SECONDS_BETWEEN, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._now = now
        self._next: float | None = None
        self._left_out = 0

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Say it, or count it."""
        now = self._now()
        if self._next is not None and now < self._next:
            self._left_out += 1
            return
        self._next = now + self._seconds
        left_out, self._left_out = self._left_out, 0
        others = f" ({left_out} more such lines were left out.)" if left_out else ""
        reason = record.getMessage().splitlines()[0][:_LONGEST_REASON]
        logger.warning(
            "Telemetry does not reach the collector, and is dropped; DocGen works without it. See to the collector, "
            "or to OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL. The reason: %s%s",
            reason,
            others,
        )


def keep_quiet() -> None:
    """Let the SDK's own loggers speak through one such handler alone."""
    theirs = logging.getLogger("opentelemetry")
    theirs.propagate = False
    theirs.setLevel(logging.WARNING)
    theirs.handlers = [SeldomHandler()]
