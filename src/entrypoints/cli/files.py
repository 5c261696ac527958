"""Files that commands read and write."""

import errno
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from application.defaults import RenderWishes
from application.use_cases.inspect_upload import TemplateUpload
from domain.errors import InvalidRequestError, PayloadTooLargeError
from domain.render_request import MissingPolicy
from entrypoints.cli.output import OutputClosedError

# What a file is called while it is written.
TEMPORARY: Final = ".docgen-"


def read_template(path: str, max_bytes: int) -> TemplateUpload:
    """Read a template file, not more of it than shows that it is too large."""
    return TemplateUpload(Path(path).name, _read(Path(path), f"The template {path!r}", max_bytes))


def read_data(path: str, max_bytes: int) -> bytes:
    """Read the data's JSON text; '-' is standard input."""
    if path == "-":
        if sys.stdin is None:
            raise InvalidRequestError("--data", "standard input is closed: name a file.")
        return _within(sys.stdin.buffer.read(max_bytes + 1), "The data", max_bytes)
    return _read(Path(path), f"The data {path!r}", max_bytes)


def _read(path: Path, what: str, max_bytes: int) -> bytes:
    if path == Path():
        raise InvalidRequestError("file", f"{what} needs the name of a file.")
    with path.open("rb") as file:
        return _within(file.read(max_bytes + 1), what, max_bytes)


def _within(content: bytes, what: str, max_bytes: int) -> bytes:
    if len(content) > max_bytes:
        raise PayloadTooLargeError(what, max_bytes)
    return content


def require_separate(output: Path, *sources: str) -> None:
    """Refuse to write over what is read.

    Raises:
        InvalidRequestError: the output is one of the sources.
    """
    for source in sources:
        if not is_special(output) and output.exists() and Path(source).exists() and output.samefile(source):
            raise InvalidRequestError("--output", f"this would write over {source!r}: give the document another name.")


def is_special(path: Path) -> bool:
    """Tell whether there is a device, pipe or socket, which is written to and never replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def write_document(path: Path, content: bytes) -> None:
    """Write a file in whole or not at all, as `new_file` does.

    Raises:
        OSError: it cannot be written; the error names `path`.
    """
    with new_file(path) as file:
        file.write(content)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which is there in whole after the block, or not at all: a reader never sees half of it.

    What a link leads to is written, and a file that was there keeps its permissions.

    Raises:
        OSError: it cannot be written; the error names `path`.
    """
    try:
        if is_special(path):
            with path.open("wb") as file:
                yield file
        elif path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        else:
            with _replacement(Path(os.path.realpath(path))) as file:
                yield file
    except BrokenPipeError:
        raise OutputClosedError from None
    except OSError as error:
        error.filename = str(path)
        raise


@contextmanager
def _replacement(path: Path) -> Iterator[BinaryIO]:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
