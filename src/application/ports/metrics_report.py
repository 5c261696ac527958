"""The metrics of the process, or of all that serve together, for whoever collects them."""

from abc import abstractmethod
from typing import Protocol


class RequestObserver(Protocol):
    """Is told of requests that were answered."""

    @abstractmethod
    def request_ended(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """Hear of a request; `route` is the template of its path, and there is no status where nothing was answered."""


class MetricsReport(Protocol):
    """Says how things stand."""

    @property
    @abstractmethod
    def content_type(self) -> str:
        """The media type of the text."""

    @abstractmethod
    async def text(self) -> bytes:
        """Return all metrics; never fails because of what they tell of: a database that is down is one of them."""
