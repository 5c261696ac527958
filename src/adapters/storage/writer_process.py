"""The process that writes blobs for another one: frames in, one datagram back for each, with the lock if one was asked.

It ends with the channel of its frames, when what it was asked for before is done.
"""

import errno
import os
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from adapters.storage.blob_files import BlobFiles, WrongContentError
from adapters.storage.file_locks import take_lock

# Number of the request, lengths of path, of the path of the lock (0: none is asked for) and of the content.
REQUEST: Final = struct.Struct("!QHHQ")
# Number of the request, and how it went: an errno, or one of the following.
REPLY: Final = struct.Struct("!Qi")
STORED: Final = 0
LOCK_IS_TAKEN: Final = -1
WRONG_CONTENT: Final = -2

# So many wait for the disk at a time, and as many again are held ready.
_THREADS: Final = 8
_MAX_PIECE: Final = 1 << 20


def main() -> None:
    """Serve: the arguments are the root, and the descriptors of the two channels."""
    root, requests, replies = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    writer = _Writer(BlobFiles(root), socket.socket(fileno=replies))
    room = BoundedSemaphore(2 * _THREADS)
    with os.fdopen(requests, "rb", buffering=_MAX_PIECE) as frames, ThreadPoolExecutor(_THREADS) as threads:
        while len(head := frames.read(REQUEST.size)) == REQUEST.size:
            number, path, lock, content = REQUEST.unpack(head)
            parts = os.fsdecode(frames.read(path)), os.fsdecode(frames.read(lock)), frames.read(content)
            room.acquire()
            threads.submit(writer.do, number, *parts).add_done_callback(lambda _: room.release())


class _Writer:
    """Stores blobs, and says how it went."""

    def __init__(self, files: BlobFiles, replies: socket.socket) -> None:
        self._files = files
        self._replies = replies

    def do(self, number: int, path: str, lock: str, content: bytes) -> None:
        """Do one request, and answer it."""
        descriptor = None
        try:
            descriptor = take_lock(lock) if lock else None
            code = LOCK_IS_TAKEN if lock and descriptor is None else self._stored(path, content)
        except OSError as error:
            code = error.errno or errno.EIO
        passed_on = [descriptor] if descriptor is not None and code == STORED else []
        # Nobody reads it where the other process has ended.
        with suppress(ConnectionError, FileNotFoundError):
            socket.send_fds(self._replies, [REPLY.pack(number, code)], passed_on)
        if descriptor is not None:
            os.close(descriptor)

    def _stored(self, path: str, content: bytes) -> int:
        file = Path(path)
        try:
            self._files.store(file, file.name, content)
        except WrongContentError:
            return WRONG_CONTENT
        return STORED
