"""The contract of `TokenVerifier`."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.token_verifier import TokenClaims, TokenVerifier
from domain.errors import ServiceUnavailableError, UnauthenticatedError

NOW = datetime.now(UTC).replace(microsecond=0)
CLAIMS = TokenClaims(
    "ada", "Ada Lovelace", "acme", frozenset({"audit:read", "openid"}), expires_at=NOW + timedelta(hours=1)
)


class TokenVerifierContract(ABC):
    """Promises of everything that knows the tokens of an identity provider, in the year of these tests."""

    @pytest.fixture
    @abstractmethod
    def verifier(self) -> TokenVerifier:
        """Give a verifier whose provider works."""

    @pytest.fixture
    @abstractmethod
    def verifier_that_is_down(self) -> TokenVerifier:
        """Give one whose provider does not answer."""

    @abstractmethod
    def token_of(self, verifier: TokenVerifier, claims: TokenClaims) -> str:
        """Let the provider issue a token that says this."""

    async def test_a_token_says_everything(self, verifier: TokenVerifier) -> None:
        for claims in (CLAIMS, replace(CLAIMS, subject="bob", workspace=None, scopes=frozenset())):
            token = self.token_of(verifier, claims)
            assert [await verifier.verify(token) for _ in range(2)] == [claims] * 2

    async def test_a_token_whose_time_is_over_is_refused(self, verifier: TokenVerifier) -> None:
        token = self.token_of(verifier, replace(CLAIMS, expires_at=NOW - timedelta(hours=1)))
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(token)

    @pytest.mark.parametrize("text", ["", "x", "a.b.c", "é" * 10, "a\0b", "dg_live_" + "a" * 49])
    async def test_what_is_no_token_is_refused(self, verifier: TokenVerifier, text: str) -> None:
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(text)

    async def test_a_provider_that_is_down_is_an_error_and_no_refusal(
        self, verifier_that_is_down: TokenVerifier
    ) -> None:
        token = self.token_of(verifier_that_is_down, CLAIMS)
        with pytest.raises(ServiceUnavailableError):
            await verifier_that_is_down.verify(token)
