"""Where the log of a process goes, and how much of it."""

import logging
import sys
from typing import Final

from entrypoints.logs.formats import ConsoleFormatter, JsonFormatter, OwnWords
from entrypoints.logs.rotating_file import RotatingFile
from entrypoints.settings.errors import SettingsError
from entrypoints.settings.log import LogSettings

_logger: Final = logging.getLogger("docgen")
# What of ours speaks, and the server. Of the libraries only what is wrong is logged, whatever the level: at `debug`
# some of them tell of requests with all that is in them.
_OURS: Final = ("docgen", "domain", "application", "adapters", "entrypoints", "uvicorn")


def log_to_standard_output(settings: LogSettings) -> None:
    """Log from now on as the settings say, in this process.

    Raises:
        SettingsError: the file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    handlers[0].setFormatter(ConsoleFormatter() if for_people(settings) else JsonFormatter())
    if settings.file is not None:
        handlers.append(_file(settings))
    level = settings.level.upper()
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        handler.addFilter(OwnWords())
        root.addHandler(handler)
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):  # which has handlers of its own otherwise
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True
    # A line for each request costs as much as the request, and names what is searched for. The server looks at this.
    logging.getLogger("uvicorn.access").handlers, logging.getLogger("uvicorn.access").propagate = [], False
    # What is wrong with a form is in the answer, and anybody could fill the log with it.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
    # A reader of standard output that goes away is no reason to say so on standard error for each line.
    logging.raiseExceptions = False


def announce(settings: LogSettings, text: str) -> None:
    """Say what a person at a terminal wants to know, and the log of a service as well."""
    if for_people(settings):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    else:
        _logger.info("%s", text)


def for_people(settings: LogSettings) -> bool:
    """Tell whether standard output is read by people."""
    return settings.format == "console" or (settings.format is None and sys.stdout.isatty())


def _file(settings: LogSettings) -> RotatingFile:
    assert settings.file is not None  # noqa: S101  # the caller has looked
    try:
        handler = RotatingFile(settings.file, settings.file_bytes, settings.files)
    except OSError as error:
        raise SettingsError(
            f"The setting DOCGEN_LOG__FILE is wrong: the file cannot be written ({error.strerror or error})."
        ) from error
    handler.setFormatter(ConsoleFormatter() if settings.format == "console" else JsonFormatter())
    return handler
