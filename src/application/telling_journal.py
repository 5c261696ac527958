"""The journal of renders where somebody listens: record, answer and messages are one transaction."""

from typing_extensions import override

from application.ports.idempotency_keys import AnsweredClaim
from application.ports.render_journal import RenderJournal
from application.ports.render_repository import NewRender
from application.ports.unit_of_work import UnitsOfWork
from application.webhook_events import WebhookEvents


class TellingRenderJournal(RenderJournal):
    """Where no webhook hears of the render, its record goes to the journal, which writes in groups."""

    def __init__(self, journal: RenderJournal, units_of_work: UnitsOfWork, events: WebhookEvents) -> None:
        self._journal = journal
        self._units_of_work = units_of_work
        self._events = events

    @override
    async def record(self, render: NewRender, answered: AnsweredClaim | None = None) -> None:
        request = render.request
        if not await self._events.is_told(request):
            await self._journal.record(render, answered)
            return
        async with self._units_of_work.of_workspace(request.workspace_id) as unit:
            await unit.renders.add(request, render.data, render.content)
            if answered is not None:
                await unit.answers.keep(answered)
            await self._events.tell_of_end(unit, request)
            await unit.commit()
