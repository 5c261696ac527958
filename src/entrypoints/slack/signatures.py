"""Whether a request is Slack's: the signature of its very bytes, not older than five minutes."""

from collections.abc import Mapping
from typing import Final

from slack_sdk.signature import Clock, SignatureVerifier

SIGNATURE: Final = "x-slack-signature"
TIMESTAMP: Final = "x-slack-request-timestamp"


class Signatures:
    """Signatures under the secret of one app (docs.slack.dev, "Verifying requests from Slack")."""

    def __init__(self, signing_secret: str, clock: Clock | None = None) -> None:
        """Take the secret, and a clock in place of the machine's."""
        self._verifier = SignatureVerifier(signing_secret, clock or Clock())

    def is_valid(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether Slack has signed this body just now."""
        timestamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
        # slack_sdk takes them for a number and for ASCII.
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20 and signature.isascii()):  # noqa: PLR2004  # digits of a time
            return False
        return self._verifier.is_valid(body, timestamp, signature)
