"""Drafts as forms: what a form is made of, and where a person wants the document."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from application.ports.unit_of_work import UnitOfWork
from application.slack.names import CHANNEL_BLOCK, OUTPUT_BLOCK, TARGET_BLOCK
from application.slack.texts import say
from application.slack_forms.forms import Form
from application.slack_forms.limits import HINT, LABEL, OPTION_TEXT
from application.slack_forms.person import Person
from application.slack_forms.texts import Block, plain
from domain.errors import NotPublishedError
from domain.exact_json import read_exact, write_exact
from domain.formats import OutputFormat, outputs_of
from domain.row_values import Conventions
from domain.schema import JsonObject
from domain.slack_draft import SlackDraft, SlackOrigin
from domain.template import Template, TemplateStatus, TemplateVersion

_ACTION: Final = "value"
_HERE: Final = "here"
_THREAD: Final = "thread"
_ME: Final = "me"


@dataclass(frozen=True, slots=True)
class OpenedDraft:
    """A draft with what its form follows from."""

    draft: SlackDraft
    template: Template
    version: TemplateVersion
    conventions: Conventions = field(default_factory=Conventions)

    @property
    def form(self) -> Form:
        """The form as it is filled in so far."""
        draft = self.draft
        person = Person(draft.origin.locale, draft.origin.timezone, self.conventions)
        return Form(
            self.version.refined_schema(),
            json_of(draft.data),
            person,
            draft.revision,
            self.template.name,
            closing_blocks(draft, self.template),
        )

    def view(self, page: int | None = None, note: str = "") -> Block:
        """Return a page of the form, without a number the one that the draft is on."""
        return self.form.view(self.draft.page if page is None else page, self.draft.id, note)


async def open_draft(unit: UnitOfWork, draft_id: str, *, for_change: bool = False) -> OpenedDraft:
    """Return a draft that has a template.

    Raises:
        NotFoundError: it is not there any more, or its template is not.
        NotPublishedError: its template was archived.
    """
    draft = await unit.slack_drafts.get(draft_id, for_change=for_change)
    template = await unit.templates.get(draft.template_id or "")
    if template.status is TemplateStatus.ARCHIVED:
        raise NotPublishedError(f"The template {template.slug!r} is archived: restore the template.")
    return OpenedDraft(draft, template, await unit.templates.get_version(template.id, draft.template_version or 0))


def json_of(data: bytes) -> JsonObject:
    """Read the data of a draft; numbers stay exact."""
    found: JsonObject = read_exact(data.decode())
    return found


def bytes_of(data: JsonObject) -> bytes:
    """Write the data of a draft; numbers stay exact."""
    return write_exact(data).encode("utf-8", "replace")


def closing_blocks(draft: SlackDraft, template: Template) -> list[Block]:
    """Return the last fields of a form: the format where there are several, and where the document goes."""
    locale, origin = draft.origin.locale, draft.origin
    outputs = outputs_of(template.format)
    blocks: list[Block] = []
    if len(outputs) > 1:
        chosen = draft.output or outputs[0]
        options = {each.value: say(locale, f"output-{each}") for each in outputs}
        blocks.append(_select(OUTPUT_BLOCK, say(locale, "output"), options, chosen))
    targets = {}
    if origin.channel_id is not None:
        if origin.thread_ts is not None:
            targets[_THREAD] = say(locale, "target-thread")
        targets[_HERE] = say(locale, "target-here")
    targets[_ME] = say(locale, "target-me")
    blocks.append(_select(TARGET_BLOCK, say(locale, "target"), targets, next(iter(targets))))
    menu = {"type": "conversations_select", "action_id": _ACTION, "filter": {"include": ["public", "private"]}}
    blocks.append(
        {
            "type": "input",
            "block_id": CHANNEL_BLOCK,
            "optional": True,
            "label": plain(say(locale, "channel"), LABEL),
            "hint": plain(say(locale, "channel-hint"), HINT),
            "element": menu,
        }
    )
    return blocks


def _select(block_id: str, label: str, options: Mapping[str, str], chosen: str) -> Block:
    items = {value: {"text": plain(text, OPTION_TEXT), "value": value} for value, text in options.items()}
    element = {
        "type": "static_select",
        "action_id": _ACTION,
        "options": list(items.values()),
        "initial_option": items.get(chosen) or next(iter(items.values())),
    }
    return {"type": "input", "block_id": block_id, "label": plain(label, LABEL), "element": element}


def with_choices(draft: SlackDraft, template: Template, values: Mapping[str, Any]) -> SlackDraft:
    """Return a draft with what was chosen in the last fields."""
    output = _chosen(values, OUTPUT_BLOCK)
    known = {each.value for each in outputs_of(template.format)}
    channel = values.get(CHANNEL_BLOCK, {}).get(_ACTION, {}).get("selected_conversation")
    origin = _sent_to(draft.origin, _chosen(values, TARGET_BLOCK), channel)
    return replace(draft, output=output if output in known else draft.output, origin=origin)


def _sent_to(origin: SlackOrigin, target: str | None, channel: str | None) -> SlackOrigin:
    if channel:
        return replace(origin, channel_id=channel, thread_ts=None, response_url=None)
    if target == _ME:
        return replace(origin, channel_id=None, thread_ts=None)
    return replace(origin, thread_ts=None) if target == _HERE else origin


def _chosen(values: Mapping[str, Any], block_id: str) -> str | None:
    option = values.get(block_id, {}).get(_ACTION, {}).get("selected_option")
    return option.get("value") if isinstance(option, Mapping) else None


def other_outputs(template: Template, output: OutputFormat) -> list[str]:
    """Return the formats that a document of a template could have besides."""
    return [each.value for each in outputs_of(template.format) if each is not output]
