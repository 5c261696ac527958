"""The process that writes blobs for another one: frames in, one datagram back for each, with the lock if one was asked.

It ends with the channel of its frames, when what it was asked for before is done.
"""

import errno
import os
import socket
import struct
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

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
            place, lock_path, blob = (
                os.fsdecode(frames.read(path)),
                os.fsdecode(frames.read(lock)),
                frames.read(content),
            )
            room.acquire()
            do = partial(writer.do, number, place, lock_path) if place else partial(writer.do_all, number)
            threads.submit(do, blob).add_done_callback(lambda _: room.release())


class _Writer:
    """Stores blobs, and says how it went."""

    def __init__(self, files: BlobFiles, replies: socket.socket) -> None:
        self._files = files
        self._replies = replies

    def do(self, number: int, path: str, lock: str, content: bytes) -> None:
        """Do one request, and answer it."""
        self._answer(number, [lock] if lock else [], [(Path(path), content)])

    def do_all(self, number: int, content: bytes) -> None:
        """Do several requests, and answer them as one."""
        blobs, locks, place = list[tuple[Path, bytes]](), set[str](), 0
        while place < len(content):
            _, *lengths = REQUEST.unpack_from(content, place)
            place += REQUEST.size
            path, lock, blob = (content[place + sum(lengths[:n]) : place + sum(lengths[: n + 1])] for n in range(3))
            place += sum(lengths)
            blobs.append((Path(os.fsdecode(path)), blob))
            locks.add(os.fsdecode(lock))
        self._answer(number, sorted(locks), blobs)

    def _answer(self, number: int, locks: Sequence[str], blobs: Sequence[tuple[Path, bytes]]) -> None:
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

    def _stored(self, blobs: Sequence[tuple[Path, bytes]]) -> int:
        try:
            if len(blobs) > 1:
                self._files.store_all(blobs)
            else:
                ((path, content),) = blobs
                self._files.store(path, path.name, content)
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
