"""Templates from Slack: a file is checked, and published when somebody with the right says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from application.caller import Caller
from application.ports.slack_api import SlackClient, SlackRefusedError
from application.ports.unit_of_work import UnitsOfWork
from application.slack.files import content_of
from application.slack.library_texts import say
from application.slack.names import TEMPLATE_VIEW
from application.slack.payloads import action_of, view_of_payload
from application.slack.people import known_person, tell
from application.slack.routes import SlackRoute, SlackTask
from application.slack.template_views import asked_for, findings, upload_view
from application.slack.told import ToldInSlackError
from application.slack.views import message
from application.slack_forms.blocks import button
from application.slack_forms.texts import Block, escaped, one_line
from application.use_cases.add_version import AddVersion, AddVersionCommand
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.register_template import RegisterTemplate, RegisterTemplateCommand
from application.use_cases.validate_template import ValidateTemplate, ValidateTemplateCommand
from domain.errors import BreakingChangeError, InvalidRequestError, NotFoundError
from domain.exact_json import read_exact, write_exact
from domain.formats import TemplateFormat
from domain.scope import Scope
from domain.slack_draft import SlackOrigin
from domain.slug import slug_from
from domain.template import Template, TemplateStatus

NEW: Final = "template:new"
PUBLISH: Final = "template:publish"
REPLACE: Final = "template:replace"
CANCEL: Final = "template:cancel"

# The largest file that is fetched from Slack; what a workspace allows is checked of the file itself.
_FILE_BYTES: Final = 100_000_000
# What a button carries has 2,000 characters at most.
_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class _File:
    """A file of Slack that may become a template."""

    id: str
    name: str
    title: str
    template: str | None = None
    breaking: bool = False

    @property
    def value(self) -> str:
        """What a button carries."""
        said = {"file": self.id, "name": self.name, "title": self.title, "template": self.template}
        return write_exact({**said, "breaking": self.breaking})

    @classmethod
    def of_value(cls, value: str) -> "_File":
        """Read what a button carries."""
        said = read_exact(value)
        return cls(said["file"], said["name"], said["title"], said["template"], said["breaking"])


class TemplatesInSlack:
    """A file that was dropped into the app's direct messages, or uploaded in a window, is answered with its findings.

    Only administrators of the Slack workspace, and people who are named for it, may add and publish.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        validate: ValidateTemplate,
        register: RegisterTemplate,
        add_version: AddVersion,
        authors: Sequence[str],
    ) -> None:
        """`authors` are ids of users of the one Slack workspace whose token the settings have."""
        self._units_of_work = units_of_work
        self._validate = validate
        self._register = register
        self._add_version = add_version
        self._authors = frozenset(authors)

    def routes(self) -> dict[str, SlackRoute]:
        """Return what is done for each request."""
        return {
            "event:message": SlackRoute(self.dropped),
            f"action:{NEW}": SlackRoute(_nothing, lambda _, __: upload_view("en")),
            f"view:{TEMPLATE_VIEW}": SlackRoute(self.uploaded),
            f"action:{PUBLISH}": SlackRoute(self.publish),
            f"action:{REPLACE}": SlackRoute(self.replace),
            f"action:{CANCEL}": SlackRoute(self.cancel),
        }

    async def dropped(self, task: SlackTask) -> None:
        """Check the files of a direct message to the app; all other messages are nobody's."""
        event = task.payload.get("event", {})
        if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype") not in (None, "file_share"):
            return
        files = [file for file in event.get("files") or () if _is_template(str(file.get("name") or ""))]
        # Documents that the app itself sends come back as messages with files.
        if not files or await is_bot(task.client, task.origin.user_id):
            return
        for file in files:
            await self._review(task, _file(file, ""), str(event.get("channel")))

    async def uploaded(self, task: SlackTask) -> None:
        """Check the file of a window."""
        values = view_of_payload(task.payload).get("state", {}).get("values", {})
        files = values.get("file", {}).get("value", {}).get("files") or ()
        title = one_line(str(values.get("name", {}).get("value", {}).get("value") or ""))
        for file in files:
            await self._review(task, _file(file, title), task.origin.user_id)

    async def publish(self, task: SlackTask) -> None:
        """Publish a file as a new template."""
        file, origin = _File.of_value(str(action_of(task.payload).get("value"))), await self._author(task)
        upload = TemplateUpload(file.name, await _content(task.client, file, origin.locale))
        command = RegisterTemplateCommand(_with_rights(task.caller), upload, file.title, publish=True)
        template, _ = await self._register(command)
        name = escaped(template.name)
        await self._end(task, say(origin.locale, "published", name=name, slug=template.slug))

    async def replace(self, task: SlackTask) -> None:
        """Publish a file as the next version of a template."""
        file, origin = _File.of_value(str(action_of(task.payload).get("value"))), await self._author(task)
        upload = TemplateUpload(file.name, await _content(task.client, file, origin.locale))
        command = AddVersionCommand(
            _with_rights(task.caller), file.template or "", upload, publish=True, allow_breaking=file.breaking
        )
        try:
            added = await self._add_version(command)
        except BreakingChangeError as failure:
            text = say(origin.locale, "breaking", name=escaped(file.title), reason=escaped(str(failure)))
            anyway = button(REPLACE, replace(file, breaking=True).value, say(origin.locale, "replace-anyway"), "danger")
            cancel = button(CANCEL, "-", say(origin.locale, "cancel"))
            await self._end(task, text, {"type": "actions", "elements": [anyway, cancel]})
            return
        key = "replaced" if added.created else "same-version"
        text = say(origin.locale, key, name=escaped(added.template.name), number=added.version.number)
        await self._end(task, text)

    async def cancel(self, task: SlackTask) -> None:
        """Leave everything as it is."""
        origin = await known_person(task.client, task.origin)
        await self._end(task, say(origin.locale, "cancelled"))

    async def may_author(self, task: SlackTask) -> bool:
        """Tell whether the person may add and publish templates."""
        user_id, made = task.origin.user_id, task.installation
        if user_id in self._authors:
            return True
        async with self._units_of_work.of_workspace(made.workspace_id) as unit:
            if user_id in await unit.slack_installations.authors(made.place):
                return True
        return await is_admin(task.client, user_id)

    async def _author(self, task: SlackTask) -> SlackOrigin:
        """Return who it is, if they may.

        Raises:
            ToldInSlackError: they may not.
        """
        origin = await known_person(task.client, task.origin)
        if not await self.may_author(task):
            raise ToldInSlackError(say(origin.locale, "not-author"))
        return origin

    async def _review(self, task: SlackTask, file: _File, channel: str) -> None:
        """Say what is wrong with a file and what it asks for, with buttons for what can be done."""
        origin = await self._author(task)
        locale = origin.locale
        upload = TemplateUpload(file.name, await _content(task.client, file, locale))
        report = await self._validate(ValidateTemplateCommand(upload, workspace_id=task.caller.workspace_id))
        text = say(locale, "works" if report.ok else "works-not", file=escaped(file.name))
        blocks = [*findings(report, locale), *asked_for(report.placeholders, locale)]
        if report.ok:
            blocks.append(self._buttons(file, await self._existing(task, file), locale))
        await task.client.call("chat.postMessage", channel=channel, unfurl_links=False, **message(text, *blocks))

    async def _existing(self, task: SlackTask, file: _File) -> Template | None:
        """Return the template that a file would replace, by its name."""
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            try:
                found = await unit.templates.get(slug_from(file.title))
            except (NotFoundError, InvalidRequestError):
                return None
        return found if found.status is TemplateStatus.ACTIVE else None

    @staticmethod
    def _buttons(file: _File, existing: Template | None, locale: str) -> Block:
        if existing is None:
            first = button(PUBLISH, file.value, say(locale, "publish"), "primary")
        else:
            known = replace(file, title=existing.name, template=existing.id)
            first = button(REPLACE, known.value, say(locale, "replace", name=existing.name), "primary")
        return {"type": "actions", "elements": [first, button(CANCEL, "-", say(locale, "cancel"))]}

    @staticmethod
    async def _end(task: SlackTask, text: str, *more: Block) -> None:
        """Put what became of it in place of the message that was clicked."""
        container = task.payload.get("container", {})
        where = {"channel": container.get("channel_id"), "ts": container.get("message_ts")}
        try:
            await task.client.call("chat.update", **where, **message(text, *more))
        except SlackRefusedError:
            await tell(task.client, task.origin, text)


async def is_admin(client: SlackClient, user_id: str) -> bool:
    """Tell whether a person administers their Slack workspace; where Slack does not tell, they do not."""
    user = await _user(client, user_id)
    return any(user.get(name) is True for name in ("is_admin", "is_owner", "is_primary_owner"))


async def is_bot(client: SlackClient, user_id: str) -> bool:
    """Tell whether nobody is behind a user: an app, this one too."""
    return (await _user(client, user_id)).get("is_bot") is True


async def _user(client: SlackClient, user_id: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = (await client.call("users.info", user=user_id)).get("user", {})
    except SlackRefusedError:
        return {}
    return found


async def _nothing(_: SlackTask) -> None:
    """Do nothing: the window was opened before the answer."""


async def _content(client: SlackClient, file: _File, locale: str) -> bytes:
    try:
        return await content_of(client, {"id": file.id}, _FILE_BYTES)
    except SlackRefusedError as refusal:
        raise ToldInSlackError(say(locale, "file-gone")) from refusal


def _with_rights(caller: Caller) -> Caller:
    """Return a caller with what an author may."""
    return replace(caller, scopes=caller.scopes | {Scope.TEMPLATES_WRITE, Scope.TEMPLATES_PUBLISH})


def _is_template(name: str) -> bool:
    return any(name.lower().endswith(f".{each}") for each in (*TemplateFormat, "markdown"))


def _file(file: Mapping[str, Any], title: str) -> _File:
    stem, dot, extension = one_line(str(file.get("name") or "")).rpartition(".")
    shown = title or stem.replace("_", " ") or "template"
    return _File(str(file.get("id")), f"{stem[:_NAME]}{dot}{extension[:10]}", shown[:_NAME])
