"""The head of an answer goes out with what follows at once, and never waits for anything else."""

import asyncio

import pytest
from typing_extensions import override

from entrypoints.http.joined_writes import JoinedWrites

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class RecordingTransport(asyncio.Transport):
    """Keeps what is written to it, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.writes.append(bytes(data))

    @override
    def close(self) -> None:
        self.closed = True

    @override
    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
async def joined(transport: RecordingTransport) -> JoinedWrites:
    return JoinedWrites(transport, asyncio.get_running_loop())


async def turn() -> None:
    """Let what was to be done soon be done."""
    await asyncio.sleep(0)


async def test_a_head_and_a_body_are_one_write(joined: JoinedWrites, transport: RecordingTransport) -> None:
    joined.write(HEAD)
    joined.write(b"body")
    await turn()
    assert transport.writes == [HEAD + b"body"]


async def test_a_head_alone_waits_for_nothing_else(joined: JoinedWrites, transport: RecordingTransport) -> None:
    joined.write(HEAD)
    await turn()
    assert transport.writes == [HEAD]
    joined.write(b"body")
    assert transport.writes == [HEAD, b"body"]


async def test_a_large_body_is_not_copied(joined: JoinedWrites, transport: RecordingTransport) -> None:
    joined.write(HEAD)
    joined.write(bytes(1_000_000))
    assert [len(each) for each in transport.writes] == [len(HEAD), 1_000_000]


async def test_a_body_that_begins_like_a_head_stays_in_its_place(
    joined: JoinedWrites, transport: RecordingTransport
) -> None:
    pieces = [HEAD, HEAD, b"1", HEAD, HEAD, b"2", HEAD]
    for piece in pieces:
        joined.write(piece)
    await turn()
    assert b"".join(transport.writes) == b"".join(pieces)


async def test_closing_writes_what_waits_and_a_lost_connection_loses_it(
    joined: JoinedWrites, transport: RecordingTransport
) -> None:
    joined.write(HEAD)
    joined.close()
    assert (transport.writes, joined.is_closing()) == ([HEAD], True)
    transport.closed = False
    joined.write(HEAD)
    transport.closed = True  # the client is gone before the loop's next turn
    await turn()
    assert transport.writes == [HEAD]
