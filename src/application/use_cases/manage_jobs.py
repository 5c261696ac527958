"""Look after the queue of jobs: what is in it, and what is to be tried again or given up."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.job_monitor import JobMonitor, QueueFigures
from application.ports.job_queue import JobKind
from application.ports.unit_of_work import UnitsOfWork
from application.use_cases.change_batch import ChangeBatch
from application.use_cases.change_render import CancelRender, RetryRender
from application.use_cases.read_deliveries import ReplayDelivery
from domain.audit import AuditAction, AuditObject
from domain.errors import ConflictError, InvalidRequestError
from domain.identifiers import BATCH_PREFIX, DELIVERY_PREFIX, RENDER_PREFIX, SLACK_DELIVERY_PREFIX
from domain.slack_delivery import SlackDelivery, SlackOutcome
from domain.webhook_delivery import DeliveryStatus

_DISCARDED: Final = "The operator has discarded it."
_Action: TypeAlias = Callable[[Caller, str], Awaitable[str]]


class ManageJobs:
    """Jobs go by what they are about: a render, a batch, or the delivery of a message or of a document in Slack."""

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        monitor: JobMonitor,
        clock: Clock,
        retry_render: RetryRender,
        cancel_render: CancelRender,
        change_batch: ChangeBatch,
        replay_delivery: ReplayDelivery,
    ) -> None:
        self._units_of_work = units_of_work
        self._monitor = monitor
        self._clock = clock
        self._retry_render = retry_render
        self._cancel_render = cancel_render
        self._change_batch = change_batch
        self._replay_delivery = replay_delivery
        self._retries: dict[str, _Action] = {
            RENDER_PREFIX: self._render_again,
            BATCH_PREFIX: self._batch_again,
            DELIVERY_PREFIX: self._deliver_again,
            SLACK_DELIVERY_PREFIX: self._hand_over_again,
        }
        self._discards: dict[str, _Action] = {
            RENDER_PREFIX: self._cancel_one,
            BATCH_PREFIX: self._cancel_batch,
            DELIVERY_PREFIX: self._discard_delivery,
            SLACK_DELIVERY_PREFIX: self._discard_hand_over,
        }

    async def status(self) -> list[QueueFigures]:
        """Return the figures of every kind of jobs, also of those of which there are none.

        Raises:
            ServiceUnavailableError: the database is down.
        """
        found = {each.kind: each for each in await self._monitor.figures()}
        return [found.pop(kind, QueueFigures(kind)) for kind in JobKind] + list(found.values())

    async def retry(self, caller: Caller, reference: str) -> str:
        """Have something tried again, or at once where it was put off; return what was done.

        Raises:
            NotFoundError: there is no such thing in the workspace.
            ConflictError: it is not in a state in which it can be tried again.
            InvalidRequestError: jobs are about no such thing.
        """
        return await _action_of(self._retries, reference)(caller, reference)

    async def discard(self, caller: Caller, reference: str) -> str:
        """Give something up that has not ended; return what was done.

        Raises:
            NotFoundError: there is no such thing in the workspace.
            ConflictError: it has ended.
            InvalidRequestError: jobs are about no such thing.
        """
        return await _action_of(self._discards, reference)(caller, reference)

    async def _render_again(self, caller: Caller, render_id: str) -> str:
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            request = await unit.renders.get(render_id)
        if await self._monitor.hasten(caller.workspace_id, request.id):
            return "is due now"
        await self._retry_render(caller, render_id)
        return "is in the queue again"

    async def _cancel_one(self, caller: Caller, render_id: str) -> str:
        await self._cancel_render(caller, render_id)
        return "was cancelled"

    async def _batch_again(self, caller: Caller, batch_id: str) -> str:
        await self._change_batch.retry_failed(caller, batch_id)
        return "makes its failed rows again"

    async def _cancel_batch(self, caller: Caller, batch_id: str) -> str:
        await self._change_batch.cancel(caller, batch_id)
        return "was cancelled"

    async def _deliver_again(self, caller: Caller, delivery_id: str) -> str:
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            delivery = await unit.deliveries.get(delivery_id)
        await self._replay_delivery(caller, delivery.webhook_id, delivery_id)
        return "is sent again"

    async def _discard_delivery(self, caller: Caller, delivery_id: str) -> str:
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            delivery = await unit.deliveries.get(delivery_id, for_change=True)
            if delivery.status is not DeliveryStatus.PENDING:
                raise ConflictError(f"The delivery {delivery.id} has {delivery.status} already.")
            await unit.deliveries.update(delivery.refuse(_DISCARDED, at=self._clock.now()))
            entry = caller.entry(AuditAction.WEBHOOK_DISCARDED, AuditObject.WEBHOOK, delivery.webhook_id, delivery.id)
            await unit.audit.record(entry)
            await unit.commit()
        return "is not sent any more"

    async def _hand_over_again(self, caller: Caller, delivery_id: str) -> str:
        """Hand a document over in Slack at once that was put off; what was shown once is not shown again."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            delivery = await unit.slack_deliveries.get(delivery_id)
        _require_open(delivery)
        if not await self._monitor.hasten(caller.workspace_id, delivery_id):
            raise ConflictError(f"The delivery {delivery_id} does not wait: its document is being made or handed over.")
        return "is due now"

    async def _discard_hand_over(self, caller: Caller, delivery_id: str) -> str:
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            delivery = await unit.slack_deliveries.get(delivery_id, for_change=True)
            _require_open(delivery)
            await unit.slack_deliveries.update(delivery.end(SlackOutcome.GIVEN_UP, at=self._clock.now()))
            await unit.commit()
        return "is not handed over any more"


def _require_open(delivery: SlackDelivery) -> None:
    if delivery.outcome is not None:
        raise ConflictError(f"The delivery {delivery.id} has ended: {delivery.outcome}.")


def _action_of(actions: dict[str, _Action], reference: str) -> _Action:
    action = actions.get(reference.partition("_")[0])
    if action is None:
        known = ", ".join(f"{prefix}_…" for prefix in actions)
        raise InvalidRequestError("id", f"{reference[:60]!r} names nothing that jobs are about, which are: {known}.")
    return action
