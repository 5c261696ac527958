"""The app's own page in Slack: begun forms, documents, templates, and for administrators how it is set up."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from application.ports.clock import Clock
from application.ports.job_queue import JobKind, NewJob
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.slack.generate import GenerateInSlack
from application.slack.library_texts import say
from application.slack.names import MERGE
from application.slack.payloads import action_of
from application.slack.people import date_in_slack, known_person, tell
from application.slack.routes import SlackRoute, SlackTask
from application.slack.templates import NEW as UPLOAD
from application.slack.templates import TemplatesInSlack, is_admin
from application.slack.views import loading_view, picker_view
from application.slack_forms.blocks import button
from application.slack_forms.limits import HEADER_TEXT, SECTION_TEXT
from application.slack_forms.texts import Block, escaped, mrkdwn, plain
from domain.errors import NotFoundError
from domain.slack_delivery import SlackDelivery, SlackOutcome
from domain.slack_draft import SlackDraft, SlackOrigin
from domain.slack_installation import SlackInstallation
from domain.template import Template

CREATE: Final = "home:create"
BEGIN: Final = "home:begin"
CONTINUE: Final = "home:continue"
DISCARD: Final = "home:discard"
SEND: Final = "home:send"

_DRAFTS: Final = 10
_DOCUMENTS: Final = 10
_TEMPLATES: Final = 20
_COUNTED: Final = 1_000
_STATES: Final = {
    None: "state-waiting",
    SlackOutcome.FILE: "state-file",
    SlackOutcome.LINK: "state-link",
    SlackOutcome.FAILED: "state-failed",
    SlackOutcome.GIVEN_UP: "state-given-up",
}
_WHEN: Final = "{date_short_pretty} {time}"


class HomeInSlack:
    """The page is made anew when somebody opens it, and after each of its buttons."""

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        generate: GenerateInSlack,
        templates: TemplatesInSlack,
        clock: Clock,
        scopes: Sequence[str],
        public_url: str | None,
    ) -> None:
        """`scopes` are the permissions that the app works with."""
        self._units_of_work = units_of_work
        self._generate = generate
        self._templates = templates
        self._clock = clock
        self._scopes = tuple(scopes)
        self._public_url = public_url

    def routes(self) -> dict[str, SlackRoute]:
        """Return what is done for each request."""
        return {
            "event:app_home_opened": SlackRoute(self.opened),
            f"action:{CREATE}": SlackRoute(self._generate.begin, lambda _, draft_id: picker_view(draft_id)),
            f"action:{BEGIN}": SlackRoute(self.begin, lambda _, draft_id: loading_view(draft_id)),
            f"action:{CONTINUE}": SlackRoute(self.resume, lambda _, draft_id: loading_view(draft_id)),
            f"action:{DISCARD}": SlackRoute(self.discard),
            f"action:{SEND}": SlackRoute(self.send),
        }

    async def opened(self, task: SlackTask) -> None:
        """Show the page; its other tabs are not ours."""
        if task.payload.get("event", {}).get("tab") == "home":
            await self._publish(task, await known_person(task.client, task.origin))

    async def begin(self, task: SlackTask) -> None:
        """Open the form of a template."""
        await self._generate.open_template(task, str(action_of(task.payload).get("value", "")))

    async def resume(self, task: SlackTask) -> None:
        """Go on with a form."""
        await self._generate.resume(task, str(action_of(task.payload).get("value", "")))

    async def discard(self, task: SlackTask) -> None:
        """Forget a form."""
        origin = await known_person(task.client, task.origin)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            try:
                draft = await unit.slack_drafts.get(str(action_of(task.payload).get("value", "")))
            except NotFoundError:
                draft = None
            if draft is not None and _is_of(draft.origin, origin):
                await unit.slack_drafts.remove(draft.id)
                await unit.commit()
        await self._publish(task, origin)

    async def send(self, task: SlackTask) -> None:
        """Send a document once more, to the person alone."""
        origin = await known_person(task.client, task.origin)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            delivery = await unit.slack_deliveries.get(str(action_of(task.payload).get("value", "")), for_change=True)
            if not _is_of(delivery.origin, origin):
                raise NotFoundError("delivery", delivery.id)
            if delivery.outcome is not None:
                await unit.slack_deliveries.update(_once_more(delivery, origin, self._clock))
                await unit.jobs.enqueue(NewJob(JobKind.SLACK_DELIVERY, delivery.workspace_id, delivery.id))
                await unit.commit()
        await tell(task.client, origin, say(origin.locale, "sent-again"))
        await self._publish(task, origin)

    async def _publish(self, task: SlackTask, origin: SlackOrigin) -> None:
        user, place = origin.user_id, origin.place
        admin = await is_admin(task.client, user)
        author = admin or await self._templates.may_author(task)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            drafts = await unit.slack_drafts.of_user(place, user, limit=_DRAFTS)
            named = [(draft, await _template_of(unit, draft)) for draft in drafts]
            documents = await unit.slack_deliveries.of_user(place, user, limit=_DOCUMENTS)
            templates = await unit.slack_deliveries.offered(place, user, "", limit=_COUNTED)
        locale = origin.locale
        blocks = [
            _first(locale, author=author),
            *_part(locale, "home-drafts", [block for each in named for block in _draft(locale, *each)]),
            *_part(locale, "home-documents", [_document(locale, each) for each in documents]),
            *_part(locale, "home-templates", [_template(locale, each) for each in templates[:_TEMPLATES]]),
            *(self._setup(task, locale, len(templates)) if admin else ()),
        ]
        await task.client.call("views.publish", user_id=user, view={"type": "home", "blocks": blocks})

    def _setup(self, task: SlackTask, locale: str, templates: int) -> list[Block]:
        """Say how the app is set up."""
        made: SlackInstallation = task.installation
        if made.scopes:
            by, when = f"<@{made.installed_by}>", date_in_slack(made.installed_at, _WHEN)
            known = {"workspace": task.caller.workspace, "by": by, "when": when, "templates": templates}
            missing = [scope for scope in self._scopes if scope not in made.scopes]
            lines = [say(locale, "setup", **known)]
            key = "setup-scopes" if missing else "setup-well"
            lines.append(say(locale, key, scopes=", ".join(missing)))
        else:
            lines = [say(locale, "setup-one")]
        url = self._public_url
        lines.append(say(locale, "setup-public", url=url) if url else say(locale, "setup-no-public"))
        return [_title(locale, "home-setup"), {"type": "section", "text": mrkdwn("\n".join(lines), SECTION_TEXT)}]


def _is_of(origin: SlackOrigin, person: SlackOrigin) -> bool:
    return (origin.place, origin.user_id) == (person.place, person.user_id)


def _once_more(delivery: SlackDelivery, origin: SlackOrigin, clock: Clock) -> SlackDelivery:
    """Return a delivery that begins anew, in the person's direct messages."""
    return replace(
        delivery,
        origin=replace(origin, channel_id=None, thread_ts=None, response_url=None),
        created_at=clock.now(),
        announced=True,
        message_channel=None,
        message_ts=None,
        file_id=None,
        completing=False,
        starts=0,
        outcome=None,
        finished_at=None,
    )


async def _template_of(unit: UnitOfWork, draft: SlackDraft) -> str:
    try:
        return (await unit.templates.get(draft.template_id or "")).name
    except NotFoundError:
        return "?"


def _first(locale: str, *, author: bool) -> Block:
    buttons = [
        button(CREATE, "-", say(locale, "home-create"), "primary"),
        button(MERGE, "-", say(locale, "home-merge")),
    ]
    if author:
        buttons.append(button(UPLOAD, "-", say(locale, "home-upload")))
    return {"type": "actions", "elements": buttons}


def _part(locale: str, title: str, blocks: Sequence[Block]) -> list[Block]:
    nothing: Block = {"type": "context", "elements": [plain(say(locale, "home-nothing"), SECTION_TEXT)]}
    return [_title(locale, title), *(blocks or [nothing])]


def _title(locale: str, title: str) -> Block:
    return {"type": "header", "text": plain(say(locale, title), HEADER_TEXT)}


def _draft(locale: str, draft: SlackDraft, template: str) -> list[Block]:
    text = f"*{escaped(template)}* ({date_in_slack(draft.updated_at, _WHEN)})"
    goes_on = button(CONTINUE, draft.id, say(locale, "home-continue"), "primary")
    discard = button(DISCARD, draft.id, say(locale, "home-discard"))
    return [_row(text, goes_on), {"type": "actions", "elements": [discard]}]


def _document(locale: str, delivery: SlackDelivery) -> Block:
    state = say(locale, _STATES[delivery.outcome])
    text = f"*{escaped(delivery.template_name)}*: {state} ({date_in_slack(delivery.created_at, _WHEN)})"
    sent = delivery.outcome in (SlackOutcome.FILE, SlackOutcome.LINK, SlackOutcome.GIVEN_UP)
    return _row(text, button(SEND, delivery.id, say(locale, "home-send")) if sent else None)


def _template(locale: str, template: Template) -> Block:
    text = f"*{escaped(template.name)}* (`{template.slug}`)"
    return _row(text, button(BEGIN, template.id, say(locale, "home-begin")))


def _row(text: str, accessory: Block | None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text, SECTION_TEXT)}
    return block if accessory is None else {**block, "accessory": accessory}
