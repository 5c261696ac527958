"""A box for secrets that the service has to know again."""

from abc import abstractmethod
from typing import Protocol

from domain.errors import DocGenError


class SealBrokenError(DocGenError):
    """A secret was sealed with another key, or for something else."""


class SecretBox(Protocol):
    """Seals secrets before they are stored; only the service opens them, and only for what they were sealed for."""

    @abstractmethod
    def seal(self, secret: bytes, owner: str) -> bytes:
        """Return what may be stored; `owner` names what the secret belongs to, and has to be named again."""

    @abstractmethod
    def open(self, sealed: bytes, owner: str) -> bytes:
        """Return the secret.

        Raises:
            SealBrokenError: it was sealed with another key, or for another owner, or is damaged.
        """
