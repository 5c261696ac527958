"""Tokens by table."""

from typing_extensions import override

from application.ports.clock import Clock
from application.ports.token_verifier import TokenClaims, TokenVerifier
from domain.errors import ServiceUnavailableError, UnauthenticatedError


class FixedTokenVerifier(TokenVerifier):
    """Knows the tokens in `claims`, until their time is over by a clock, and no other; `down` is for tests."""

    def __init__(self, claims: dict[str, TokenClaims], clock: Clock) -> None:
        self.claims = claims
        self.down = False
        self._clock = clock

    @override
    async def verify(self, token: str) -> TokenClaims:
        if self.down:
            raise ServiceUnavailableError("identity provider", "The identity provider does not answer.")
        if token not in self.claims:
            raise UnauthenticatedError("It is no token.")
        if self.claims[token].expires_at <= self._clock.now():
            raise UnauthenticatedError("The token has expired.")
        return self.claims[token]
