"""What commands print."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

from domain.diagnostics import Diagnostic


def say(text: str) -> None:
    """Print a line of the result on standard output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Print what went wrong on standard error."""
    sys.stderr.write(f"docgen: {text}\n")


def print_diagnostics(diagnostics: Iterable[Diagnostic], *, as_json: bool, ok: bool) -> None:
    """Print findings: a line each on standard error, or one JSON object on standard output."""
    found = list(diagnostics)
    if as_json:
        say(json.dumps({"ok": ok, "diagnostics": [asdict(diagnostic) for diagnostic in found]}, indent=2))
        return
    for diagnostic in found:
        sys.stderr.write(f"{diagnostic}\n")
