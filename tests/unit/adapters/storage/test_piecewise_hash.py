"""A hash that is calculated beside the event loop."""

import hashlib
import random
import threading

import pytest

from adapters.storage.piecewise_hash import PiecewiseHash

SIZES = [(), (0,), (1, 2, 3), (200_000,), (1_048_576,), (700_000,) * 5, (3_000_000, 10, 300_000, 1_200_000, 7)]


def random_pieces(sizes: tuple[int, ...]) -> list[bytes]:
    """Make pieces of these sizes."""
    return [random.Random(number).randbytes(size) for number, size in enumerate(sizes)]


@pytest.mark.parametrize("sizes", SIZES)
async def test_it_is_the_hash_of_all_pieces_in_their_order(sizes: tuple[int, ...]) -> None:
    pieces = random_pieces(sizes)
    contents = PiecewiseHash()
    for piece in pieces:
        await contents.update(piece)
    assert await contents.hexdigest() == hashlib.sha256(b"".join(pieces)).hexdigest()


@pytest.mark.parametrize("sizes", SIZES)
async def test_each_piece_is_taken_in_its_order_and_in_a_thread(sizes: tuple[int, ...]) -> None:
    pieces, taken, threads = random_pieces(sizes), list[bytes](), set[int]()

    def take(piece: bytes) -> None:
        taken.append(piece)
        threads.add(threading.get_ident())

    contents = PiecewiseHash(take)
    for piece in pieces:
        await contents.update(piece)
    assert await contents.hexdigest() == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert taken == pieces
    assert threading.get_ident() not in threads


async def test_what_taking_fails_with_comes_back() -> None:
    def take(piece: bytes) -> None:
        raise OSError(piece.decode())

    contents = PiecewiseHash(take)
    await contents.update(b"short")
    with pytest.raises(OSError, match="short"):
        await contents.hexdigest()
    contents = PiecewiseHash(take)
    await contents.update(b"a" * 600_000)
    with pytest.raises(OSError, match="aaa"):
        await contents.update(b"b" * 600_000)
