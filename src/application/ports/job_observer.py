"""Who looks on while jobs are carried out."""

from abc import abstractmethod
from enum import StrEnum
from typing import Protocol

from typing_extensions import override

from application.ports.job_queue import JobKind


class JobEnd(StrEnum):
    """What came of a job that a worker had taken.

    A job that is put off comes again by its own will or because something was down; one that failed does not. What is
    handed back is another worker's: this one was told to end. `ELSEWHERE`: it was another worker's already.
    """

    DONE = "done"
    FAILED = "failed"
    PUT_OFF = "put-off"
    HANDED_BACK = "handed-back"
    ELSEWHERE = "elsewhere"


class JobObserver(Protocol):
    """Is told what happened; nothing that it does changes anything, and it raises nothing."""

    @abstractmethod
    def job_ended(self, kind: JobKind, end: JobEnd, seconds: float) -> None:
        """Hear of a job that was in a worker's hands for so long."""

    @abstractmethod
    def chore_ended(self, chore: str, *, is_done: bool, seconds: float) -> None:
        """Hear of a chore that was this worker's to do; one that was not done is tried again when its time comes."""


class NoJobObserver(JobObserver):
    """Nobody looks on."""

    @override
    def job_ended(self, kind: JobKind, end: JobEnd, seconds: float) -> None:
        return

    @override
    def chore_ended(self, chore: str, *, is_done: bool, seconds: float) -> None:
        return
