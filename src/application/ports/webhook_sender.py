"""What hands messages over to webhooks."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What a receiver answered, and the beginning of it; without a status `error` says why there was no answer.

    `retry_after` is the header of that name as it came.
    """

    status_code: int | None = None
    excerpt: str = ""
    error: str | None = None
    retry_after: str | None = None


class WebhookSender(Protocol):
    """Sends to the public Internet, and to the networks that the operator has named, and nowhere else."""

    @abstractmethod
    async def check(self, url: str) -> None:
        """Let only an address pass that may be sent to, as far as that can be known now.

        Where its host leads to may change: each sending looks again. A host that nobody knows (yet) passes.

        Raises:
            InvalidRequestError: it is no address.
            UrlForbiddenError: nothing is sent there.
        """

    @abstractmethod
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Send a message by POST, and return what came of it; what goes wrong on the way is an answer, too."""
