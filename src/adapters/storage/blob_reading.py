"""Blobs that are read in pieces and compared with their names by threads, some pieces for each trip to a thread."""

import hashlib
import os
import sys
import threading
from io import FileIO
from typing import Final

from adapters.storage.blob_names import damaged
from application.ports.document_storage import BlobKey

_PIECE: Final = 512 * 1024
# A trip to a thread and back takes a tenth of what it takes to read and hash so much. Whoever reads slowly holds it.
_PIECES: Final = 2


class BlobReading:
    """Reads the bytes of a blob's file from `start` up to but excluding `end` (None: to the end), step by step.

    Any thread can do a step, one at a time. Whoever reads may leave while one is under way, and waits for nothing: the
    step closes the file then, as its descriptor may be another file's the moment after that.
    """

    def __init__(self, key: BlobKey, path: str, start: int, end: int | None) -> None:
        self.ended = False
        self.key = key
        self._path = path
        self._at = start
        self._end = sys.maxsize if end is None else end
        # Only the whole of a blob can be compared with its name.
        self._contents = hashlib.sha256() if start == 0 and end is None else None
        self._file: FileIO | None = None
        self._mutex = threading.Lock()
        self._in_step = False

    def step(self) -> list[bytes]:
        """Return the next pieces; the whole of a blob is verified before the last of them are returned.

        Raises:
            OSError: the file cannot be opened or read.
            ServiceUnavailableError: the contents are not those that were stored.
        """
        with self._mutex:
            if self.ended:
                return []
            self._in_step = True
        ended = True
        try:
            file = self._opened()
            pieces = [piece for _ in range(_PIECES) if (piece := self._next(file))]
            ended = self._at >= self._end
            if ended:
                self._verify()
        finally:
            self._leave_step(ended=ended)
        return pieces

    def leave(self) -> None:
        """Read no more."""
        with self._mutex:
            self.ended = True
            if self._in_step:
                return
        self._close()

    def _leave_step(self, *, ended: bool) -> None:
        with self._mutex:
            self._in_step = False
            self.ended = self.ended or ended
            if not self.ended:
                return
        self._close()

    def _opened(self) -> FileIO:
        if self._file is None:
            self._file = FileIO(self._path)
            self._end = min(self._end, os.fstat(self._file.fileno()).st_size)
        return self._file

    def _next(self, file: FileIO) -> bytes:
        piece = os.pread(file.fileno(), max(0, min(_PIECE, self._end - self._at)), self._at)
        if not piece:  # it is shorter than it was
            self._end = self._at
        self._at += len(piece)
        if self._contents is not None:
            self._contents.update(piece)
        return piece

    def _verify(self) -> None:
        if self._contents is not None and self._contents.hexdigest() != self.key.sha256:
            raise damaged(self.key)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
