"""Tracebacks that quote nobody's data: where an error was raised, and which it is.

What an error says of itself often has a value in it: the key that was missing, the text that is no number, the row that
PostgreSQL refused. Where that cannot be, it is kept.
"""

import logging
import traceback
from types import TracebackType
from typing import Final

from typing_extensions import override

# Errors of the program or of the system; what they say are names of the program's, and those of files.
_TELLING: Final = (
    ArithmeticError,
    AttributeError,
    ConnectionError,
    ImportError,
    MemoryError,
    NameError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
)
_MOST_CAUSES: Final = 5
_MOST_FRAMES: Final = 30
_SILENT: Final = " (what it says may have somebody's data in it, and is left out)"


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error and of those that led to it, the first cause first."""
    parts, current = list[str](), error
    for _ in range(_MOST_CAUSES):
        parts.insert(0, _one(current))
        cause = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if cause is None:
            break
        current = cause
    return "\nand then\n".join(parts)


def _one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-_MOST_FRAMES)
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    state = getattr(error, "sqlstate", None)
    said = f": {error}" if isinstance(error, _TELLING) else f" {state}" if state else _SILENT
    return f"Traceback (most recent call last):\n{''.join(traceback.format_list(frames))}{name}{said}"


class CarefulFormatter(logging.Formatter):
    """Writes such tracebacks."""

    @override
    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return what is written of an error."""
        return "" if ei[1] is None else traceback_of(ei[1])
