"""Signatures of webhooks, after the specification Standard Webhooks (https://www.standardwebhooks.com), version 1."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  # what every secret begins with, and no secret
# The specification asks for 24 to 64 random bytes.
SECRET_BYTES: Final = 32


def shown(secret: bytes) -> str:
    """Return a secret as receivers are given it: whsec_ and its bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signed_headers(message_id: str, body: bytes, secrets: Iterable[bytes], *, at: datetime) -> dict[str, str]:
    """Return the headers of a message that is sent at this time, with a signature by each secret.

    What is signed is `id.timestamp.body`; the timestamp counts seconds since 1970, and receivers refuse an old one.
    """
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode() for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
