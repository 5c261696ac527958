"""A journal of renders in memory."""

from typing_extensions import override

from application.ports.idempotency_keys import AnsweredClaim, Claim
from application.ports.render_journal import RenderJournal
from application.ports.render_repository import NewRender
from domain.errors import RequestInProgressError
from tests.fakes.idempotency_keys import InMemoryIdempotencyKeys
from tests.fakes.units_of_work import InMemoryUnitsOfWork


class InMemoryRenderJournal(RenderJournal):
    """Writes into the database of the units of work, and answers into the keys that it is given."""

    def __init__(self, units_of_work: InMemoryUnitsOfWork, keys: InMemoryIdempotencyKeys | None = None) -> None:
        self._units_of_work = units_of_work
        self._keys = keys

    @override
    async def record(self, render: NewRender, answered: AnsweredClaim | None = None) -> None:
        async with self._units_of_work.of_workspace(render.request.workspace_id) as unit:
            if answered is not None and not self._has(answered.claim):
                raise RequestInProgressError(answered.claim.key)
            await unit.renders.add(render.request, render.data, render.content)
            await unit.commit()
        if answered is not None and self._keys is not None:
            await self._keys.keep(answered.claim, answered.answer)

    def _has(self, claim: Claim) -> bool:
        return self._keys is not None and self._keys.holds(claim)
