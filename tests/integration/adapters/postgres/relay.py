"""A network that a test can cut: a TCP relay in front of a server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit


class Relay:
    """Passes bytes between a port of its own and a server, until it is told to hang or to break."""

    def __init__(self, server_url: str) -> None:
        self._target = urlsplit(server_url)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._port = 0
        # What clients have sent, for those who look at it; cleared while nobody sends, it begins with a message.
        self.sent = bytearray()

    def round_trips(self) -> int:
        """Count what clients waited for: simple queries, and ends of extended ones (PostgreSQL's protocol, 54.2)."""
        count, start = 0, 0
        while start < len(self.sent):
            count += self.sent[start : start + 1] in (b"Q", b"S")
            start += 1 + int.from_bytes(self.sent[start + 1 : start + 5])
        return count

    @property
    def url(self) -> str:
        """The server's URL by way of the relay."""
        credentials, at, _ = self._target.netloc.rpartition("@")
        return urlunsplit(self._target._replace(netloc=f"{credentials}{at}127.0.0.1:{self._port}"))

    async def start(self) -> None:
        """Take connections, on the same port every time."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hang(self) -> None:
        """Take connections and bytes, and pass nothing on."""
        self._flowing.clear()

    def flow(self) -> None:
        """Pass on what came meanwhile, and everything after it."""
        self._flowing.set()

    async def _relay(self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        for pump in (self._pump(client_reader, writer, self.sent), self._pump(reader, client_writer, bytearray())):
            task = asyncio.create_task(pump)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            while piece := await reader.read(65_536):
                seen += piece
                await self._flowing.wait()
                writer.write(piece)
                await writer.drain()


@contextlib.asynccontextmanager
async def relay_to(server_url: str) -> AsyncIterator[Relay]:
    """Give a relay that works."""
    relay = Relay(server_url)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()
