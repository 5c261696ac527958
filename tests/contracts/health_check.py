"""The contract of `HealthCheck`."""

from abc import ABC, abstractmethod

import pytest

from application.ports.health_check import HealthCheck
from domain.errors import ServiceUnavailableError


class HealthCheckContract(ABC):
    """Promises of every health check."""

    @pytest.fixture
    @abstractmethod
    def working(self) -> HealthCheck:
        """Give the check of a component that works."""

    @pytest.fixture
    @abstractmethod
    def broken(self) -> HealthCheck:
        """Give the check of a component that does not work."""

    async def test_a_component_that_works_passes(self, working: HealthCheck) -> None:
        await working.check()

    async def test_a_component_that_does_not_work_is_named_with_the_reason(self, broken: HealthCheck) -> None:
        with pytest.raises(ServiceUnavailableError, match=r"\w+ .*\.$") as failure:
            await broken.check()
        assert failure.value.component == broken.component
