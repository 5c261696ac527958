"""Blobs as files: written whole, with their names on the disk, or not at all. Standard library alone: see `writer`."""

import hashlib
import itertools
import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from adapters.storage.whole_disk import can_synchronise_whole_disk, synchronise_whole_disk

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
        self._syncs_whole: bool | None = None

    def store(self, path: str, content: bytes) -> None:
        """Store a blob under its path, which ends with its SHA-256; when this returns, it outlives a loss of power.

        Raises:
            WrongContentError: the content does not have the SHA-256.
            OSError: the disk does not take it, and nothing is there.
        """
        _require(path, content)
        if not _touch(path, len(content)):
            with self.incoming() as file:
                file.write(content)
                file.keep(path)
        # Also where another process has just put the same: its name may not be on the disk yet.
        synchronise(parent_of(path))

    def store_all(self, blobs: Sequence[tuple[str, bytes]]) -> None:
        """Store blobs under their paths, which end with their SHA-256; a disk that can waits once for all of them.

        Raises:
            WrongContentError, OSError: as above; some of them may be there.
        """
        if self._syncs_whole is None:
            self._syncs_whole = can_synchronise_whole_disk(self._root)
        if not self._syncs_whole:
            for path, content in blobs:
                self.store(path, content)
            return
        for path, content in blobs:
            _require(path, content)
        with ExitStack() as stack:
            whole = os.open(self._root, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, whole)
            written = list[tuple[IncomingFile, str]]()
            for path, content in blobs:
                if not _touch(path, len(content)):
                    file = stack.enter_context(self.incoming())
                    file.write(content)
                    written.append((file, path))
            synchronise_whole_disk(whole)
            for file, path in written:
                file.give_name(path)
            # Also where another process has just put the same: its name may not be on the disk yet.
            synchronise_whole_disk(whole)

    def incoming(self) -> "IncomingFile":
        """Begin a file that has no name yet.

        Raises:
            OSError: the disk does not take it.
        """
        # Nobody else can write there, so that the name need not be hard to guess, as mkstemp's are at some expense.
        return IncomingFile(f"{self._root}/{INCOMING}/{self._own}-{next(self._numbers)}")


class IncomingFile:
    """A file that is written for a block, and is gone after it unless it was given its name.

    A thread that still writes when the block is left is waited for, and what comes later is refused: the descriptor may
    be another file's by then.
    """

    def __init__(self, temporary: str) -> None:
        self._temporary = temporary
        self._mutex = threading.Lock()
        self._descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OUR_FILE)
        self._kept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._mutex:
            os.close(self._descriptor)
            self._descriptor = -1
            if not self._kept:
                Path(self._temporary).unlink(missing_ok=True)

    def write(self, content: bytes) -> None:
        """Write all of it: one call writes less where a signal comes, and never more than 2 GB (write(2)).

        Raises:
            OSError: the disk does not take it.
        """
        left = memoryview(content)
        with self._mutex:
            while left:
                left = left[os.write(self._descriptor, left) :]

    def keep(self, path: str) -> None:
        """Give it its name, when its contents are on the disk.

        Raises:
            OSError: the disk does not take it.
        """
        with self._mutex:
            os.fsync(self._descriptor)
        self.give_name(path)

    def give_name(self, path: str) -> None:
        """Give it its name; its contents are on the disk already.

        Raises:
            OSError: the disk does not take it.
        """
        with self._mutex:
            _give_name(self._temporary, path)
            self._kept = True


def _require(path: str, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != path.rpartition("/")[2]:
        raise WrongContentError


def parent_of(path: str) -> str:
    """Return the directory that a file lies in. A Path takes longer than the system calls for which it is named."""
    return path.rpartition("/")[0]


def _touch(path: str, size: int) -> bool:
    """Renew the age of a file, so that the collector of unused blobs leaves it; False where it must be written."""
    try:
        os.utime(path)
        return os.stat(path).st_size == size  # noqa: PTH116  # as above
    except FileNotFoundError:
        return False


def _give_name(temporary: str, path: str) -> None:
    try:
        os.rename(temporary, path)  # noqa: PTH104  # as above
    except FileNotFoundError:
        _make_directories(Path(path).parent)
        os.rename(temporary, path)  # noqa: PTH104  # as above


def _make_directories(shard: Path) -> None:
    for directory in (shard.parent, shard):
        with suppress(FileExistsError):
            directory.mkdir(mode=_ONLY_US)
            synchronise(directory.parent)


def synchronise(directory: str | Path) -> None:
    """Return when the names in a directory are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
