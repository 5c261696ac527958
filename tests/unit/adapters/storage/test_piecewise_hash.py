"""A hash that is calculated beside the event loop."""

import hashlib
import random

import pytest

from adapters.storage.piecewise_hash import PiecewiseHash


@pytest.mark.parametrize(
    "sizes",
    [(), (0,), (1, 2, 3), (200_000,), (1_048_576,), (700_000,) * 5, (3_000_000, 10, 300_000, 1_200_000, 7)],
)
async def test_it_is_the_hash_of_all_pieces_in_their_order(sizes: tuple[int, ...]) -> None:
    pieces = [random.Random(number).randbytes(size) for number, size in enumerate(sizes)]
    contents = PiecewiseHash()
    for piece in pieces:
        await contents.update(piece)
    assert await contents.hexdigest() == hashlib.sha256(b"".join(pieces)).hexdigest()
