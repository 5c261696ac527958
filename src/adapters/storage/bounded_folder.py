"""A folder of files that can be made again, kept within a number of bytes."""

import logging
import os
import stat
import tempfile
from pathlib import Path

_log = logging.getLogger("docgen.storage")


class BoundedFolder:
    """Files in a folder that belongs to this service alone, for all its processes on the machine.

    A file is there whole or not at all. Beyond `max_bytes` those go that were not used for the longest time. A folder
    that others own or can write to is not used; one that cannot be used, or is full, costs time and nothing else, and
    is complained of once. It can be deleted at any time.
    """

    def __init__(self, folder: Path, max_bytes: int, complaint: str) -> None:
        """Take what the log says where it cannot be used, before the name of the folder."""
        self._folder = folder
        self._max_bytes = max_bytes
        self._complaint = complaint
        self._complained = False

    def read(self, name: str) -> bytes | None:
        """Return the contents of a file, None where there is none."""
        path = self._folder / name
        try:
            if not self._is_ours():
                return None
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, unless it is larger than all may be."""
        if len(content) > self._max_bytes:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._is_ours():
                self._write(self._folder / name, content)
                self._make_room()
        except OSError as error:
            self._complain(f"{error.strerror}")

    def discard(self, name: str) -> None:
        """Give a file up, if it is there."""
        try:
            if self._is_ours():
                (self._folder / name).unlink(missing_ok=True)
        except OSError:
            return

    def _is_ours(self) -> bool:
        """Tell whether nobody else can have put a file there."""
        found = self._folder.stat()
        if found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return True
        self._complain("others can write to it, or own it")
        return False

    def _complain(self, reason: str) -> None:
        if not self._complained:
            self._complained = True
            _log.warning("%s in %s: %s.", self._complaint, self._folder, reason)

    def _write(self, path: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _make_room(self) -> None:
        files = sorted(self._files())
        over = sum(size for _, size, _ in files) - self._max_bytes
        for _, size, path in files:
            if over <= 0:
                break
            Path(path).unlink(missing_ok=True)
            over -= size

    def _files(self) -> list[tuple[float, int, str]]:
        """List all files, those that killed processes left half-written included, with the times of their last use."""
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                try:
                    about = entry.stat()
                except FileNotFoundError:  # another process makes room too
                    continue
                found.append((about.st_mtime, about.st_size, entry.path))
        return found
