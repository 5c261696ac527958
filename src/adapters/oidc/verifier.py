"""Tokens of an identity provider, verified by PyJWT."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import jwt
from typing_extensions import override

from adapters.oidc.issuer_keys import IssuerKeys
from application.ports.token_verifier import TokenClaims, TokenVerifier
from domain.errors import UnauthenticatedError

# Clocks differ.
_LEEWAY_SECONDS: Final = 30
_MAX_CHARACTERS: Final = 16_000
_MAX_SUBJECT: Final = 255

# The first class that fits decides.
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (jwt.ExpiredSignatureError, "The token has expired: get a new one."),
    (jwt.ImmatureSignatureError, "The token is not valid yet: compare the clocks."),
    (jwt.InvalidAudienceError, "The token is for another audience than this service."),
    (jwt.InvalidIssuerError, "The token is of another issuer than this service trusts."),
    (jwt.MissingRequiredClaimError, "The token lacks a claim that it needs: exp, iss, aud or sub."),
    (jwt.InvalidSignatureError, "The signature of the token does not fit: it was changed, or signed with another key."),
)
_OTHER: Final = "What was presented is neither an API key nor a token of the identity provider."


@dataclass(frozen=True, slots=True)
class OidcOptions:
    """What a token has to say; a claim in a claim is written with a dot: `realm_access.roles`."""

    issuer: str
    audience: str
    workspace_claim: str
    scope_claim: str


class OidcTokenVerifier(TokenVerifier):
    """Takes tokens that the issuer's keys have signed, for this audience, within their time."""

    def __init__(self, keys: IssuerKeys, options: OidcOptions) -> None:
        self._keys = keys
        self._options = options

    @override
    async def verify(self, token: str) -> TokenClaims:
        claims = await self._decoded(token)
        subject = str(claims["sub"])
        if not _is_plain(subject):
            raise UnauthenticatedError(f"The token's subject has not 1 to {_MAX_SUBJECT} printable characters.")
        workspace = _claim(claims, self._options.workspace_claim)
        name = next((claims[claim] for claim in ("name", "email") if isinstance(claims.get(claim), str)), subject)
        return TokenClaims(
            subject=subject,
            # It is kept with every audit event.
            name=name if _is_plain(name) else subject,
            workspace=workspace if isinstance(workspace, str) else None,
            scopes=_words(_claim(claims, self._options.scope_claim)),
            expires_at=_time(claims["exp"]),
        )

    async def _decoded(self, token: str) -> Mapping[str, Any]:
        if len(token) > _MAX_CHARACTERS:
            raise UnauthenticatedError(_OTHER)
        try:
            name = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.find(name)
            if key is None:
                raise UnauthenticatedError("The token names a key that the identity provider does not have.")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=list(key.algorithms),
                audience=self._options.audience,
                issuer=self._options.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            reason = next((words for kind, words in _REASONS if isinstance(error, kind)), _OTHER)
            raise UnauthenticatedError(reason) from error
        return claims


def _is_plain(text: str) -> bool:
    return text.isprintable() and 0 < len(text) <= _MAX_SUBJECT


def _time(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnauthenticatedError("The token expires at a time that no calendar has.") from error


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """Return a claim by its whole name, else by the steps that the name has; names of claims may be addresses."""
    if name in claims:
        return claims[name]
    found: object = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _words(value: object) -> frozenset[str]:
    """Return the words of a claim: separated by blanks (RFC 6749, section 3.3), or a list."""
    words = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(word for word in words if isinstance(word, str))
