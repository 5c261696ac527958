"""Whether whoever asked still waits for the answer: work that has not begun is not worth its place otherwise."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Final, TypeAlias

# Returns when the caller has gone, not before.
UntilGone: TypeAlias = Callable[[], Awaitable[None]]

# Set by entrypoints whose callers can go away, for the work that they start; None elsewhere.
UNTIL_CALLER_GONE: Final[ContextVar[UntilGone | None]] = ContextVar("UNTIL_CALLER_GONE", default=None)
