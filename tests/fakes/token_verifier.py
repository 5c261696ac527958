"""Tokens by table."""

from typing_extensions import override

from application.ports.token_verifier import TokenClaims, TokenVerifier
from domain.errors import UnauthenticatedError


class FixedTokenVerifier(TokenVerifier):
    """Knows the tokens that it was given, and no other."""

    def __init__(self, claims: dict[str, TokenClaims]) -> None:
        self._claims = claims

    @override
    async def verify(self, token: str) -> TokenClaims:
        if token not in self._claims:
            raise UnauthenticatedError("It is no token.")
        return self._claims[token]
