"""The process that writes blobs for another one: frames in, one datagram back for each, with the lock if one was asked.

It ends with the channel of its frames, when what it was asked for before is done.
"""

import errno
import os
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, Final

from adapters.storage.blob_files import BlobFiles, WrongContentError
from adapters.storage.file_locks import take_lock

# Number of the request, lengths of path, of the path of the lock (0: none is asked for) and of the content. Without a
# path the content is several requests, which are stored together and answered as one.
REQUEST: Final = struct.Struct("!QHHQ")
# Number of the request, and how it went: an errno, or one of the following.
REPLY: Final = struct.Struct("!Qi")
STORED: Final = 0
LOCK_IS_TAKEN: Final = -1
WRONG_CONTENT: Final = -2

# So many wait for the disk at a time.
_THREADS: Final = 8
_MAX_PIECE: Final = 1 << 20


def main() -> None:
    """Serve: the arguments are the root, and the descriptors of the two channels."""
    root, requests, replies = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    threading.excepthook = _end_process
    with os.fdopen(requests, "rb", buffering=_MAX_PIECE) as frames:
        writer = _Writer(BlobFiles(root), frames, socket.socket(fileno=replies))
        threads = [threading.Thread(target=writer.serve) for _ in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _end_process(failure: threading.ExceptHookArgs) -> None:
    """Let those who asked know of what nobody foresaw: a thread that ended alone would leave one of them waiting."""
    threading.__excepthook__(failure)
    os._exit(1)


class _Writer:
    """Stores blobs, and says how it went."""

    def __init__(self, files: BlobFiles, frames: BinaryIO, replies: socket.socket) -> None:
        self._files = files
        self._frames = frames
        self._replies = replies
        self._turn = threading.Lock()

    def serve(self) -> None:
        """Do requests until there are no more. Threads take turns in reading: whoever is handed one has to wake up."""
        while self._serve_one():  # and keep nothing of it while others read
            pass

    def _serve_one(self) -> bool:
        with self._turn:
            request = self._next()
        if request is None:
            return False
        number, path, lock, content = request
        if path:
            self._answer(number, [lock] if lock else [], [(path, content)])
        else:
            self._do_all(number, content)
        return True

    def _next(self) -> tuple[int, str, str, bytes] | None:
        read = self._frames.read
        head = read(REQUEST.size)
        if len(head) < REQUEST.size:
            return None
        number, path, lock, content = REQUEST.unpack(head)
        return number, os.fsdecode(read(path)), os.fsdecode(read(lock)), read(content)

    def _do_all(self, number: int, content: bytes) -> None:
        """Do several requests, and answer them as one."""
        blobs, locks, place = list[tuple[str, bytes]](), set[str](), 0
        while place < len(content):
            _, *lengths = REQUEST.unpack_from(content, place)
            place += REQUEST.size
            path, lock, blob = (content[place + sum(lengths[:n]) : place + sum(lengths[: n + 1])] for n in range(3))
            place += sum(lengths)
            blobs.append((os.fsdecode(path), blob))
            locks.add(os.fsdecode(lock))
        self._answer(number, sorted(locks), blobs)

    def _answer(self, number: int, locks: Sequence[str], blobs: Sequence[tuple[str, bytes]]) -> None:
        descriptors = list[int]()
        try:
            code = self._stored(blobs) if _are_taken(locks, descriptors) else LOCK_IS_TAKEN
        except OSError as error:
            code = error.errno or errno.EIO
        # Nobody reads it where the other process has ended.
        with suppress(ConnectionError, FileNotFoundError):
            socket.send_fds(self._replies, [REPLY.pack(number, code)], descriptors if code == STORED else [])
        for descriptor in descriptors:
            os.close(descriptor)

    def _stored(self, blobs: Sequence[tuple[str, bytes]]) -> int:
        try:
            if len(blobs) > 1:
                self._files.store_all(blobs)
            else:
                ((path, content),) = blobs
                self._files.store(path, content)
        except WrongContentError:
            return WRONG_CONTENT
        return STORED


def _are_taken(locks: Sequence[str], descriptors: list[int]) -> bool:
    """Take locks, and add their descriptors; tell whether all of them are ours."""
    for path in locks:
        descriptor = take_lock(path)
        if descriptor is None:
            return False
        descriptors.append(descriptor)
    return True
