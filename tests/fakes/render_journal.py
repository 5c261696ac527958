"""A journal of renders in memory."""

from typing_extensions import override

from application.ports.render_journal import RenderJournal
from domain.render_request import RenderRequest
from tests.fakes.units_of_work import InMemoryUnitsOfWork


class InMemoryRenderJournal(RenderJournal):
    """Writes into the database of the units of work."""

    def __init__(self, units_of_work: InMemoryUnitsOfWork) -> None:
        self._units_of_work = units_of_work

    @override
    async def record(self, request: RenderRequest, data: bytes) -> None:
        async with self._units_of_work.of_workspace(request.workspace_id) as unit:
            await unit.renders.add(request, data)
            await unit.commit()
