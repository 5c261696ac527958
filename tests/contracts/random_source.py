"""The contract of `RandomSource`."""

from abc import ABC, abstractmethod

import pytest

from application.ports.random_source import RandomSource


class RandomSourceContract(ABC):
    """Promises of every source of randomness."""

    @pytest.fixture
    @abstractmethod
    def randomness(self) -> RandomSource:
        """Give the source."""

    @pytest.mark.parametrize("count", [1, 32, 100])
    def test_it_gives_as_many_bytes_as_asked(self, randomness: RandomSource, count: int) -> None:
        assert len(randomness.random_bytes(count)) == count

    def test_it_gives_others_each_time(self, randomness: RandomSource) -> None:
        given = {randomness.random_bytes(32) for _ in range(100)}
        assert len(given) == 100
