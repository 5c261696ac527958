"""API keys: secrets that a workspace hands to programs. Only their hashes are kept."""

import hashlib
import hmac
import unicodedata
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain.errors import InvalidRequestError
from domain.identifiers import ApiKeyId, WorkspaceId
from domain.scope import Scope

# Scanners for leaked secrets know a key by its beginning, and by the checksum at its end that it is no accident.
SECRET_PREFIX: Final = "dg_live_"  # noqa: S105  # what every secret begins with, and no secret
ENTROPY_BYTES: Final = 32
MAX_NAME_LENGTH: Final = 100

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# As many digits of base 62 as the largest number of 32 bytes, and of a CRC-32, has.
_RANDOM_DIGITS: Final = 43
_CHECK_DIGITS: Final = 6
_LENGTH: Final = len(SECRET_PREFIX) + _RANDOM_DIGITS + _CHECK_DIGITS
# What lists show of a secret, to tell keys apart: too little to guess the rest from.
_HINT_LENGTH: Final = len(SECRET_PREFIX) + 4


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of one workspace. `sha256` is the hash of its secret, `hint` the beginning of it; None expires never."""

    id: ApiKeyId
    workspace_id: WorkspaceId
    name: str
    hint: str
    sha256: str
    scopes: frozenset[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_of(self, secret: str) -> bool:
        """Tell whether this is the key of the secret, in a time that does not depend on where they differ."""
        return hmac.compare_digest(self.sha256, fingerprint(secret))

    def refusal_at(self, now: datetime) -> str | None:
        """Return why the key opens nothing any more, None while it does."""
        if self.revoked_at is not None:
            return f"The API key {self.name!r} was revoked: use another one."
        if self.expires_at is not None and self.expires_at <= now:
            return f"The API key {self.name!r} expired at {self.expires_at.isoformat()}: create another one."
        return None

    def revoke(self, at: datetime) -> "ApiKey":
        """Return the key revoked; one that is so already stays as it is."""
        return self if self.revoked_at is not None else replace(self, revoked_at=at)

    def is_stale(self, now: datetime, precision: timedelta) -> bool:
        """Tell whether `last_used_at` lies further back than it may while the key is in use."""
        return self.last_used_at is None or now - self.last_used_at >= precision


def new_secret(entropy: bytes) -> str:
    """Return the secret made of 32 random bytes: dg_live_, 43 digits of base 62, and 6 of the CRC-32 of both."""
    body = SECRET_PREFIX + _base62(int.from_bytes(entropy), _RANDOM_DIGITS)
    return body + _check_of(body)


def is_well_formed(text: str) -> bool:
    """Tell whether a text can be a secret: its form and its checksum are right."""
    body = text[:-_CHECK_DIGITS]
    return len(text) == _LENGTH and text.startswith(SECRET_PREFIX) and text.isascii() and text == body + _check_of(body)


def fingerprint(secret: str) -> str:
    """Return what is kept of a secret: its SHA-256. With 256 random bits no slower hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hint_of(secret: str) -> str:
    """Return the beginning of a secret that lists show."""
    return secret[:_HINT_LENGTH]


def parse_key_name(name: str) -> str:
    """Return the name of a key.

    Raises:
        InvalidRequestError: it is empty or too long, or has control characters.
    """
    if not name.strip() or len(name) > MAX_NAME_LENGTH or any(unicodedata.category(c) == "Cc" for c in name):
        raise InvalidRequestError(
            "name", f"a key's name has 1 to {MAX_NAME_LENGTH} characters, none of them a line break or tab."
        )
    return name.strip()


def _check_of(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK_DIGITS)


def _base62(number: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text
