"""Tokens of an identity provider."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a verified token says: of whom it is, for which workspace (its slug), and the names of scopes."""

    subject: str
    name: str
    workspace: str | None
    scopes: frozenset[str]
    expires_at: datetime


class TokenVerifier(Protocol):
    """Knows the tokens of one identity provider."""

    @abstractmethod
    async def verify(self, token: str) -> TokenClaims:
        """Return what a token says.

        Raises:
            UnauthenticatedError: it is none, or is not valid for this service now.
            ServiceUnavailableError: the provider's keys cannot be fetched.
        """
