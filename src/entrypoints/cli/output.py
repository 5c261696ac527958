"""What commands print."""

import json
import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import asdict

from domain.diagnostics import Diagnostic


class OutputClosedError(Exception):
    """Nobody reads standard output any more, as behind `docgen ... | head -1`."""


def prepare_output() -> None:
    """Let what a command prints never fail for a character, or for a stream that the caller has closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # as long as the process
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def finish_output() -> None:
    """Write what is still held back.

    Raises:
        OutputClosedError: nobody reads it.
        OSError: it cannot be written, for example to a full disk.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise OutputClosedError from None


def abandon_output() -> int:
    """Give standard output up, so that its end is no error either, and return the exit code that shells give this."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def say(text: str) -> None:
    """Print a line of the result on standard output."""
    try:
        sys.stdout.write(f"{text}\n")
    except BrokenPipeError:
        raise OutputClosedError from None


def say_json(value: object) -> None:
    """Print JSON on standard output, with escapes where its encoding has not every character."""
    unicode_output = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    say(json.dumps(value, indent=2, ensure_ascii=not unicode_output))


def complain(text: str) -> None:
    """Print what went wrong on standard error."""
    sys.stderr.write(f"docgen: {text}\n")


def print_diagnostics(diagnostics: Iterable[Diagnostic], *, as_json: bool, ok: bool) -> None:
    """Print findings: a line each on standard error, or one JSON object on standard output."""
    found = list(diagnostics)
    if as_json:
        say_json({"ok": ok, "diagnostics": [asdict(diagnostic) for diagnostic in found]})
        return
    for diagnostic in found:
        sys.stderr.write(f"{diagnostic}\n")
