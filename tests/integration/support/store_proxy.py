"""The way to a store as a test has it: a proxy for HTTP that answers in the store's place, breaks off, or is slow."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

_PIECE: Final = 65_536
_LENGTH: Final = re.compile(rb"(?im)^content-length: *(\d+)\r$")
_EXPECT: Final = re.compile(rb"(?im)^expect: *100-continue\r$")
_CONNECTION: Final = re.compile(rb"(?im)^connection:[^\r]*\r\n")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as far as its head tells: `line` is 'PUT /bucket/key?query'; `headers` have small letters."""

    line: str
    size: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Fault:
    is_meant: Callable[[Asked], bool]
    times: float
    answer: bytes | None = None
    end_after: int | None = None


class StoreProxy:
    """Passes requests on to a store and answers back, each on a connection of its own, unless a fault is meant for it.

    `asked` are the requests that came.
    """

    def __init__(self, server_url: str) -> None:
        self._target = urlsplit(server_url)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._faults: list[_Fault] = []
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._held_part = ""
        self.held = asyncio.Event()
        self.asked: list[Asked] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def refuse(self, part: str, status: int, code: str, *, times: float = float("inf"), larger_than: int = -1) -> None:
        """Answer requests whose line has a part, and whose body is larger than a size, in the store's place."""
        body = f"<Error><Code>{code}</Code><Message>made by a test</Message></Error>".encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        self._faults.append(
            _Fault(lambda asked: part in asked.line and asked.size > larger_than, times, answer=head.encode() + body)
        )

    def break_off(self, part: str, after: int, *, times: float = float("inf")) -> None:
        """Close the connection after so many bytes of the answers to requests whose line has a part."""
        self._faults.append(_Fault(lambda asked: part in asked.line, times, end_after=after))

    def hang(self) -> None:
        """Take requests, and do nothing about them; `held` is set by the first."""
        self._flowing.clear()

    def hold(self, part: str) -> None:
        """Hang as soon as a request comes whose line has a part, which the store does not get; `held` is set."""
        self._held_part = part

    def flow(self) -> None:
        """Pass on what came meanwhile, and everything after it."""
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with (
            contextlib.closing(writer),
            contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError),
        ):
            while await self._answer(reader, writer):
                pass

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether the connection stays."""
        head = await reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        line = head.partition(b"\r\n")[0].rpartition(b" ")[0].decode()
        asked = Asked(line, int(found[1]) if found else 0, _headers_of(head))
        self.asked.append(asked)
        if self._held_part and self._held_part in asked.line:
            self._held_part = ""
            self._flowing.clear()
        if not self._flowing.is_set():
            self.held.set()
            await self._flowing.wait()
        fault = self._fault_of(asked)
        if fault is not None and fault.answer is not None:
            is_asked_first = _EXPECT.search(head) is not None
            if not is_asked_first:
                await reader.readexactly(asked.size)
            writer.write(fault.answer)
            await writer.drain()
            return not is_asked_first
        await self._pass_on(head, asked.size, reader, writer, fault.end_after if fault else None)
        return False

    async def _pass_on(
        self,
        head: bytes,
        size: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        end_after: int | None,
    ) -> None:
        theirs, ours = await asyncio.open_connection(self._target.hostname, self._target.port)
        with contextlib.closing(ours):
            line, rest = _CONNECTION.sub(b"", head).split(b"\r\n", 1)
            ours.write(line + b"\r\nConnection: close\r\n" + rest)
            sending = asyncio.create_task(_send_body(size, reader, ours))
            try:
                while piece := await theirs.read(_PIECE):
                    writer.write(piece if end_after is None else piece[:end_after])
                    await writer.drain()
                    if end_after is not None:
                        end_after -= len(piece)
                        if end_after <= 0:
                            return
            finally:
                sending.cancel()
                await asyncio.wait([sending])

    def _fault_of(self, asked: Asked) -> _Fault | None:
        for fault in self._faults:
            if fault.times > 0 and fault.is_meant(asked):
                fault.times -= 1
                return fault
        return None


def _headers_of(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines if name}


async def _send_body(size: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while size and (piece := await reader.read(min(size, _PIECE))):
        size -= len(piece)
        writer.write(piece)
        await writer.drain()


@contextlib.asynccontextmanager
async def proxy_to(server_url: str) -> AsyncIterator[StoreProxy]:
    """Give a proxy that works."""
    async with StoreProxy(server_url) as proxy:
        yield proxy
