"""Where finished renders are written down, each for itself."""

from abc import abstractmethod
from typing import Protocol

from application.ports.idempotency_keys import AnsweredClaim
from application.ports.render_repository import NewRender


class RenderJournal(Protocol):
    """Takes the record of a render that is finished; it can be read by the repository afterwards.

    Nothing but the answer to its Idempotency-Key goes with a record into a transaction, so that the journal may write
    those of several callers together.
    """

    @abstractmethod
    async def record(self, render: NewRender, answered: AnsweredClaim | None = None) -> None:
        """Write a new request down; it is durable on return.

        With a claim, record and answer are written together or not at all, and only while nobody else has the key.
        Records do not touch each other: one that is refused leaves the others that are written with it. A caller that
        does not wait for the end may find it written or not.

        Raises:
            RequestInProgressError: somebody else has the key by now.
            NotFoundError: the workspace is not there any more. A template that is gone does not matter.
            ConflictError: there is a request of this id already.
            InvalidRequestError: a text of the request cannot be kept.
            ServiceUnavailableError: the database is down.
        """
