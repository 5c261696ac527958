"""Keys that callers give their requests, so that one that is sent twice is carried out once."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from domain.identifiers import RenderId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out the request of a key: whoever holds `token`, for as long as nobody else got it."""

    workspace_id: WorkspaceId
    key: str
    fingerprint: str
    token: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered with; `render_id` is the render that it is about, and that it is erased with.

    A document is not kept once more: without a body, the answer is the document of that render.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    render_id: RenderId | None = None


@dataclass(frozen=True, slots=True)
class AnsweredClaim:
    """A claim with the answer that its request gets."""

    claim: Claim
    answer: KeptAnswer


class IdempotencyKeys(Protocol):
    """The keys of every workspace, each for itself; all processes of an installation share them.

    A key belongs to a claim for the time of a lease, which its holder extends while it works: a process that died
    does not block it for ever. Answers are kept for a time, and after it the key is as good as new. Every method raises
    ServiceUnavailableError when the database is down.
    """

    @abstractmethod
    async def claim(self, workspace_id: WorkspaceId, key: str, fingerprint: str) -> Claim | KeptAnswer:
        """Take the key, or return the answer that its request has had. Of several callers at once one gets it.

        Raises:
            IdempotencyMismatchError: the key was given to a request with another fingerprint.
            RequestInProgressError: its request is being carried out.
            NotFoundError: the workspace is gone.
        """

    @abstractmethod
    async def extend(self, claim: Claim) -> None:
        """Begin the claim's lease anew; nothing happens where somebody else has the key, or it has its answer."""

    @abstractmethod
    async def keep(self, claim: Claim, answer: KeptAnswer) -> None:
        """Keep the answer for those who send the request again; nothing happens where somebody else has the key."""

    @abstractmethod
    async def release(self, claim: Claim) -> None:
        """Forget the key, as if its request had not come; nothing happens where somebody else has it, or it has
        its answer.
        """

    @abstractmethod
    async def sweep(self, workspace_id: WorkspaceId, limit: int) -> int:
        """Forget up to so many of the workspace's keys whose time is over; return how many there were.

        Keys that nobody looks at again would stay for ever otherwise, with what they were answered.
        """


class AnswerLog(Protocol):
    """Keeps answers along with what else a transaction writes."""

    @abstractmethod
    async def keep(self, answered: AnsweredClaim) -> None:
        """Keep the answer to a key.

        Raises:
            RequestInProgressError: somebody else has the key by now; nothing of the transaction is to be committed.
        """
