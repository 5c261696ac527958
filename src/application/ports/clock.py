"""The clock."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; nothing else in DocGen reads a clock."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""

    @abstractmethod
    def elapsed_ms(self) -> float:
        """Return milliseconds on a scale that only goes forward, for measuring how long something took."""
