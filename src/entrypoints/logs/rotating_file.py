"""A file of the log that several processes write to."""

import fcntl
import logging
import os
import sys
import time
from pathlib import Path
from typing import Final

from typing_extensions import override

_MODE: Final = 0o640
_SECONDS_BETWEEN_COMPLAINTS: Final = 60.0


class RotatingFile(logging.Handler):
    """Appends lines, and begins the file anew when it is full: whoever sees that first gives it another name.

    Every line is one write to the end of the file, which no other process comes in between of. The others see by the
    file's number that it has been renamed. A disk that takes nothing is complained of on standard error, once a minute,
    and ends nothing.
    """

    def __init__(self, path: Path, max_bytes: int, kept: int) -> None:
        """Open it.

        Raises:
            OSError: it cannot be written.
        """
        super().__init__()
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._complained: float | None = None
        self._descriptor = self._open()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        try:
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
            if not self._is_at_its_place():
                self._reopen()
            elif os.fstat(self._descriptor).st_size + len(line) > self._max_bytes:
                self._rotate(len(line))
            os.write(self._descriptor, line)
        except OSError as error:
            self._complain(error)
        except Exception:  # noqa: BLE001  # a line that cannot be formatted, as every handler has it
            self.handleError(record)

    @override
    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        super().close()

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE)

    def _reopen(self) -> None:
        before, self._descriptor = self._descriptor, self._open()
        os.close(before)

    def _is_at_its_place(self) -> bool:
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        ours = os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def _rotate(self, coming: int) -> None:
        lock = os.open(self._named("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another process may have been faster.
            if self._is_at_its_place() and os.fstat(self._descriptor).st_size + coming > self._max_bytes:
                for number in range(self._kept - 1, 0, -1):
                    older = self._named(str(number))
                    if older.exists():
                        older.replace(self._named(str(number + 1)))
                self._path.replace(self._named("1"))
        finally:
            os.close(lock)
        self._reopen()

    def _named(self, end: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{end}")

    def _complain(self, error: OSError) -> None:
        now = time.monotonic()
        if self._complained is None or now - self._complained >= _SECONDS_BETWEEN_COMPLAINTS:
            self._complained = now
            sys.stderr.write(f"docgen: The log file {self._path} cannot be written: {error.strerror or error}.\n")
