"""Events become messages, and messages are handed over or given up."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from typing_extensions import override

from application.job_worker import Outcome, Settled, TryAgain
from application.ports.job_queue import JobKind
from application.ports.job_source import TakenJob
from application.ports.webhook_sender import WebhookAnswer
from application.use_cases.deliver_webhook import AT_ONCE, DeliverWebhook
from application.use_cases.erase_render import EraseRender
from application.use_cases.keep_house import SweepDeliveries
from application.use_cases.manage_webhooks import ChangeWebhookCommand, CreateWebhookCommand, ManageWebhooks
from application.use_cases.publish_version import PublishVersionCommand
from application.use_cases.read_deliveries import ReadDeliveries, ReplayDelivery, TryWebhook
from application.use_cases.requested_renders import RenderDocumentCommand
from application.webhook_bodies import batch_data, render_data, template_data
from domain.audit import AuditAction
from domain.diagnostics import Diagnostic, Location, Part, Severity
from domain.errors import ConflictError, DataInvalidError, InvalidRequestError, NotFoundError, UrlForbiddenError
from domain.webhook import MAX_OVERLAP_SECONDS, WebhookEndpoint, WebhookEvent
from domain.webhook_delivery import INTERRUPTED, TRIED_FOR, DeliveryStatus, WebhookDelivery
from entrypoints.http.schemas.batches import BatchResponse
from entrypoints.http.schemas.renders import RenderResponse
from entrypoints.http.schemas.templates import TemplateResponse
from tests.builders import NOW, a_batch, a_render_request, a_template
from tests.fakes.random_source import CountingRandomSource
from tests.fakes.secret_box import OpenSecretBox
from tests.fakes.webhooks import RecordingSender, SentMessage
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory
from tests.unit.application.conftest import World

URL = "https://hooks.example/in"
ADA = b'{"name": "Ada"}'
FAILS, TAKES = WebhookAnswer(500, "oops"), WebhookAnswer(200, "thanks")


@dataclass
class Hooks:
    """A world with webhooks."""

    world: World
    sender: RecordingSender = field(default_factory=RecordingSender)
    box: OpenSecretBox = field(default_factory=OpenSecretBox)

    def __post_init__(self) -> None:
        world, randomness = self.world, CountingRandomSource()
        self.units, self.caller = world.units, world.caller
        self.manage = ManageWebhooks(world.units, self.sender, self.box, world.clock, world.ids, randomness)
        self.deliver = DeliverWebhook(world.units, self.sender, self.box, world.clock, randomness)
        self.read = ReadDeliveries(world.units)
        self.trial = TryWebhook(world.units, world.events)
        self.replay = ReplayDelivery(world.units, world.clock)

    async def created(self, **fields: list[str]) -> WebhookEndpoint:
        """Create an endpoint."""
        endpoint, _ = await self.manage.create(CreateWebhookCommand(self.caller, URL, **fields))  # type: ignore[arg-type]  # events alone
        return endpoint

    def jobs(self) -> list[TakenJob]:
        """Return the jobs of messages."""
        jobs = [each.job for _, each in sorted(self.units.database.jobs.items())]
        return [job for job in jobs if job.kind is JobKind.WEBHOOK]

    async def render(self, data: bytes = ADA) -> None:
        """Render the template, which is registered where it is missing."""
        if not self.units.database.templates:
            await self.world.registered()
        await self.world.render(RenderDocumentCommand(self.caller, "letter", data))

    async def log(self, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
        """Return the deliveries to an endpoint."""
        return await self.read.search(self.caller, endpoint.id, limit=100)

    async def until_given_up(self, job: TakenJob) -> int:
        """Carry a job out again and again at its time; return how often."""
        outcome: Outcome = TryAgain(timedelta(0))
        tries = 0
        while isinstance(outcome, TryAgain):
            self.world.clock.advance(outcome.after)
            outcome = await self.deliver(job)
            tries += 1
        assert outcome in (Settled.DONE, Settled.FAILED)
        return tries

    async def now(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Read an endpoint anew."""
        return await self.manage.get(self.caller, endpoint.id)

    def actions(self) -> list[AuditAction]:
        """Return what was recorded."""
        return [event.entry.action for event in self.units.database.audit.values()]


@pytest.fixture
def hooks(world: World) -> Hooks:
    return Hooks(world)


def verified(message: SentMessage, secret: str) -> bool:
    """Verify a message as a receiver does."""
    content = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode() + message.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return expected in message.headers["webhook-signature"].split(" ")


# --- what is told ---------------------------------------------------------------------------------------------


async def test_a_render_and_its_messages_are_written_in_one_transaction(hooks: Hooks) -> None:
    endpoint = await hooks.created()
    await hooks.world.registered(publish=False)
    await hooks.world.publish(PublishVersionCommand(hooks.caller, "letter", 1))
    before = hooks.units.database.commits
    await hooks.render()
    assert hooks.units.database.commits == before + 1
    delivery, published = await hooks.log(endpoint)
    (request,) = hooks.units.database.renders.values()
    assert (delivery.event, delivery.subject) == (WebhookEvent.RENDER_SUCCEEDED, request.id)
    assert json.loads(delivery.body) == {
        "type": "render.succeeded",
        "timestamp": "2026-03-14T09:26:53.589793Z",
        "data": json.loads(RenderResponse.of(request).model_dump_json()),
    }
    assert published.event is WebhookEvent.TEMPLATE_PUBLISHED
    assert json.loads(published.body)["data"]["published_version"] == 1
    assert [job.subject for job in hooks.jobs()] == [f"{published.id} 1", f"{delivery.id} 1"]


async def test_a_render_that_fails_is_told_too(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.failed"])
    await hooks.render()
    with pytest.raises(DataInvalidError):
        await hooks.render(b"{}")
    (delivery,) = await hooks.log(endpoint)
    assert delivery.event is WebhookEvent.RENDER_FAILED
    assert json.loads(delivery.body)["data"]["error"]["code"] == "data-invalid"


async def test_a_render_names_who_is_told_whatever_they_listen_to(hooks: Hooks) -> None:
    listening, named = await hooks.created(events=["render.succeeded"]), await hooks.created(events=["render.failed"])
    await hooks.world.registered()
    deliver = (named.id, listening.id, named.id)
    command = RenderDocumentCommand(hooks.caller, "letter", ADA, deliver=deliver)
    await hooks.world.render(command)
    request = await hooks.world.queue(command)
    assert request.deliver_to == (named.id, listening.id)
    await hooks.world.carry_out(
        next(each.job for each in hooks.units.database.jobs.values() if each.job.kind == "render")
    )
    for endpoint in (listening, named):
        assert [each.event for each in await hooks.log(endpoint)] == ["render.succeeded"] * 2


async def test_who_cannot_be_told_is_refused_before_the_render(hooks: Hooks) -> None:
    endpoint = await hooks.created()
    await hooks.world.registered()
    command = RenderDocumentCommand(hooks.caller, "letter", ADA, deliver=(endpoint.id,))
    with pytest.raises(InvalidRequestError, match="deliver"):
        await hooks.world.render(replace(command, store=False))
    with pytest.raises(NotFoundError, match="webhook"):
        await hooks.world.render(replace(command, deliver=("whk_" + "0" * 32,)))
    await hooks.manage.change(ChangeWebhookCommand(hooks.caller, endpoint.id, enabled=False))
    with pytest.raises(ConflictError, match="disabled"):
        await hooks.world.render(command)
    assert hooks.units.database.renders == {}


async def test_a_render_that_waited_is_told_once_it_ends(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded", "render.failed"])
    await hooks.world.registered()
    for data in (ADA, b"{}"):
        await hooks.world.queue(RenderDocumentCommand(hooks.caller, "letter", data))
    assert hooks.jobs() == []
    for _, each in sorted(hooks.units.database.jobs.items()):
        await hooks.world.carry_out(each.job)
    assert [each.event for each in await hooks.log(endpoint)] == ["render.failed", "render.succeeded"]


async def test_where_nobody_listens_nothing_is_written(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["template.published"])
    disabled = await hooks.created()
    await hooks.manage.change(ChangeWebhookCommand(hooks.caller, disabled.id, enabled=False))
    await hooks.render()
    assert [each.event for each in await hooks.log(endpoint)] == ["template.published"]
    assert await hooks.log(disabled) == []


async def test_each_way_to_publish_is_told_and_an_upload_alone_is_not(hooks: Hooks) -> None:
    endpoint = await hooks.created()
    await hooks.world.registered()
    assert len(await hooks.log(endpoint)) == 1
    await hooks.world.publish(PublishVersionCommand(hooks.caller, "letter", 1))  # it is published already
    assert len(await hooks.log(endpoint)) == 1


async def test_several_endpoints_get_the_same_message(hooks: Hooks) -> None:
    first, second = await hooks.created(), await hooks.created()
    await hooks.render()
    (one, *_), (other, *_) = await hooks.log(first), await hooks.log(second)
    assert (one.event_id, one.body) == (other.event_id, other.body)
    assert one.id != other.id


async def test_an_erased_render_is_not_told_any_more(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (job,) = hooks.jobs()
    (request,) = hooks.units.database.renders.values()
    await EraseRender(hooks.units, hooks.world.storage, hooks.world.clock)(hooks.caller, request.id)
    assert await hooks.log(endpoint) == []
    assert await hooks.deliver(job) is Settled.DONE
    assert hooks.sender.sent == []


async def test_what_expires_in_the_queue_is_told_and_what_was_told_before_its_end_is_erased(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded", "render.failed"])
    await hooks.world.registered()
    wish = RenderDocumentCommand(hooks.caller, "letter", ADA, expires_in=60)
    await hooks.world.render(wish)
    waiting = await hooks.world.queue(wish)
    hooks.world.clock.advance(timedelta(hours=1))
    await hooks.world.erase_expired()
    (told,) = await hooks.log(endpoint)
    data = json.loads(told.body)["data"]
    assert (told.event, data["id"], data["error"]["code"]) == ("render.failed", waiting.id, "expired")
    assert data["erased_at"] is not None


def test_data_is_what_the_api_shows() -> None:
    template = a_template()
    assert template_data(template) == json.loads(TemplateResponse.of(template).model_dump_json())
    request = replace(
        a_render_request(template),
        diagnostics=(Diagnostic(Severity.ERROR, "bad", "Bad.", location=Location(Part.BODY, line=2)),),
    )
    shown = json.loads(RenderResponse.of(request).model_dump_json())
    assert json.loads(json.dumps(render_data(request))) == shown
    later = NOW + timedelta(seconds=90)
    running = a_batch(template).hand_out(2, at=NOW)
    ended = running.settle(succeeded=1, failed=1, at=later)
    for batch in (a_batch(template), running, ended, replace(ended, erased_at=later)):
        shown = json.loads(BatchResponse.of(batch, later).model_dump_json())
        assert json.loads(json.dumps(batch_data(batch, later))) == shown


# --- handing over ---------------------------------------------------------------------------------------------


async def test_a_message_is_signed_by_each_live_secret(hooks: Hooks) -> None:
    endpoint, first = await hooks.manage.create(CreateWebhookCommand(hooks.caller, URL))
    _, second = await hooks.manage.rotate_secret(hooks.caller, endpoint.id)
    for _ in range(2):
        await hooks.trial(hooks.caller, endpoint.id)
    both, one = hooks.jobs()
    await hooks.deliver(both)
    hooks.world.clock.advance(timedelta(seconds=MAX_OVERLAP_SECONDS))
    await hooks.deliver(one)
    in_overlap, after_it = hooks.sender.sent
    assert (verified(in_overlap, first), verified(in_overlap, second)) == (True, True)
    assert (verified(after_it, first), verified(after_it, second)) == (False, True)


async def test_each_try_has_the_same_identifier_and_is_kept(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    hooks.sender.answers.extendleft([WebhookAnswer(error="No connection."), FAILS])
    (job,) = hooks.jobs()
    assert await hooks.until_given_up(job) == 3
    (delivery,) = await hooks.log(endpoint)
    assert {message.headers["webhook-id"] for message in hooks.sender.sent} == {delivery.event_id}
    assert len({message.headers["webhook-timestamp"] for message in hooks.sender.sent}) == 3
    assert len({message.body for message in hooks.sender.sent}) == 1
    assert [(each.status_code, each.excerpt, each.error) for each in delivery.attempts] == [
        (500, "oops", None),
        (None, "", "No connection."),
        (200, "", None),
    ]
    assert delivery.status is DeliveryStatus.SUCCEEDED
    assert (await hooks.now(endpoint)).is_enabled


async def test_what_takes_nothing_for_a_day_is_disabled_with_an_event(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    await hooks.render()
    first, second = hooks.jobs()
    hooks.sender.answers[0] = FAILS
    began = hooks.world.clock.now()
    assert await hooks.until_given_up(first) > 15
    assert hooks.world.clock.now() == began + TRIED_FOR
    disabled = await hooks.now(endpoint)
    assert (disabled.is_enabled, disabled.disabled_reason) == (False, "It took nothing for 24 hours.")
    assert hooks.actions().count(AuditAction.WEBHOOK_DISABLED) == 1
    sent = len(hooks.sender.sent)
    assert await hooks.deliver(second) is Settled.FAILED
    assert len(hooks.sender.sent) == sent
    newest = (await hooks.log(endpoint))[0]
    assert (newest.status, newest.attempts[-1].error) == (
        DeliveryStatus.FAILED,
        "The webhook is disabled: enable it, then replay this.",
    )


async def test_one_message_that_is_never_taken_disables_nobody_who_takes_others(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (bad,) = hooks.jobs()
    hooks.sender.answers[0] = FAILS
    assert isinstance(await hooks.deliver(bad), TryAgain)
    await hooks.render()
    hooks.sender.answers[0] = TAKES
    await hooks.deliver(hooks.jobs()[1])
    hooks.sender.answers[0] = FAILS
    hooks.world.clock.advance(TRIED_FOR)
    assert await hooks.deliver(bad) is Settled.FAILED
    assert (await hooks.now(endpoint)).is_enabled


async def test_a_receiver_that_is_gone_is_disabled_at_once(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    hooks.sender.answers[0] = WebhookAnswer(410)
    assert await hooks.deliver(hooks.jobs()[0]) is Settled.FAILED
    assert not (await hooks.now(endpoint)).is_enabled


async def test_a_receiver_says_when_it_wants_to_be_asked_again(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (job,) = hooks.jobs()
    for header, least, most in (("600", 600, 600), ("Sat, 14 Mar 2026 09:41:54 GMT", 300, 301), ("soon", 16, 24)):
        hooks.sender.answers.appendleft(WebhookAnswer(503, retry_after=header))
        outcome = await hooks.deliver(job)
        assert isinstance(outcome, TryAgain)
        assert least <= outcome.after.total_seconds() <= most
        hooks.world.clock.advance(outcome.after)
    assert await hooks.deliver(job) is Settled.DONE
    assert [each.status for each in await hooks.log(endpoint)] == [DeliveryStatus.SUCCEEDED]


async def test_a_message_whose_worker_died_is_sent_again_and_both_are_in_the_log(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (job,) = hooks.jobs()
    await interrupted(hooks, job)
    assert await hooks.deliver(job) is Settled.DONE
    first, second = hooks.sender.sent
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    (delivery,) = await hooks.log(endpoint)
    assert [(each.status_code, each.error) for each in delivery.attempts] == [(None, INTERRUPTED), (200, None)]


async def test_a_message_that_ends_its_worker_again_and_again_is_given_up(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (job,) = hooks.jobs()
    for _ in range(3):
        await interrupted(hooks, job)
    assert await hooks.deliver(job) is Settled.FAILED
    assert len(hooks.sender.sent) == 3
    (delivery,) = await hooks.log(endpoint)
    assert (delivery.status, len(delivery.attempts)) == (DeliveryStatus.FAILED, 3)
    # It says nothing about the receiver.
    assert (await hooks.now(endpoint)).is_enabled
    assert (await hooks.replay(hooks.caller, endpoint.id, delivery.id)).status is DeliveryStatus.PENDING


async def test_of_two_workers_with_one_job_the_later_one_says_what_came_of_it(hooks: Hooks) -> None:
    """The first was taken for dead, and has not heard of it."""
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (job,) = hooks.jobs()
    sender = _Hanging()
    late = DeliverWebhook(hooks.units, sender, hooks.box, hooks.world.clock, CountingRandomSource())
    slow = asyncio.create_task(late(job))
    await sender.began.wait()
    hooks.sender.answers.appendleft(FAILS)
    assert isinstance(await hooks.deliver(job), TryAgain)
    sender.go.set()
    # Finished by the first, the job would be lost to the second.
    assert await slow is Settled.ELSEWHERE
    (delivery,) = await hooks.log(endpoint)
    assert [(each.status_code, each.error) for each in delivery.attempts] == [(None, INTERRUPTED), (500, None)]


async def interrupted(hooks: Hooks, job: TakenJob) -> None:
    """Have a worker die while the receiver is thinking."""
    sender = _Hanging()
    dying = asyncio.create_task(
        DeliverWebhook(hooks.units, sender, hooks.box, hooks.world.clock, CountingRandomSource())(job)
    )
    await sender.began.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    hooks.sender.sent += sender.sent


async def test_a_job_that_comes_too_early_or_again_sends_nothing(hooks: Hooks) -> None:
    await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (job,) = hooks.jobs()
    hooks.sender.answers.appendleft(FAILS)
    outcome = await hooks.deliver(job)
    assert isinstance(outcome, TryAgain)
    assert await hooks.deliver(job) == outcome
    assert len(hooks.sender.sent) == 1
    hooks.world.clock.advance(outcome.after)
    assert [await hooks.deliver(job), await hooks.deliver(job)] == [Settled.DONE] * 2
    assert len(hooks.sender.sent) == 2


class _Hanging(RecordingSender):
    """Answers nobody before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.began, self.full = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @override
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        answer = await super().send(url, headers, body)
        self.began.set()
        if len(self.sent) == AT_ONCE:
            self.full.set()
        await self.go.wait()
        return answer


async def test_one_receiver_that_hangs_does_not_take_every_place(world: World) -> None:
    sender = _Hanging()
    hooks = Hooks(world, sender)
    endpoint = await hooks.created()
    for _ in range(AT_ONCE + 1):
        await hooks.trial(hooks.caller, endpoint.id)
    *waiting, last = hooks.jobs()
    tasks = [asyncio.create_task(hooks.deliver(job)) for job in waiting]
    await sender.full.wait()
    assert isinstance(await hooks.deliver(last), TryAgain)
    sender.go.set()
    assert await asyncio.gather(*tasks) == [Settled.DONE] * AT_ONCE
    assert await hooks.deliver(last) is Settled.DONE


async def test_a_deleted_endpoint_gets_nothing_more(hooks: Hooks) -> None:
    endpoint = await hooks.created()
    await hooks.trial(hooks.caller, endpoint.id)
    await hooks.manage.delete(hooks.caller, endpoint.id)
    assert await hooks.deliver(hooks.jobs()[0]) is Settled.DONE
    assert hooks.sender.sent == []


async def test_a_secret_that_cannot_be_opened_is_said_in_the_log(hooks: Hooks) -> None:
    endpoint = await hooks.created()
    await hooks.trial(hooks.caller, endpoint.id)
    other = DeliverWebhook(
        hooks.units, hooks.sender, OpenSecretBox("another key"), hooks.world.clock, CountingRandomSource()
    )
    await other(hooks.jobs()[0])
    (delivery,) = await hooks.log(endpoint)
    assert "Give the webhook a new secret" in str(delivery.attempts[0].error)
    assert hooks.sender.sent == []


async def test_what_is_over_for_long_is_swept_out(hooks: Hooks) -> None:
    endpoint = await hooks.created()
    for _ in range(450):
        await hooks.trial(hooks.caller, endpoint.id)
    *over, waiting = hooks.jobs()
    for job in over:
        await hooks.deliver(job)
    sweep = SweepDeliveries(hooks.units, InMemoryWorkspaceDirectory(hooks.units.database), hooks.world.clock)
    hooks.world.clock.advance(timedelta(days=30))
    await sweep()
    assert len(hooks.units.database.deliveries) == 450
    hooks.world.clock.advance(timedelta(minutes=1))
    await sweep()
    assert [f"{each.id} 1" for each in hooks.units.database.deliveries.values()] == [waiting.subject]


# --- on request -----------------------------------------------------------------------------------------------


async def test_a_test_is_sent_once_whatever_is_listened_to(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.failed"])
    await hooks.manage.change(ChangeWebhookCommand(hooks.caller, endpoint.id, enabled=False))
    hooks.sender.answers[0] = FAILS
    delivery = await hooks.trial(hooks.caller, endpoint.id)
    assert await hooks.deliver(hooks.jobs()[0]) is Settled.FAILED
    (tried,) = await hooks.log(endpoint)
    assert (tried.id, tried.event, tried.status) == (delivery.id, "webhook.test", DeliveryStatus.FAILED)
    assert json.loads(hooks.sender.sent[0].body)["data"]["id"] == endpoint.id


async def test_a_replay_sends_the_same_message_at_once(hooks: Hooks) -> None:
    endpoint = await hooks.created(events=["render.succeeded"])
    await hooks.render()
    (job,) = hooks.jobs()
    hooks.sender.answers.appendleft(FAILS)
    assert isinstance(await hooks.deliver(job), TryAgain)
    (delivery,) = await hooks.log(endpoint)
    again = await hooks.replay(hooks.caller, endpoint.id, delivery.id)
    assert again.status is DeliveryStatus.PENDING
    assert await hooks.deliver(hooks.jobs()[-1]) is Settled.DONE
    assert await hooks.deliver(job) is Settled.DONE  # the run of before is over
    first, second = hooks.sender.sent
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    (delivery,) = await hooks.log(endpoint)
    assert [each.status_code for each in delivery.attempts] == [500, 200]


async def test_what_cannot_be_replayed_is_refused(hooks: Hooks) -> None:
    endpoint, other = await hooks.created(events=["render.succeeded"]), await hooks.created(events=["render.failed"])
    await hooks.render()
    (delivery,) = await hooks.log(endpoint)
    with pytest.raises(NotFoundError):
        await hooks.replay(hooks.caller, other.id, delivery.id)
    await hooks.manage.change(ChangeWebhookCommand(hooks.caller, endpoint.id, enabled=False))
    with pytest.raises(ConflictError, match="disabled"):
        await hooks.replay(hooks.caller, endpoint.id, delivery.id)


async def test_a_forbidden_address_is_refused_before_anything_is_written(world: World) -> None:
    hooks = Hooks(world, RecordingSender(forbidden={"inside.example"}))
    endpoint = await hooks.created()
    with pytest.raises(UrlForbiddenError):
        await hooks.manage.create(CreateWebhookCommand(hooks.caller, "https://inside.example/"))
    with pytest.raises(UrlForbiddenError):
        await hooks.manage.change(ChangeWebhookCommand(hooks.caller, endpoint.id, "https://inside.example/"))
    assert [each.url for each in hooks.units.database.webhooks.values()] == [URL]
