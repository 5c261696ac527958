"""Buckets of tokens that limit how many requests callers send."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.identifiers import WorkspaceId
from domain.rate_limit import RateLimit


@dataclass(frozen=True, slots=True)
class Lease:
    """Tokens that were taken out of a bucket, none where it was empty, and how many are left in it."""

    tokens: int
    left: float


class RateBuckets(Protocol):
    """One bucket for each caller, shared by all processes of an installation; those of a workspace are its own.

    A bucket nobody has asked for is full. Every method raises ServiceUnavailableError when the database is down.
    """

    @abstractmethod
    async def take(self, workspace_id: WorkspaceId | None, caller: str, tokens: int, limit: RateLimit) -> Lease:
        """Take so many tokens out of a caller's bucket, or as many whole ones as there are.

        What was taken is gone: of many who take at the same time, none gets what another one has got. None is for
        callers of no workspace.
        """
