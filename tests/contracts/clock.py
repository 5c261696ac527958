"""The contract of `Clock`."""

from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from application.ports.clock import Clock


class ClockContract(ABC):
    """Promises of every clock."""

    @pytest.fixture
    @abstractmethod
    def clock(self) -> Clock:
        """Give the clock under test."""

    def test_the_time_is_aware_and_in_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta(0)

    def test_the_measuring_scale_only_goes_forward(self, clock: Clock) -> None:
        readings = [clock.elapsed_ms() for _ in range(100)]
        assert readings == sorted(readings)
