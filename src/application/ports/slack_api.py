"""Slack's Web API, as it is called for one installation."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from domain.errors import DocGenError

SlackAnswer = Mapping[str, Any]


class SlackError(DocGenError):
    """Something that was asked of Slack was not done."""


class SlackRefusedError(SlackError):
    """Slack has understood, and says no; `reason` is its own code, such as `not_in_channel`."""

    def __init__(self, method: str, reason: str, details: str = "") -> None:
        super().__init__(f"Slack refuses {method}: {reason}{f' ({details})' if details else ''}.")
        self.method = method
        self.reason = reason


class SlackBusyError(SlackError):
    """Slack wants to be left alone for `seconds`."""

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(f"Slack takes no {method} for {seconds:g} seconds.")
        self.seconds = seconds


class SlackUnreachableError(SlackError):
    """Slack does not answer, or has a fault: whether it was done is not known."""


class SlackClient(Protocol):
    """Calls with the bot's token of one installation.

    Everything raises SlackRefusedError, SlackBusyError or SlackUnreachableError where it is not done.
    """

    @abstractmethod
    async def call(self, method: str, **arguments: object) -> SlackAnswer:
        """Call a method such as `chat.postMessage`, and return its answer; arguments that are None are left out."""

    @abstractmethod
    async def call_at_once(self, method: str, **arguments: object) -> SlackAnswer:
        """Call a method that somebody waits for: it is done within two seconds, or not tried again."""

    @abstractmethod
    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Send a message to the address that came with a command or a click."""

    @abstractmethod
    async def upload(self, upload_url: str, size: int, content: AsyncIterator[bytes]) -> None:
        """Send the bytes of a file to the address that `files.getUploadURLExternal` gave."""

    @abstractmethod
    async def download(self, url: str, most: int) -> bytes:
        """Return the bytes of a file of Slack.

        Raises:
            PayloadTooLargeError: they are more than `most`.
        """


class SlackClients(Protocol):
    """Makes a client for each installation: tokens are never shared between them."""

    @abstractmethod
    def of_token(self, token: str) -> SlackClient:
        """Return the client with a token."""
