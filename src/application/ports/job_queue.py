"""The queue of jobs, as those see it who have work for it."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from domain.identifiers import WorkspaceId


class JobKind(StrEnum):
    """What is to be done; each kind is a queue of its own."""

    RENDER = "render"
    BATCH = "batch"
    BATCH_ERASURE = "batch-erasure"
    WEBHOOK = "webhook"
    SLACK = "slack"
    SLACK_DELIVERY = "slack-delivery"


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work of one workspace on one object of it. A job names what it is about, and holds none of its contents.

    `trace` are the headers of W3C Trace Context of whoever has work for it, empty where nobody traces.
    """

    kind: JobKind
    workspace_id: WorkspaceId
    subject: str
    trace: Mapping[str, str] = field(default_factory=dict, hash=False)


class JobQueue(Protocol):
    """The queue as a part of a transaction: a job is there when that is committed, and never otherwise.

    A job is handed to a worker at least once: what it does has to be done once where it is handed out again.
    """

    @abstractmethod
    async def enqueue(self, job: NewJob) -> None:
        """Add a job behind those that are there.

        Raises:
            ServiceUnavailableError: the database is down.
        """
