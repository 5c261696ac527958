"""Blobs as files: written whole, with their names on the disk, or not at all. Standard library alone: see `writer`."""

import hashlib
import itertools
import os
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

# Files are written here, whole, before they get their name; what a killed process left is removed at the next start.
INCOMING: Final = ".incoming"
_ONLY_US: Final = 0o700
_OUR_FILE: Final = 0o600


class WrongContentError(Exception):
    """The content does not have the SHA-256 that it is to be stored under."""


class BlobFiles:
    """Writes blobs below one root, for any number of threads."""

    def __init__(self, root: str) -> None:
        self._root = root
        # Several processes, on several machines perhaps, write into the same directory.
        self._own = uuid4().hex
        self._numbers = itertools.count()

    def store(self, path: Path, sha256: str, content: bytes) -> None:
        """Store a blob under its path; when this returns, it outlives the machine's loss of power.

        Raises:
            WrongContentError: the content does not have the SHA-256.
            OSError: the disk does not take it, and nothing is there.
        """
        if hashlib.sha256(content).hexdigest() != sha256:
            raise WrongContentError
        if not _touch(path, len(content)):
            self._write(path, content)
        # Also where another process has just put the same: its name may not be on the disk yet.
        _synchronise(path.parent)

    def _write(self, path: Path, content: bytes) -> None:
        # Nobody else can write there, so that the name need not be hard to guess, as mkstemp's are at some expense.
        temporary = f"{self._root}/{INCOMING}/{self._own}-{next(self._numbers)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OUR_FILE)
        try:
            try:
                _write_all(descriptor, content)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            _give_name(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _touch(path: Path, size: int) -> bool:
    """Renew the age of a file, so that the collector of unused blobs leaves it; False where it must be written."""
    try:
        os.utime(path)
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _give_name(temporary: str, path: Path) -> None:
    try:
        os.rename(temporary, path)  # noqa: PTH104  # a Path of each would cost more than the call
    except FileNotFoundError:
        _make_directories(path.parent)
        os.rename(temporary, path)  # noqa: PTH104  # as above


def _make_directories(shard: Path) -> None:
    for directory in (shard.parent, shard):
        with suppress(FileExistsError):
            directory.mkdir(mode=_ONLY_US)
            _synchronise(directory.parent)


def _write_all(descriptor: int, content: bytes) -> None:
    """Write all of it: one call writes less where a signal comes, and never more than 2 GB (write(2))."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _synchronise(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
