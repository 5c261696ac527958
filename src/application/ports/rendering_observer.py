"""Who looks on at what an engine does beside answering."""

from abc import abstractmethod
from enum import StrEnum
from typing import Protocol

from typing_extensions import override


class WorkerEnd(StrEnum):
    """Why there is a render worker less: its time was up, it was stopped for its work, it died, or it is of no use."""

    REPLACED = "replaced"
    TIME_LIMIT = "time-limit"
    DIED = "died"
    UNUSABLE = "unusable"


class RenderingObserver(Protocol):
    """Is told what happened; nothing that it does changes anything, and it raises nothing."""

    @abstractmethod
    def template_used(self, *, was_compiled: bool) -> None:
        """Hear whether the template of a piece of work was there in its compiled form, or had to be compiled first."""

    @abstractmethod
    def worker_ended(self, end: WorkerEnd) -> None:
        """Hear of a render worker that is gone while the service goes on."""


class NoRenderingObserver(RenderingObserver):
    """Nobody looks on."""

    @override
    def template_used(self, *, was_compiled: bool) -> None:
        return

    @override
    def worker_ended(self, end: WorkerEnd) -> None:
        return
