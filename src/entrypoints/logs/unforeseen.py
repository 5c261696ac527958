"""Errors that nobody handles: lines of the log like all others.

Python would print them on standard error, as several lines, and with all that an error says.
"""

import logging
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_log: Final = logging.getLogger("docgen")


def log_unforeseen() -> None:
    """Log from now on what ends this process or a thread of it, and what is raised where nothing can be."""
    sys.excepthook = _process_ended
    threading.excepthook = _thread_ended
    sys.unraisablehook = _passed_over


def _process_ended(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    _log.critical("An error that nobody foresaw ends the process.", exc_info=(kind, error, traceback))


def _thread_ended(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None and not isinstance(what.exc_value, SystemExit):
        name = "unknown" if what.thread is None else what.thread.name
        error = (what.exc_type, what.exc_value, what.exc_traceback)
        _log.error("An error that nobody foresaw ends the thread %s.", name, exc_info=error)


def _passed_over(what: "UnraisableHookArgs") -> None:
    error = what.exc_value
    info = None if error is None else (what.exc_type, error, what.exc_traceback)
    _log.error("An error was passed over, since it came where none can be raised.", exc_info=info)
