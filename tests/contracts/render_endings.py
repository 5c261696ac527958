"""The contract of `RenderEndings`."""

from abc import abstractmethod

import pytest

from application.ports.render_endings import RenderEndings
from application.ports.unit_of_work import UnitsOfWork
from domain.render_request import RenderRequest
from domain.workspace import Workspace
from tests.builders import a_render_request, a_template
from tests.contracts.render_repository import added
from tests.contracts.unit_of_work import UnitsOfWorkFixtures


class RenderEndingsContract(UnitsOfWorkFixtures):
    """Promises of whatever hears of the ends of renders."""

    @pytest.fixture
    @abstractmethod
    async def endings(self) -> RenderEndings:
        """Give one that hears."""

    @abstractmethod
    async def tell(self, units: UnitsOfWork, endings: RenderEndings, request: RenderRequest) -> None:
        """Let a render end."""

    @pytest.fixture
    async def request_(self, units: UnitsOfWork, acme: Workspace) -> RenderRequest:
        """A render in the queue."""
        return await added(units, a_render_request(a_template(workspace_id=acme.id)))

    async def test_everybody_who_waits_hears_of_the_end(
        self, units: UnitsOfWork, endings: RenderEndings, request_: RenderRequest
    ) -> None:
        with endings.watch(request_.id) as one, endings.watch(request_.id) as other:
            await self.tell(units, endings, request_)
            await one.wait()
            await other.wait()

    async def test_who_begins_to_wait_again_hears_of_it_again(
        self, units: UnitsOfWork, endings: RenderEndings, request_: RenderRequest, acme: Workspace
    ) -> None:
        with endings.watch(request_.id):
            pass
        another = await added(units, a_render_request(a_template(workspace_id=acme.id)))
        with endings.watch(another.id) as event, endings.watch(request_.id) as other:
            await self.tell(units, endings, another)
            await event.wait()
            assert not other.is_set()
