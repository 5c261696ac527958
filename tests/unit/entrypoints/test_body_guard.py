"""Bodies that are too large: what is still read of them, so that the client gets its answer."""

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from entrypoints.http.body_guard import BodyGuardMiddleware

LIMIT = 1_000
PIECE = b"x" * 500


class Client:
    """Sends a body in pieces of 500 bytes, and counts those that were taken."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.taken = 0

    async def receive(self) -> Message:
        """Give the next piece."""
        self.taken += 1
        return {"type": "http.request", "body": PIECE, "more_body": self.taken < self.pieces}


async def read_all(_scope: Scope, receive: Receive, _send: Send) -> None:
    while (await receive()).get("more_body"):
        pass


async def send_nothing(_message: Message) -> None:
    pass


@pytest.mark.parametrize(
    ("pieces", "headers", "taken"),
    [
        (4, [(b"content-length", b"2000")], 4),
        (4, [], 4),
        (100, [(b"content-length", b"50000")], 8),
        (100, [], 11),
        (4, [(b"content-length", b"2000"), (b"expect", b"100-continue")], 0),
    ],
    ids=["declared", "grown", "far too much", "grown far too much", "asked before"],
)
async def test_a_body_that_is_too_large_is_read_on_a_little_and_refused(
    pieces: int, headers: list[tuple[bytes, bytes]], taken: int
) -> None:
    client = Client(pieces)
    guard = BodyGuardMiddleware(read_all, max_bytes=LIMIT, timeout_seconds=5)
    with pytest.raises(HTTPException) as caught:
        await guard({"type": "http", "headers": headers}, client.receive, send_nothing)
    assert (caught.value.status_code, client.taken) == (413, taken)


async def test_a_body_within_the_limit_passes() -> None:
    client = Client(2)
    guard = BodyGuardMiddleware(read_all, max_bytes=LIMIT, timeout_seconds=5)
    await guard({"type": "http", "headers": []}, client.receive, send_nothing)
    assert client.taken == 2
