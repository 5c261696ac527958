"""Randomness that repeats itself."""

import hashlib
from itertools import count

from typing_extensions import override

from application.ports.random_source import RandomSource


class CountingRandomSource(RandomSource):
    """Gives the bytes of hashes of 1, 2, 3 and so on."""

    def __init__(self) -> None:
        self._numbers = count(1)

    @override
    def random_bytes(self, count: int) -> bytes:
        return hashlib.shake_256(b"%d" % next(self._numbers)).digest(count)
