"""Where a caller's key is looked up, before it is known which workspace it belongs to."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.api_key import ApiKey
from domain.identifiers import Slug


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key with the slug of its workspace."""

    key: ApiKey
    workspace: Slug


class ApiKeyDirectory(Protocol):
    """The keys of all workspaces, each to be found by its hash alone."""

    @abstractmethod
    async def find(self, sha256: str) -> KnownKey | None:
        """Return the key whose secret has this SHA-256, as it is now on the database; None where there is none.

        Revoked and expired keys are returned too. Raises ServiceUnavailableError when the database is down.
        """
