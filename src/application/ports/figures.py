"""Figures that are read when somebody asks for them: how much of something is in use now."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PoolUse:
    """A pool of connections: how many are in use, how many are open and idle, and how many there may be."""

    pool: str
    in_use: int
    idle: int
    limit: int


@dataclass(frozen=True, slots=True)
class CrewUse:
    """Render workers that can work or do, those of them that work, and requests that wait for one."""

    ready: int = 0
    busy: int = 0
    waiting: int = 0


class ConnectionPools(Protocol):
    """Has connections to the database."""

    @abstractmethod
    def pools(self) -> list[PoolUse]:
        """Return how its pools are used; costs no round trip."""


class RenderCrew(Protocol):
    """Has render workers."""

    @abstractmethod
    def use(self) -> CrewUse:
        """Return how they are used."""
