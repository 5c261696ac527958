"""Health of what the service stands on."""

from abc import abstractmethod
from typing import Protocol


class HealthCheck(Protocol):
    """Asks one component whether it works."""

    @property
    @abstractmethod
    def component(self) -> str:
        """The component's name in health answers: 'database', 'storage'."""

    @abstractmethod
    async def check(self) -> str | None:
        """Return when the component works, with a sentence where an operator should know something.

        Raises:
            ServiceUnavailableError: it does not; the message says why.
        """
