"""What is told of work that an isolated process has done: it cannot tell of it itself."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WorkReport:
    """A piece of work that has just ended, in seconds.

    `waited` is the time until a process was free, `seconds` what came after that until the answer was there, the way
    there and back included. The process itself says how long it took to compile the template, where it had to, and to
    do the work; both are 0 where it ended over it.
    """

    work: str
    pid: int
    waited: float
    seconds: float
    compile_seconds: float
    work_seconds: float


class WorkWatch(Protocol):
    """Whom such work is told of, in the context of whoever asked for it."""

    @abstractmethod
    def is_wanted(self) -> bool:
        """Tell whether the work that is about to begin is to be told of."""

    @abstractmethod
    def tell(self, report: WorkReport) -> None:
        """Take a report."""
