"""A component that is as healthy as a test says."""

from typing_extensions import override

from application.ports.health_check import HealthCheck
from domain.errors import ServiceUnavailableError


class RecordingHealthCheck(HealthCheck):
    """Works while `failure` is None, else fails with that sentence; counts how often it was asked."""

    def __init__(self, component: str = "database", failure: str | None = None) -> None:
        self._component = component
        self.failure = failure
        self.checks = 0

    @property
    @override
    def component(self) -> str:
        return self._component

    @override
    async def check(self) -> None:
        self.checks += 1
        if self.failure is not None:
            raise ServiceUnavailableError(self._component, self.failure)
