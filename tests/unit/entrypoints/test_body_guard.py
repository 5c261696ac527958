"""Bodies that are too large or too slow: what is still read of them, so that the client gets its answer."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from application.waiting_caller import UNTIL_CALLER_GONE
from domain.errors import TimeLimitError
from entrypoints.http.body_guard import BodyGuardMiddleware, BodyLimits
from entrypoints.http.in_flight import Capacity, InFlight
from entrypoints.http.time_limit import limited

LIMITS = BodyLimits(max_bytes=1_000, seconds=5, bytes_per_second=1_000)
PIECE = b"x" * 500


def a_request(headers: list[tuple[bytes, bytes]] | None = None) -> Scope:
    return {"type": "http", "path": "/v1/renders", "headers": headers or []}


def roomy() -> InFlight:
    return InFlight(Capacity(10, 1_000_000))


class Client:
    """Sends a body in pieces of 500 bytes, and counts those that were taken."""

    def __init__(self, pieces: int, pause: float = 0) -> None:
        self.pieces = pieces
        self.pause = pause
        self.taken = 0

    async def receive(self) -> Message:
        """Give the next piece."""
        self.taken += 1
        await asyncio.sleep(self.pause)  # this is how slow the client is
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
    guard = BodyGuardMiddleware(read_all, LIMITS, roomy())
    with pytest.raises(HTTPException) as caught:
        await guard(a_request(headers), client.receive, send_nothing)
    assert (caught.value.status_code, client.taken) == (413, taken)


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"gzip, identity", b"x" * 5_000])
async def test_an_encoded_body_is_read_and_refused(encoding: bytes) -> None:
    """Neither unpacked nor taken for what it is not."""
    client = Client(2)
    request = a_request([(b"content-encoding", encoding)])
    with pytest.raises(HTTPException) as caught:
        await BodyGuardMiddleware(read_all, LIMITS, roomy())(request, client.receive, send_nothing)
    assert (caught.value.status_code, client.taken) == (415, 2)
    assert caught.value.headers == {"Accept-Encoding": "identity"}
    assert len(caught.value.detail) < 200


@pytest.mark.parametrize("encoding", [b"identity", b" Identity ", b""])
async def test_a_body_that_is_as_it_is_may_say_so(encoding: bytes) -> None:
    client = Client(2)
    request = a_request([(b"content-encoding", encoding)])
    await BodyGuardMiddleware(read_all, LIMITS, roomy())(request, client.receive, send_nothing)
    assert client.taken == 2


async def test_a_body_within_the_limit_passes() -> None:
    client = Client(2)
    guard = BodyGuardMiddleware(read_all, LIMITS, roomy())
    await guard(a_request(), client.receive, send_nothing)
    assert client.taken == 2


async def test_a_body_may_take_long_while_it_comes_fast_enough() -> None:
    client = Client(10, pause=0.1)
    limits = BodyLimits(max_bytes=10_000, seconds=0.5, bytes_per_second=10)
    await BodyGuardMiddleware(read_all, limits, roomy())(a_request(), client.receive, send_nothing)
    assert client.taken == 10


@pytest.mark.parametrize(
    ("pause", "bytes_per_second"), [(0.1, 10**9), (60, 10)], ids=["too slow on the whole", "a pause"]
)
async def test_a_body_that_takes_too_long_is_refused(pause: float, bytes_per_second: int) -> None:
    client = Client(20, pause=pause)
    limits = BodyLimits(max_bytes=100_000, seconds=0.5, bytes_per_second=bytes_per_second)
    with pytest.raises(HTTPException) as caught:
        await BodyGuardMiddleware(read_all, limits, roomy())(a_request(), client.receive, send_nothing)
    assert caught.value.status_code == 408
    assert client.taken < 20


async def test_a_client_that_never_ends_its_body_has_gone_when_its_time_is_over() -> None:
    gone = False

    async def wait_for_it(_scope: Scope, _receive: Receive, _send: Send) -> None:
        nonlocal gone
        until_gone = UNTIL_CALLER_GONE.get()
        assert until_gone is not None
        await until_gone()
        gone = True

    limits = BodyLimits(max_bytes=10_000, seconds=0.1, bytes_per_second=10**9)
    client = Client(2, pause=60)
    await BodyGuardMiddleware(wait_for_it, limits, roomy())(a_request(), client.receive, send_nothing)
    assert gone
    assert UNTIL_CALLER_GONE.get() is None


async def test_the_time_that_a_client_takes_is_not_that_of_the_request() -> None:
    client = Client(pieces=6, pause=0.1)
    limits = BodyLimits(max_bytes=10_000, seconds=5, bytes_per_second=1_000)

    async def read_within_a_limit(scope: Scope, receive: Receive, send: Send) -> None:
        async with limited(scope, 0.3):
            await read_all(scope, receive, send)

    await BodyGuardMiddleware(read_within_a_limit, limits, roomy())(a_request(), client.receive, send_nothing)
    assert client.taken == 6


async def test_what_the_request_itself_takes_is_limited_also_behind_its_body() -> None:
    async def read_and_wait(scope: Scope, receive: Receive, send: Send) -> None:
        async with limited(scope, 0.1):
            await read_all(scope, receive, send)
            await asyncio.Event().wait()

    with pytest.raises(TimeLimitError, match=r"longer than 0\.1 seconds"):
        await BodyGuardMiddleware(read_and_wait, LIMITS, roomy())(a_request(), Client(1).receive, send_nothing)


async def test_another_timeout_within_is_left_alone() -> None:
    with pytest.raises(TimeoutError):
        async with limited({"type": "http"}, 10):
            raise TimeoutError


def test_a_path_may_take_larger_bodies_than_others() -> None:
    limits = BodyLimits(10, 1.0, 1, {"/v1/batches": 100})
    assert [limits.of_path(path).max_bytes for path in ("/v1/batches", "/v1/renders")] == [100, 10]
