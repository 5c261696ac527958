"""The way to PostgreSQL as a test has it: a relay that can be cut, that can hold back, and that reads what passes.

Messages are those of the frontend/backend protocol 3.0 (PostgreSQL documentation, chapter 54): a type of one byte, but
in the first message of a connection, and the length of four, itself included.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_SSL_REQUEST: Final = 80877103
_PIECE: Final = 65_536


class Relay:
    """Passes bytes between a port of its own and a server, until it is told to hang or to break.

    `statements` are those that were executed, in order, and `round_trips` how often clients waited for an answer; both
    may be emptied. `held` is set when a statement that was to be held back came.
    """

    def __init__(self, server_url: str) -> None:
        self._target = urlsplit(server_url)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._answering = asyncio.Event()
        self._answering.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._port = 0
        self._held_back = ""
        self._held_answer = ""
        self.held = threading.Event()
        self.statements: list[str] = []
        self.round_trips = 0

    @property
    def url(self) -> str:
        """The server's URL by way of the relay."""
        credentials, at, _ = self._target.netloc.rpartition("@")
        return urlunsplit(self._target._replace(netloc=f"{credentials}{at}127.0.0.1:{self._port}"))

    async def start(self) -> None:
        """Take connections, on the same port every time."""
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hang_up(self) -> None:
        """Break every connection, as the kernel does with those of a process that ends; every thread may call it."""
        if self._loop:
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self._tasks])

    def hang(self) -> None:
        """Take connections and bytes, and pass nothing on."""
        self._flowing.clear()

    def flow(self) -> None:
        """Pass on what came meanwhile, and everything after it."""
        self._flowing.set()

    def hold_back(self, part: str) -> None:
        """Hang as soon as a statement with this part comes, which the server does not get."""
        self._held_back = part

    def hold_answer(self, part: str) -> None:
        """Pass a statement with this part on; its answer, and everything after it, does not come."""
        self._held_answer = part

    async def _relay(self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        for pump in (self._pass_on(client_reader, writer), self._pass_back(reader, client_writer)):
            task = asyncio.create_task(pump)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        messages = _MessageReader()
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                self._note(messages.read(piece))
                await self._flowing.wait()
                writer.write(piece)
                await writer.drain()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                await self._flowing.wait()
                await self._answering.wait()
                writer.write(piece)
                await writer.drain()

    def _note(self, read: tuple[list[str], int]) -> None:
        executed, round_trips = read
        self.statements += executed
        self.round_trips += round_trips
        for part, gate in ((self._held_back, self._flowing), (self._held_answer, self._answering)):
            if part and any(part in statement for statement in executed):
                gate.clear()
                self.held.set()


class _MessageReader:
    """Reads one connection's messages; statements are noted when they are executed, not when they are prepared."""

    def __init__(self) -> None:
        self._rest = b""
        self._started = False
        self._prepared: dict[bytes, str] = {}
        self._bound = ""

    def read(self, piece: bytes) -> tuple[list[str], int]:
        """Take bytes as they come; return the statements that they execute, and how many answers they wait for."""
        executed: list[str] = []
        round_trips = 0
        self._rest += piece
        while len(self._rest) >= (kind_size := 1 if self._started else 0) + 4:
            end = kind_size + int.from_bytes(self._rest[kind_size : kind_size + 4])
            if len(self._rest) < end:
                break
            kind, body = self._rest[:kind_size], self._rest[kind_size + 4 : end]
            executed += self._executed(kind, body)
            round_trips += kind in (b"Q", b"S")  # simple queries, and ends of extended ones (54.2)
            self._rest = self._rest[end:]
        return executed, round_trips

    def _executed(self, kind: bytes, body: bytes) -> list[str]:
        if not self._started:
            self._started = int.from_bytes(body[:4]) != _SSL_REQUEST
        elif kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._prepared[name] = sql.decode()
        elif kind == b"B":
            self._bound = self._prepared[body.split(b"\0", 2)[1]]
        elif kind == b"E":
            return [self._bound]
        elif kind == b"Q":
            return [body.rstrip(b"\0").decode()]
        return []


@contextlib.asynccontextmanager
async def relay_to(server_url: str) -> AsyncIterator[Relay]:
    """Give a relay that works."""
    relay = Relay(server_url)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()


@contextlib.contextmanager
def relay_beside(server_url: str) -> Iterator[Relay]:
    """Give a relay that works beside a test which is not asynchronous."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    relay = Relay(server_url)
    asyncio.run_coroutine_threadsafe(relay.start(), loop).result()
    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(relay.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
