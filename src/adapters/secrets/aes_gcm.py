"""Secrets sealed by AES-256-GCM (NIST SP 800-38D), under a key that is made of the service's secret."""

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

from application.ports.secret_box import SealBrokenError, SecretBox

# What is stored begins with it, so that another way can follow.
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class AesGcmSecretBox(SecretBox):
    """A nonce of its own for each secret; the owner is authenticated along with it, and not stored."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        """Take the service's secrets, and what the box is for: another purpose has other keys (HKDF, RFC 5869).

        The first one seals, all of them open.
        """
        self._keys = [_key_of(secret, purpose) for secret in secrets]

    @override
    def seal(self, secret: bytes, owner: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._keys[0].encrypt(nonce, secret, owner.encode())

    @override
    def open(self, sealed: bytes, owner: str) -> bytes:
        version, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if version != _VERSION or len(nonce) != _NONCE_BYTES:
            raise SealBrokenError("What is stored is no sealed secret.")
        for key in self._keys:
            with suppress(InvalidTag):
                return key.decrypt(nonce, rest, owner.encode())
        raise SealBrokenError("The secret was sealed under another key: was DOCGEN_SECRET_KEY changed?")


def _key_of(secret: str, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"docgen: {purpose}".encode()).derive(secret.encode()))
