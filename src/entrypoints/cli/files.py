"""Files that commands read and write."""

import os
import sys
import tempfile
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from application.defaults import RenderWishes
from application.use_cases.inspect_upload import TemplateUpload
from domain.errors import InvalidRequestError, PayloadTooLargeError
from domain.render_request import MissingPolicy


def read_template(path: str, max_bytes: int) -> TemplateUpload:
    """Read a template file, not more of it than shows that it is too large."""
    return TemplateUpload(Path(path).name, _read(Path(path), f"The template {path!r}", max_bytes))


def read_data(path: str, max_bytes: int) -> bytes:
    """Read the data's JSON text; '-' is standard input."""
    if path == "-":
        return _within(sys.stdin.buffer.read(max_bytes + 1), "The data", max_bytes)
    return _read(Path(path), f"The data {path!r}", max_bytes)


def _read(path: Path, what: str, max_bytes: int) -> bytes:
    with path.open("rb") as file:
        return _within(file.read(max_bytes + 1), what, max_bytes)


def _within(content: bytes, what: str, max_bytes: int) -> bytes:
    if len(content) > max_bytes:
        raise PayloadTooLargeError(what, max_bytes)
    return content


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in whole or not at all: a reader never sees half of it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def wishes_of(options: Namespace, output: str | None = None) -> RenderWishes:
    """Return the wishes that the arguments express.

    Raises:
        InvalidRequestError: --now is not a time.
    """
    try:
        now = None if options.now is None else datetime.fromisoformat(options.now)
    except ValueError:
        raise InvalidRequestError(
            "now", f"{options.now!r} is not a time: write it like 2026-01-31T09:30:00+01:00."
        ) from None
    return RenderWishes(
        output=output, locale=options.locale, timezone=options.timezone, now=now, missing=MissingPolicy(options.missing)
    )
