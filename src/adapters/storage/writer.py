"""The service's end of the process that writes its blobs.

A blob takes a dozen system calls. In a thread, each of them gives Python's lock back and waits for it again beside an
event loop that is busy: that took more time than everything else of a stored render.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Final, Self, cast

from typing_extensions import override

from adapters.storage.writer_process import LOCK_IS_TAKEN, REPLY, REQUEST, STORED, WRONG_CONTENT
from domain.errors import ServiceUnavailableError

_PROGRAM: Final = "from adapters.storage.writer_process import main; main()"
_ENVIRONMENT: Final = {"LC_ALL": "C.UTF-8"}
# Some builds of Python cannot start without it.
_PASSED_ON: Final = ("LD_LIBRARY_PATH",)
# Blobs that are stored together: a message carries no more than 253 descriptors (unix(7)).
GROUP: Final = 100
# What it is asked to write when the service ends is on the disk by then, or the disk hangs.
_END_SECONDS: Final = 10.0
# A lock is not to be inherited by processes that are started meanwhile.
_CLOSE_ON_EXEC: Final[int] = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class LockTakenError(Exception):
    """Somebody has the lock, and nothing was stored."""


class BlobWriter:
    """Writes blobs by a process, started with the block and anew where it has ended; for one event loop."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._channel: _Channel | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._running()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.end()

    async def store(self, path: str, content: bytes, lock: str = "") -> int | None:
        """Store a blob under its path, which ends with its SHA-256; return the descriptor of the lock, if one is named.

        Raises:
            LockTakenError: somebody has the lock.
            ValueError: the content does not have the SHA-256.
            OSError: the disk does not take it.
            ServiceUnavailableError: the process ended meanwhile.
        """
        descriptors = await self._ask(os.fsencode(path), os.fsencode(lock), content)
        return descriptors[0] if descriptors else None

    async def store_all(self, blobs: Sequence[tuple[str, str, bytes]]) -> tuple[int, ...]:
        """Store blobs, given with their paths and those of their locks, together; return the descriptors of the locks.

        There are GROUP of them at most.

        Raises:
            LockTakenError, ValueError, OSError, ServiceUnavailableError: as above; some of them may be stored.
        """
        frames = (_frame(0, os.fsencode(path), os.fsencode(lock), content) for path, lock, content in blobs)
        return await self._ask(b"", b"", b"".join(frames))

    async def _ask(self, path: bytes, lock: bytes, content: bytes) -> tuple[int, ...]:
        channel = await self._running()
        code, descriptors = await channel.ask(path, lock, content)
        if code == LOCK_IS_TAKEN:
            raise LockTakenError
        if code == WRONG_CONTENT:
            raise ValueError(f"the content does not have the SHA-256 {os.path.basename(os.fsdecode(path))}")  # noqa: PTH119
        if code != STORED:
            raise OSError(code, os.strerror(code))
        return descriptors

    async def _running(self) -> "_Channel":
        if self._channel is not None and not self._channel.ended:
            return self._channel
        async with self._starting:
            if self._channel is not None and self._channel.ended:
                await self._channel.end()  # what ended by itself is to be reaped
                self._channel = None
            if self._channel is None:
                self._channel = await _Channel.start(self._root)
            return self._channel


class _Channel(asyncio.Protocol):
    """One process: frames go to it by a stream, which says when it ends; answers come by datagrams, with locks."""

    def __init__(self, process: subprocess.Popen[bytes], replies: socket.socket) -> None:
        self.ended = False
        self._process = process
        self._replies = replies
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._numbers = count()
        self._asked: dict[int, asyncio.Future[tuple[int, tuple[int, ...]]]] = {}
        self._loop.add_reader(replies, self._read)

    @classmethod
    async def start(cls, root: str) -> "_Channel":
        """Start a process.

        Raises:
            OSError: it cannot be started.
        """
        process, requests, replies = _started(root)
        channel = cls(process, replies)
        await channel._loop.create_unix_connection(lambda: channel, sock=requests)
        return channel

    def ask(self, path: bytes, lock: bytes, content: bytes) -> asyncio.Future[tuple[int, tuple[int, ...]]]:
        """Send a request; the future gives the code of its answer, and the descriptors of locks."""
        if self._transport is None or self.ended:
            raise _ended()
        number = next(self._numbers)
        answer = self._asked[number] = self._loop.create_future()
        self._transport.write(_frame(number, path, lock, content))
        return answer

    async def end(self) -> None:
        """Let the process end when its work is done."""
        if self._transport is not None and not self.ended:
            self._transport.write_eof()
        try:
            await asyncio.to_thread(self._process.wait, _END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
        self._read()
        self._let_go()
        if self._transport is not None:
            self._transport.close()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._read()  # what it did before it ended is done
        self._let_go()

    def _let_go(self) -> None:
        if not self.ended:
            self.ended = True
            self._loop.remove_reader(self._replies)
            self._replies.close()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(_ended())
        self._asked.clear()

    def _read(self) -> None:
        with suppress(BlockingIOError, ConnectionError):
            while self._asked and not self.ended:
                reply, descriptors, _, _ = socket.recv_fds(self._replies, REPLY.size, GROUP, _CLOSE_ON_EXEC)
                if not reply:
                    return
                self._finish(*REPLY.unpack(reply), *descriptors)

    def _finish(self, number: int, code: int, *descriptors: int) -> None:
        answer = self._asked.pop(number)
        if not answer.done():
            answer.set_result((code, descriptors))
            return
        for descriptor in descriptors:  # nobody waits any more who would give the locks back
            os.close(descriptor)


def _frame(number: int, path: bytes, lock: bytes, content: bytes) -> bytes:
    return b"".join((REQUEST.pack(number, len(path), len(lock), len(content)), path, lock, content))


def _started(root: str) -> tuple[subprocess.Popen[bytes], socket.socket, socket.socket]:
    """Start a process, and return it with the ends of its two channels."""
    requests, theirs = socket.socketpair()
    replies, answers = socket.socketpair(type=socket.SOCK_DGRAM)
    replies.setblocking(False)  # noqa: FBT003  # the standard library's name for it
    with theirs, answers:
        try:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-c", _PROGRAM, root, str(theirs.fileno()), str(answers.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_ENVIRONMENT | {name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                pass_fds=(theirs.fileno(), answers.fileno()),
                start_new_session=True,
            )
        except OSError:
            requests.close()
            replies.close()
            raise
    return process, requests, replies


def _ended() -> ServiceUnavailableError:
    return ServiceUnavailableError("storage", "The process that writes files ended unexpectedly: try again.")
