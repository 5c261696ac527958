"""From a command, a shortcut or a click to a render that waits in the queue."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from application.ports.clock import Clock
from application.ports.slack_api import SlackRefusedError
from application.ports.slack_installations import KnownInstallation
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.slack.drafts import OpenedDraft, bytes_of, json_of, open_draft, with_choices
from application.slack.edge import Answer
from application.slack.lists import OFFERED, ListInSlack
from application.slack.merge_views import merge_view
from application.slack.names import AGAIN, AS, EDIT, FROM_MESSAGE, GENERATE, MERGE_PICK, PICK
from application.slack.payloads import Payload, action_of, origin_of, view_of_payload
from application.slack.people import known_person, show, tell
from application.slack.queueing import QueueForSlack, delivery_id_of, has_begun
from application.slack.resolving import resolved
from application.slack.routes import SlackRoute, SlackTask
from application.slack.tables import ReadFormTables
from application.slack.texts import say
from application.slack.views import loading_view, option_of, picker_view, told_view
from application.slack_forms.paging import BACK, CALLBACK, PRESS, page_number
from application.slack_forms.person import Person
from application.slack_forms.prefill import command_of, lines_of, prefilled
from application.slack_forms.started import started
from application.slack_forms.texts import Block, escaped
from domain.errors import DocGenError, NotFoundError, NotPublishedError
from domain.near_names import did_you_mean
from domain.row_values import Conventions
from domain.slack_delivery import SlackDelivery
from domain.slack_draft import SlackDraft, SlackOrigin
from domain.slack_intent import SlackIntentKind
from domain.template import Template


class GenerateInSlack:
    """Drafts are kept here and named by views; a submitted one becomes a delivery with a render that has its id.

    Each step finds what an earlier attempt has done: identifiers follow from the intent, and are not made anew.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        queue: QueueForSlack,
        read_tables: ReadFormTables,
        conventions: Callable[[str], Conventions],
        clock: Clock,
    ) -> None:
        """`conventions` tell how people of a locale write."""
        self._units_of_work = units_of_work
        self._tables = read_tables
        self._conventions = conventions
        self._queue = queue
        self._lists = ListInSlack(units_of_work)
        self._clock = clock

    def routes(self) -> dict[str, SlackRoute]:
        """Return what is done for each request."""
        return {
            "command": SlackRoute(self.command, _opened_by_command),
            f"shortcut:{GENERATE}": SlackRoute(self.begin, _opened_picker),
            f"shortcut:{FROM_MESSAGE}": SlackRoute(self.begin, _opened_picker),
            f"action:{PICK}": SlackRoute(self.pick),
            f"action:{PRESS}": SlackRoute(self.press),
            f"action:{BACK}": SlackRoute(self.press),
            f"view:{CALLBACK}": SlackRoute(self.submit),
            f"action:{EDIT}": SlackRoute(self.edit, lambda _, draft_id: loading_view(draft_id)),
            f"action:{AGAIN}": SlackRoute(self.again),
            f"action:{AS}": SlackRoute(self.again),
        }

    # --- before the answer ------------------------------------------------------------------------------------

    async def options(self, known: KnownInstallation, payload: Payload) -> dict[str, Any]:
        """Return the items of a menu: templates, or the choices of a field."""
        text = str(payload.get("value") or "")
        async with self._units_of_work.of_workspace(known.installation.workspace_id) as unit:
            if payload.get("action_id") in (PICK, MERGE_PICK):
                user = str(payload.get("user", {}).get("id", ""))
                found = await unit.slack_deliveries.offered(known.installation.place, user, text, limit=OFFERED)
                return {"options": [option_of(template) for template in found]}
            try:
                opened = await self._opened(unit, str(view_of_payload(payload).get("private_metadata", "")))
            except DocGenError:
                return {"options": []}
        return {"options": opened.form.options(str(payload.get("block_id", "")), text)}

    async def submitted(self, unit: UnitOfWork, known: KnownInstallation, payload: Payload) -> Answer:
        """Take a page of a form into its draft: an answer with what is wrong, or the next page; None where it is whole.

        Raises:
            NotFoundError: never; a draft that is gone is said in the view.
        """
        view = view_of_payload(payload)
        try:
            opened = await self._opened(unit, str(view.get("private_metadata", "")), for_change=True)
        except (NotFoundError, NotPublishedError):
            return {"response_action": "update", "view": told_view(say("en", "form-gone"))}
        if not _is_theirs(opened.draft, known, payload):
            return {"response_action": "update", "view": told_view(say("en", "form-gone"))}
        values = view.get("state", {}).get("values", {})
        page = page_number(str(view.get("callback_id", "")))
        form = opened.form
        filled = form.fill(page, values)
        if filled.errors:
            return {"response_action": "errors", "errors": dict(filled.errors)}
        pages = len(form.pages())
        draft = opened.draft.filled(bytes_of(filled.data), min(page + 1, pages - 1), at=self._clock.now())
        if page + 1 < pages:
            return await self._next(unit, replace(opened, draft=draft))
        draft = with_choices(draft, opened.template, values)
        faults = replace(opened, draft=draft).form.faults()
        if faults:
            first = min(faults)
            draft = replace(draft, page=first)
            return await self._next(unit, replace(opened, draft=draft), next(iter(faults[first].values())))
        await unit.slack_drafts.put(draft)
        return None

    def submissions(self) -> dict[str, Any]:
        """Return what is done with each view that is submitted."""
        return {CALLBACK: self.submitted}

    @staticmethod
    async def _next(unit: UnitOfWork, opened: OpenedDraft, note: str = "") -> Answer:
        await unit.slack_drafts.put(opened.draft)
        return {"response_action": "update", "view": opened.view(note=note)}

    # --- after the answer -------------------------------------------------------------------------------------

    async def command(self, task: SlackTask) -> None:
        """Carry out `/docgen …`."""
        said = command_of(str(task.payload.get("text", "")))
        match said.word.lower():
            case "":
                await self._begin(task, said.values)
            case "list":
                await self._lists.templates(task)
            case "status":
                await self._lists.documents(task)
            case "merge":
                pass  # its window was opened before the answer
            case word:
                await self._begin_with(task, said.word, word, said.values)

    async def begin(self, task: SlackTask) -> None:
        """Keep who asked, where, and what the message says, until a template is chosen."""
        await self._begin(task, lines_of(str(task.payload.get("message", {}).get("text", ""))))

    async def pick(self, task: SlackTask) -> None:
        """Show the form of the template that was chosen."""
        chosen = (action_of(task.payload).get("selected_option") or {}).get("value")
        draft_id = str(view_of_payload(task.payload).get("private_metadata", ""))
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            draft = await unit.slack_drafts.get(draft_id)
            template = await unit.templates.get(str(chosen))
        values = {str(name): str(value) for name, value in json_of(draft.data).items()}
        if draft.template_id is not None:
            values = {}
        await self._form(task, draft, template, values)

    async def press(self, task: SlackTask) -> None:
        """Go back a page, or let a row of the form come or go; what was typed meanwhile is kept."""
        view, action = view_of_payload(task.payload), action_of(task.payload)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            opened = await self._opened(unit, str(view.get("private_metadata", "")), for_change=True)
            page = page_number(str(view.get("callback_id", "")))
            form = opened.form
            filled = replace(form, data=form.fill(page, view.get("state", {}).get("values", {})).data)
            action_id = str(action.get("action_id", ""))
            if action_id == BACK:
                page = max(0, page - 1)
            else:
                filled = filled.press(action_id.rpartition(":")[2], str(action.get("value", "")))
            now = self._clock.now()
            draft = opened.draft.filled(bytes_of(filled.data), page, at=now, revision=filled.revision)
            await unit.slack_drafts.put(draft)
            await unit.commit()
        await show(task, replace(opened, draft=draft).view())

    async def submit(self, task: SlackTask) -> None:
        """Have the document of a draft made; the draft is forgotten."""
        draft_id = str(view_of_payload(task.payload).get("private_metadata", ""))
        delivery_id = delivery_id_of(task)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            try:
                opened = await self._opened(unit, draft_id)
            except NotFoundError:
                if await has_begun(unit, delivery_id):  # by a worker that died after that
                    return
                raise
        draft = opened.draft
        data = await self._tables(
            task.client, json_of(draft.data), opened.version.refined_placeholders(), draft.origin.locale
        )
        data = await resolved(task.client, data, draft.origin)
        whole = bytes_of(data)
        await self._queue(task, opened.template, draft.template_version, draft.origin, whole, draft.output)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            await unit.slack_drafts.remove(draft.id)
            await unit.commit()

    async def open_template(self, task: SlackTask, template_id: str) -> None:
        """Show the form of a template in the view that was opened for a task."""
        origin = await known_person(task.client, task.origin)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            template = await unit.templates.get(template_id)
        await self._form(task, self._new_draft(task, origin, b"{}"), template, {})

    async def resume(self, task: SlackTask, draft_id: str) -> None:
        """Show a form that somebody has begun, where they were, in the view that was opened for a task.

        Raises:
            NotFoundError: there is none of theirs.
        """
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            opened = await self._opened(unit, draft_id)
        if (opened.draft.origin.place, opened.draft.origin.user_id) != (task.origin.place, task.origin.user_id):
            raise NotFoundError("draft", draft_id)
        await show(task, opened.view())

    async def again(self, task: SlackTask) -> None:
        """Have a document made again, or in another format, of the same data."""
        delivery_id, _, output = str(action_of(task.payload).get("value", "")).partition(" ")
        delivery, template, data = await self._of_document(task, delivery_id)
        origin = replace(delivery.origin, user_id=task.origin.user_id, response_url=task.origin.response_url)
        if origin.channel_id is None:
            origin = replace(origin, user_id=task.origin.user_id)
        await self._queue(task, template, None, origin, data, output or None)

    async def edit(self, task: SlackTask) -> None:
        """Show the form of a document with its data."""
        delivery, template, data = await self._of_document(task, str(action_of(task.payload).get("value", "")))
        origin = replace(delivery.origin, user_id=task.origin.user_id, response_url=task.origin.response_url)
        draft = self._new_draft(task, origin, b"{}")
        await self._form(task, draft, template, {}, json_of(data))

    # --- steps ------------------------------------------------------------------------------------------------

    async def _begin(self, task: SlackTask, values: Mapping[str, str]) -> SlackDraft:
        origin = await known_person(task.client, task.origin)
        draft = self._new_draft(task, origin, json.dumps(dict(values)).encode())
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            await unit.slack_drafts.put(draft)
            await unit.commit()
        return draft

    async def _begin_with(self, task: SlackTask, given: str, slug: str, values: Mapping[str, str]) -> None:
        origin = await known_person(task.client, task.origin)
        place, user = origin.place, origin.user_id
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            try:
                template = await unit.templates.get(slug)
                template.version_to_render(None)
            except (NotFoundError, NotPublishedError):
                offered = await unit.slack_deliveries.offered(place, user, "", limit=OFFERED)
                await self._unknown(task, origin, given, [each.slug for each in offered])
                return
        await self._form(task, self._new_draft(task, origin, b"{}"), template, dict(values))

    async def _unknown(self, task: SlackTask, origin: SlackOrigin, given: str, known: Sequence[str]) -> None:
        """Say that there is no such command or template, and how it goes."""
        near = (did_you_mean(given, known) or "").partition("'")[2].rpartition("'")[0]
        key = "did-you-mean" if near else "unknown"
        sentence = say(origin.locale, key, name=f"“{escaped(given[:80])}”", near=f"“{escaped(near)}”")
        text = f"{sentence}\n{say(origin.locale, 'help')}"
        try:
            await show(task, told_view(text, origin.locale))
        except SlackRefusedError:
            await tell(task.client, origin, text)

    async def _form(
        self,
        task: SlackTask,
        draft: SlackDraft,
        template: Template,
        values: dict[str, str],
        data: dict[str, Any] | None = None,
    ) -> None:
        try:
            number = template.version_to_render(None)
        except NotPublishedError:
            gone = say(draft.origin.locale, "template-gone", name=f"“{escaped(template.name)}”")
            await show(task, told_view(gone, draft.origin.locale))
            return
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            version = await unit.templates.get_version(template.id, number)
            schema = version.refined_schema()
            person = Person(draft.origin.locale, draft.origin.timezone, self._conventions(draft.origin.locale))
            known = prefilled(values, schema, person)
            begun = bytes_of(started(schema, known.data if data is None else data))
            draft = draft.of_template(template.id, number, begun, at=self._clock.now())
            await unit.slack_drafts.put(draft)
            await unit.commit()
        # Of a message, lines that are no fields are nothing that anybody has got wrong.
        notes = known.notes if task.intent.kind is SlackIntentKind.COMMAND else ()
        await show(task, OpenedDraft(draft, template, version, person.conventions).view(note="\n".join(notes)))

    async def _of_document(self, task: SlackTask, delivery_id: str) -> tuple[SlackDelivery, Template, bytes]:
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            delivery = await unit.slack_deliveries.get(delivery_id)
            if delivery.origin.place != task.origin.place:
                raise NotFoundError("delivery", delivery_id)
            request = await unit.renders.get(delivery.render_id)
            if request.erased_at is not None:
                raise NotFoundError("document", request.id)
            data = await unit.renders.data_of(request.id)
            return delivery, await unit.templates.get(delivery.template_id), data

    async def _opened(self, unit: UnitOfWork, draft_id: str, *, for_change: bool = False) -> OpenedDraft:
        opened = await open_draft(unit, draft_id, for_change=for_change)
        return replace(opened, conventions=self._conventions(opened.draft.origin.locale))

    def _new_draft(self, task: SlackTask, origin: SlackOrigin, data: bytes) -> SlackDraft:
        now = self._clock.now()
        intent = task.intent
        return SlackDraft(task.draft_id, intent.workspace_id, origin, intent.request_id, now, now, data=data)


def _opened_by_command(payload: Payload, draft_id: str) -> Block | None:
    said = command_of(str(payload.get("text", "")))
    if said.word.lower() in {"list", "status"}:
        return None
    if said.word.lower() == "merge":
        return merge_view("en")
    return loading_view(draft_id) if said.word else picker_view(draft_id)


def _opened_picker(_: Payload, draft_id: str) -> Block:
    return picker_view(draft_id)


def _is_theirs(draft: SlackDraft, known: KnownInstallation, payload: Payload) -> bool:
    origin = origin_of(known.installation.place, payload)
    return (draft.origin.place, draft.origin.user_id) == (origin.place, origin.user_id)
