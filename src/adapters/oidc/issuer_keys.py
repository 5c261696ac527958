"""The public keys of an identity provider: fetched when they are needed, and kept for a while."""

import asyncio
import json
import logging
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit

import jwt
from typing_extensions import override

from application.ports.clock import Clock
from domain.errors import ServiceUnavailableError

logger = logging.getLogger("docgen.access")

COMPONENT: Final = "identity provider"

# Signatures with public keys alone (RFC 8725, section 3.1): a shared secret would make the audience an issuer.
_ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
# Keys are fetched again when they are older than the first; while that fails, they are used until the second.
_FRESH_MS: Final = 10 * 60_000.0
_LAST_MS: Final = 60 * 60_000.0
# Whoever invents names of keys makes the service ask once in this time, and not for every request.
_PAUSE_MS: Final = 10_000.0
_TIMEOUT_SECONDS: Final = 5.0
_MAX_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A public key, and what it may have signed with."""

    key: Any
    algorithms: tuple[str, ...]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    @override
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing: where keys come from is what was configured."""


class IssuerKeys:
    """Finds the key that a token names; an unknown name makes it look for new ones, since providers rotate theirs."""

    def __init__(self, issuer: str, jwks_url: str | None, clock: Clock) -> None:
        """Take the issuer as its tokens name it; without `jwks_url` it is asked where its keys are."""
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._clock = clock
        self._keys: dict[str | None, IssuerKey] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._fetching = asyncio.Lock()

    async def find(self, name: str | None) -> IssuerKey | None:
        """Return the key of this name; without a name the only one that there is; None where there is none.

        Raises:
            ServiceUnavailableError: the keys cannot be fetched, and none are at hand.
        """
        if name not in self._keys or self._age_of(self._fetched_at) >= _FRESH_MS:
            await self._refresh(name)
        return self._keys.get(name)

    async def _refresh(self, name: str | None) -> None:
        async with self._fetching:
            fresh = self._age_of(self._fetched_at) < _FRESH_MS
            if (fresh and name in self._keys) or self._age_of(self._asked_at) < _PAUSE_MS:
                self._require_usable()
                return
            self._asked_at = self._clock.elapsed_ms()
            try:
                self._keys = _keys_of(await asyncio.to_thread(self._fetch))
            except ServiceUnavailableError as error:
                logger.warning("%s", error)
                self._require_usable(error)
            else:
                self._fetched_at = self._clock.elapsed_ms()

    def _require_usable(self, reason: ServiceUnavailableError | None = None) -> None:
        if self._age_of(self._fetched_at) >= _LAST_MS:
            self._keys = {}
            unknown = f"The identity provider {self._issuer} does not give its keys: try again."
            raise reason or ServiceUnavailableError(COMPONENT, unknown)

    def _age_of(self, moment: float | None) -> float:
        return float("inf") if moment is None else self._clock.elapsed_ms() - moment

    def _fetch(self) -> Mapping[str, Any]:
        url = self._jwks_url
        if url is None:
            known = _read_json(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if known.get("issuer") != self._issuer:
                raise _unusable(f"it calls itself {str(known.get('issuer'))[:200]!r}, and not {self._issuer!r}")
            url = str(known.get("jwks_uri"))
        return _read_json(url)


def is_safe(url: str) -> bool:
    """Tell whether keys may be fetched from there: nobody on the way can put others in their place."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))


def _read_json(url: str) -> Mapping[str, Any]:
    if not is_safe(url):
        raise _unusable(f"its keys are to be fetched from {url[:200]!r}, which is no https address")
    try:
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(url, timeout=_TIMEOUT_SECONDS) as response:
            content = response.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise _unusable(f"{url} answers with more than {_MAX_BYTES:,} bytes")
        document = json.loads(content)
    except HTTPError as error:
        error.close()
        raise _unusable(f"{url} answers with status {error.code}") from error
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        raise _unusable(f"{url}: {error}") from error
    if not isinstance(document, dict):
        raise _unusable(f"{url} answers with something else than a JSON object")
    return document


def _unusable(reason: str) -> ServiceUnavailableError:
    return ServiceUnavailableError(COMPONENT, f"The identity provider cannot be used: {reason.rstrip('.')}.")


def _keys_of(document: Mapping[str, Any]) -> dict[str | None, IssuerKey]:
    """Read the keys for signatures; what this program cannot use is left out, as RFC 7517, section 5, asks."""
    listed = document.get("keys")
    found: dict[str | None, IssuerKey] = {}
    for entry in listed if isinstance(listed, list) else []:
        key = _key_of(entry) if isinstance(entry, dict) else None
        if key is not None:
            found[str(entry["kid"]) if "kid" in entry else None] = key
    if len(found) == 1:
        found[None] = next(iter(found.values()))
    return found


def _key_of(entry: dict[str, Any]) -> IssuerKey | None:
    allowed = _ALGORITHMS.get(str(entry.get("kty")), ())
    algorithms = (str(entry["alg"]),) if "alg" in entry else allowed
    if entry.get("use", "sig") != "sig" or not set(algorithms) <= set(allowed) or not algorithms:
        return None
    try:
        return IssuerKey(jwt.PyJWK(entry).key, algorithms)
    except jwt.PyJWTError as error:
        logger.warning("A key of the identity provider is left out: %s", error)
        return None
