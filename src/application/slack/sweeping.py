"""Forget what is over: intents after a day, drafts that nobody touches, and deliveries after ninety days."""

from datetime import timedelta
from typing import Final

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from application.use_cases.keep_house import in_each
from domain import slack_draft, slack_intent
from domain.identifiers import WorkspaceId

_DELIVERIES_KEPT_FOR: Final = timedelta(days=90)


class SweepSlack:
    """Sweeps all three in each workspace."""

    def __init__(self, units_of_work: UnitsOfWork, workspaces: WorkspaceDirectory, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._workspaces = workspaces
        self._clock = clock

    async def __call__(self) -> None:
        """Sweep what there is."""
        await in_each(self._workspaces, self._some)

    async def _some(self, workspace_id: WorkspaceId, count: int) -> int:
        now = self._clock.now()
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            swept = (
                await unit.slack_intents.sweep(before=now - slack_intent.KEPT_FOR, limit=count),
                await unit.slack_drafts.sweep(before=now - slack_draft.KEPT_FOR, limit=count),
                await unit.slack_deliveries.sweep(before=now - _DELIVERIES_KEPT_FOR, limit=count),
            )
            await unit.commit()
        # There is more as long as any of them was swept in full.
        return max(swept)
