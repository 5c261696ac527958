"""From whole data to a render that waits in the queue, whose document is delivered to Slack."""

from dataclasses import replace

from application.defaults import RenderWishes
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.slack_api import SlackRefusedError
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.slack.people import tell, with_request
from application.slack.routes import SlackTask
from application.slack.texts import say
from application.slack.views import message
from application.slack_forms.texts import escaped
from application.use_cases.queue_render import QueueRender
from application.use_cases.requested_renders import RenderDocumentCommand
from domain.errors import DocGenError, NotFoundError
from domain.identifiers import RENDER_PREFIX, SLACK_DELIVERY_PREFIX, RenderId, SlackDeliveryId, TemplateId
from domain.slack_delivery import SlackDelivery, SlackOutcome
from domain.slack_draft import SlackOrigin
from domain.template import Template


class QueueForSlack:
    """Makes a delivery of an intent, and queues its render: whoever dies in between is followed by another attempt."""

    def __init__(self, units_of_work: UnitsOfWork, queue_render: QueueRender, clock: Clock, ids: IdGenerator) -> None:
        self._units_of_work = units_of_work
        self._queue_render = queue_render
        self._clock = clock
        self._ids = ids

    async def __call__(
        self,
        task: SlackTask,
        template: Template,
        version: int | None,
        origin: SlackOrigin,
        data: bytes,
        output: str | None,
    ) -> None:
        """Write the delivery down, say that it is queued, and queue its render: each once, whoever dies in between."""
        now = self._clock.now()
        delivery = SlackDelivery(
            id=delivery_id_of(task),
            workspace_id=task.intent.workspace_id,
            origin=origin,
            request_id=task.intent.request_id,
            render_id=RenderId(self._ids.new_id(RENDER_PREFIX)),
            template_id=TemplateId(template.id),
            template_name=template.name,
            created_at=now,
        )
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            await unit.slack_deliveries.add(delivery)
            await unit.commit()
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            delivery = await unit.slack_deliveries.get(delivery.id)
            is_queued = await has_begun(unit, delivery.id)
        await self._announce(task, delivery)
        if is_queued:
            return
        command = RenderDocumentCommand(
            task.caller,
            template.id,
            data,
            version,
            RenderWishes(output=output, timezone=origin.timezone),
            render_id=delivery.render_id,
            slack_delivery=delivery.id,
        )
        try:
            await self._queue_render(command)
        except DocGenError as failure:
            await self._fail(task, delivery.id, failure)

    async def _announce(self, task: SlackTask, delivery: SlackDelivery) -> None:
        """Post that a document is being made; where that was begun before, it is not done again."""
        if delivery.announced:
            return
        origin = delivery.origin
        async with self._units_of_work.of_workspace(delivery.workspace_id) as unit:
            current = await unit.slack_deliveries.get(delivery.id, for_change=True)
            await unit.slack_deliveries.update(replace(current, announced=True))
            await unit.commit()
        text = say(origin.locale, "queued", user=f"<@{origin.user_id}>", template=escaped(delivery.template_name))
        try:
            answer = await task.client.call(
                "chat.postMessage",
                channel=origin.channel_id or origin.user_id,
                thread_ts=origin.thread_ts,
                unfurl_links=False,
                **message(text),
            )
        except SlackRefusedError:
            return  # where the app may not post, the document comes as a link, and says so
        async with self._units_of_work.of_workspace(delivery.workspace_id) as unit:
            current = await unit.slack_deliveries.get(delivery.id, for_change=True)
            await unit.slack_deliveries.update(current.posted(str(answer.get("channel")), str(answer.get("ts"))))
            await unit.commit()

    async def _fail(self, task: SlackTask, delivery_id: SlackDeliveryId, failure: DocGenError) -> None:
        """End a delivery whose render was not even taken, and let the person know as for every failure."""
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            delivery = await unit.slack_deliveries.get(delivery_id, for_change=True)
            await unit.slack_deliveries.update(delivery.end(SlackOutcome.FAILED, at=self._clock.now()))
            await unit.commit()
        origin = delivery.origin
        reason = escaped(str(failure))
        text = say(origin.locale, "failed", template=escaped(delivery.template_name), reason=reason)
        text = with_request(origin.locale, text, delivery.request_id)
        if delivery.message_ts is None:
            await tell(task.client, origin, text)
            return
        await task.client.call("chat.update", channel=delivery.message_channel, ts=delivery.message_ts, **message(text))


def delivery_id_of(task: SlackTask) -> SlackDeliveryId:
    """Return the id of the delivery that an intent begins: the same whenever it is asked for."""
    return SlackDeliveryId(SLACK_DELIVERY_PREFIX + task.intent.id[3:])


async def has_begun(unit: UnitOfWork, delivery_id: SlackDeliveryId) -> bool:
    """Tell whether the render of a delivery is there."""
    try:
        delivery = await unit.slack_deliveries.get(delivery_id)
        await unit.renders.get(delivery.render_id)
    except NotFoundError:
        return False
    return True
