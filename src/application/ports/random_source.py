"""Randomness for secrets."""

from abc import abstractmethod
from typing import Protocol


class RandomSource(Protocol):
    """Bytes that nobody can guess."""

    @abstractmethod
    def random_bytes(self, count: int) -> bytes:
        """Return so many random bytes, fit for secrets."""
