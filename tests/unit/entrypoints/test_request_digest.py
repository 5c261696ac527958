"""Requests are told from each other by a digest, without their bodies being held in memory."""

import hashlib
import os
import random
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest
from starlette.requests import Request

from entrypoints.http.request_digest import RequestDigest, digested

BOUNDARY: Final = "-aa"
MEGABYTE: Final = 1_048_576


def a_request(pieces: Iterable[bytes], media_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    """Build a request whose body comes in these pieces, and whose client then goes away."""
    messages: Iterator[dict[str, Any]] = iter([])

    def all_messages() -> Iterator[dict[str, Any]]:
        for piece in pieces:
            yield {"type": "http.request", "body": piece, "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}
        yield {"type": "http.disconnect"}

    messages = all_messages()

    async def receive() -> dict[str, Any]:
        return next(messages)

    headers = [(b"content-type", media_type.encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/batches", "query_string": b"a=1", "headers": headers}
    return Request({**scope, "server": ("localhost", 80), "scheme": "http"}, receive)


@pytest.mark.parametrize("seed", range(20))
def test_the_boundary_is_left_out_wherever_the_pieces_end(seed: int) -> None:
    chance = random.Random(seed)  # a body that can be made again
    body = b"".join(chance.choices([b"--", BOUNDARY.encode(), b"--" + BOUNDARY.encode(), b"a", b"-", b"text"], k=60))
    digest = RequestDigest(a_request([]))
    rest = body
    while rest:
        length = chance.randint(1, 9)
        digest.add(rest[:length])
        rest = rest[length:]
    place = b"POST /v1/batches?a=1 multipart/form-data\n"
    assert digest.hexdigest() == hashlib.sha256(place + body.replace(b"--" + BOUNDARY.encode(), b"--")).hexdigest()


@pytest.mark.parametrize("size", [0, 5, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 3 * MEGABYTE])
async def test_the_body_of_a_form_can_be_read_after_it(size: int) -> None:
    body = os.urandom(size)
    pieces = [body[at : at + 300_000] for at in range(0, size, 300_000)]
    async with digested(a_request(pieces)) as (_, whole):
        assert b"".join([piece async for piece in whole.stream()]) == body
        assert await whole.receive() == {"type": "http.disconnect"}


async def test_another_body_is_read_once() -> None:
    async with digested(a_request([b'{"a":', b"1}"], "application/json")) as (digest, whole):
        assert await whole.json() == {"a": 1}
    assert digest == hashlib.sha256(b'POST /v1/batches?a=1 application/json\n{"a":1}').hexdigest()


async def test_a_large_form_is_not_held_in_memory() -> None:
    tracemalloc.start()
    try:
        async with digested(a_request(bytes(65_536) for _ in range(1_024))) as (_, whole):
            size = sum([len(piece) async for piece in whole.stream()])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 64 * MEGABYTE
    assert peak < 8 * MEGABYTE
