"""Hand a document over: upload it into the conversation, or link to it, and say so."""

import logging
from dataclasses import replace
from typing import Final

from application.caller import Caller
from application.job_worker import Outcome, Settled
from application.lost_work import PASSES_BY
from application.ports.clock import Clock
from application.ports.job_source import TakenJob
from application.ports.secret_box import SealBrokenError
from application.ports.slack_api import (
    SlackClient,
    SlackError,
    SlackRefusedError,
)
from application.ports.unit_of_work import UnitsOfWork
from application.slack.drafts import other_outputs
from application.slack.files import is_shared
from application.slack.people import ANSWERED_FOR, date_in_slack, tell, with_request
from application.slack.places import SlackPlaces, caller_of
from application.slack.texts import say
from application.slack.views import document_buttons, message
from application.slack.waiting import PASSES_BY_IN_SLACK, pause_after
from application.slack_forms.texts import escaped
from application.use_cases.link_document import MAX_LINK_SECONDS, LinkDocument
from application.use_cases.read_renders import GetDocument, StoredDocument
from domain.errors import DocGenError, NotFoundError
from domain.render_request import RenderRequest, RenderStatus
from domain.slack_delivery import TRIED_FOR, SlackDelivery, SlackOutcome

logger = logging.getLogger("docgen.slack")

_MEGABYTE: Final = 1_000_000
# What Slack says where the app may not share a file: with a link the person gets it all the same.
_MAY_NOT_POST: Final = frozenset(
    {
        "access_denied",
        "channel_not_found",
        "cannot_dm_bot",
        "ekm_access_denied",
        "invalid_channel",
        "is_archived",
        "not_in_channel",
        "posting_to_general_channel_denied",
        "posting_to_channel_denied",
        "restricted_action",
        "restricted_action_read_only_channel",
        "thread_not_found",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
    }
)
_FILE_GONE: Final = frozenset({"file_not_found", "file_deleted", "file_upload_failed"})
# The app is not there any more: nobody can be told anything.
_APP_GONE: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_revoked", "token_expired", "team_access_not_granted"}
)


class DeliverToSlack:
    """A document is shown once: what was sent is written down before and after, and asked for where it is not known.

    What Slack does not take for a day is given up.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        places: SlackPlaces,
        get_document: GetDocument,
        link_document: LinkDocument,
        clock: Clock,
        most_bytes: int,
        public_url: str | None,
    ) -> None:
        """Take how large a file may be that is uploaded, and where the service is reached (for links)."""
        self._units_of_work = units_of_work
        self._places = places
        self._get_document = get_document
        self._link_document = link_document
        self._clock = clock
        self._most_bytes = most_bytes
        self._public_url = public_url

    async def __call__(self, job: TakenJob) -> Outcome:
        """Carry out a job, and say what is to become of it.

        Raises:
            ServiceUnavailableError: the database is down.
        """
        async with self._units_of_work.of_workspace(job.workspace_id) as unit:
            try:
                delivery = await unit.slack_deliveries.get(job.subject, for_change=True)
                request = await unit.renders.get(delivery.render_id)
            except NotFoundError:
                return Settled.DONE
            if delivery.finished_at is not None or request.finished_at is None:
                return Settled.DONE
            delivery = replace(delivery, starts=delivery.starts + 1)
            await unit.slack_deliveries.update(delivery)
            await unit.commit()
        known = await self._places.find([delivery.origin.place])
        if known is None:
            return await self._end(delivery, SlackOutcome.GIVEN_UP)
        try:
            client = self._places.client(known.installation)
            outcome = await self._deliver(
                client, caller_of(known, delivery.origin.user_id, delivery.request_id), delivery, request
            )
        except PASSES_BY_IN_SLACK as failure:
            if self._clock.now() - delivery.created_at < TRIED_FOR:
                logger.warning("The delivery %s has to wait: %s", delivery.id, failure)
                return pause_after(failure, job.handed_back)
            outcome = SlackOutcome.GIVEN_UP
        except (SlackError, SealBrokenError) as failure:
            logger.error("The delivery %s was given up: %s", delivery.id, failure)  # noqa: TRY400  # it says all
            outcome = SlackOutcome.GIVEN_UP
        return await self._end(delivery, outcome)

    async def _deliver(
        self, client: SlackClient, caller: Caller, delivery: SlackDelivery, request: RenderRequest
    ) -> SlackOutcome:
        if request.status is not RenderStatus.SUCCEEDED:
            await self._say_failure(client, delivery, request)
            return SlackOutcome.FAILED
        locale = delivery.origin.locale
        try:
            _, stored = await self._get_document.with_request(delivery.workspace_id, request.id)
        except DocGenError as failure:  # its time is over, or it was erased meanwhile
            if isinstance(failure, PASSES_BY):
                raise
            await self._say(client, delivery, with_request(locale, escaped(str(failure)), delivery.request_id))
            return SlackOutcome.FAILED
        size = stored.document.size
        if size > self._most_bytes:
            reason = say(locale, "too-large", size=f"{size / _MEGABYTE:.1f}")
            return await self._link(client, caller, delivery, request, reason)
        try:
            shared = await self._share(client, delivery, stored)
        except SlackRefusedError as refusal:
            if refusal.reason not in _MAY_NOT_POST:
                raise
            channel = delivery.origin.channel_id or ""
            return await self._link(client, caller, delivery, request, say(locale, "may-not-post", channel=channel))
        await self._say_ready(client, shared, request, say(locale, "ready", template=escaped(delivery.template_name)))
        return SlackOutcome.FILE

    async def _share(self, client: SlackClient, delivery: SlackDelivery, stored: StoredDocument) -> SlackDelivery:
        """Upload a document and have Slack show it, each once; return how far it is then."""
        delivery = await self._current(delivery)
        if delivery.completing and delivery.file_id is not None and await is_shared(client, delivery.file_id):
            return delivery
        origin = delivery.origin
        channel = origin.channel_id or await _direct_channel(client, origin.user_id)
        for attempt in range(2):
            if delivery.file_id is None:
                delivery = await self._upload(client, delivery, stored)
            delivery = await self._write(replace(delivery, completing=True))
            try:
                await client.call(
                    "files.completeUploadExternal",
                    files=[{"id": delivery.file_id, "title": stored.document.file_name}],
                    channel_id=channel,
                    thread_ts=origin.thread_ts if origin.channel_id else None,
                )
            except SlackRefusedError as refusal:
                if refusal.reason not in _FILE_GONE or attempt:
                    raise
                delivery = await self._write(replace(delivery, file_id=None, completing=False))
            else:
                return delivery
        return delivery

    async def _upload(self, client: SlackClient, delivery: SlackDelivery, stored: StoredDocument) -> SlackDelivery:
        document = stored.document
        answer = await client.call("files.getUploadURLExternal", filename=document.file_name, length=document.size)
        await client.upload(str(answer["upload_url"]), document.size, stored.stream())
        return await self._write(delivery.uploaded(str(answer["file_id"])))

    async def _link(
        self, client: SlackClient, caller: Caller, delivery: SlackDelivery, request: RenderRequest, reason: str
    ) -> SlackOutcome:
        """Say where the document can be fetched for a while, and why it is not here."""
        link = await self._link_document(caller, request.id, MAX_LINK_SECONDS)
        if "://" not in link.address and self._public_url is None:
            # Only who runs the service can put that right.
            locale = delivery.origin.locale
            text = with_request(locale, f"{reason} {say(locale, 'no-address')}", delivery.request_id)
            await self._say(client, await self._current(delivery), text)
            return SlackOutcome.FAILED
        address = link.address if "://" in link.address else f"{self._public_url or ''}{link.address}"
        until = date_in_slack(link.expires_at, "{date_short_pretty}")
        name = escaped(delivery.template_name)
        ready = say(delivery.origin.locale, "ready-link", template=name, link=address, until=until)
        await self._say_ready(client, await self._current(delivery), request, f"{ready}\n{reason}")
        return SlackOutcome.LINK

    async def _say_ready(self, client: SlackClient, delivery: SlackDelivery, request: RenderRequest, text: str) -> None:
        try:
            async with self._units_of_work.of_workspace(delivery.workspace_id) as unit:
                template = await unit.templates.get(delivery.template_id)
        except NotFoundError:
            await self._say(client, delivery, text)
            return
        others = other_outputs(template, request.options.output)
        await self._say(client, delivery, text, document_buttons(delivery.origin.locale, delivery.id, others))

    async def _say_failure(self, client: SlackClient, delivery: SlackDelivery, request: RenderRequest) -> None:
        locale = delivery.origin.locale
        reason = request.failure.message if request.failure is not None else say(locale, "called-off")
        text = say(locale, "failed", template=escaped(delivery.template_name), reason=escaped(reason))
        await self._say(client, delivery, with_request(locale, text, delivery.request_id))

    async def _say(self, client: SlackClient, delivery: SlackDelivery, text: str, *more: dict[str, object]) -> None:
        """Change the message that said "queued"; where there is none, tell the person alone."""
        if delivery.message_ts is not None:
            where = {"channel": delivery.message_channel, "ts": delivery.message_ts}
            try:
                await client.call("chat.update", **where, **message(text, *more))
            except SlackRefusedError as refusal:
                if refusal.reason in _APP_GONE:
                    raise
                logger.warning("The message of the delivery %s was not changed: %s", delivery.id, refusal)
            else:
                return
        fresh = self._clock.now() - delivery.created_at < ANSWERED_FOR
        await tell(client, delivery.origin, text, fresh=fresh)

    async def _current(self, delivery: SlackDelivery) -> SlackDelivery:
        """Read a delivery anew: the message that tells of it is posted beside the render."""
        async with self._units_of_work.of_workspace(delivery.workspace_id) as unit:
            return await unit.slack_deliveries.get(delivery.id)

    async def _write(self, delivery: SlackDelivery) -> SlackDelivery:
        """Write how far it is, beside what others have written of its message."""
        async with self._units_of_work.of_workspace(delivery.workspace_id) as unit:
            current = await unit.slack_deliveries.get(delivery.id, for_change=True)
            changed = replace(current, file_id=delivery.file_id, completing=delivery.completing, starts=delivery.starts)
            await unit.slack_deliveries.update(changed)
            await unit.commit()
        return changed

    async def _end(self, delivery: SlackDelivery, outcome: SlackOutcome) -> Settled:
        async with self._units_of_work.of_workspace(delivery.workspace_id) as unit:
            current = await unit.slack_deliveries.get(delivery.id, for_change=True)
            await unit.slack_deliveries.update(current.end(outcome, at=self._clock.now()))
            await unit.commit()
        # That a render failed was delivered, too.
        return Settled.FAILED if outcome is SlackOutcome.GIVEN_UP else Settled.DONE


async def _direct_channel(client: SlackClient, user_id: str) -> str:
    answer = await client.call("conversations.open", users=user_id)
    return str(answer.get("channel", {}).get("id", ""))
