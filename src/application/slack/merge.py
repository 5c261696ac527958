"""Mail merge from Slack: a table is checked first, and made into documents when somebody says so."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from application.caller import Caller
from application.defaults import RenderWishes
from application.ports.row_reader import RowPlan, RowReader, RowSource
from application.ports.slack_api import SlackClient, SlackRefusedError
from application.ports.unit_of_work import UnitsOfWork
from application.slack.library_texts import say
from application.slack.names import MERGE, MERGE_CANCEL, MERGE_PICK, MERGE_START, MERGE_VIEW
from application.slack.payloads import action_of, view_of_payload
from application.slack.people import known_person
from application.slack.routes import SlackRoute, SlackTask
from application.slack.tables import content_of
from application.slack.told import NotYetError, ToldInSlackError
from application.slack.views import message
from application.slack_forms.limits import (
    BUTTON_TEXT,
    FILE_INPUT_BYTES,
    HINT,
    LABEL,
    PLACEHOLDER,
    SECTION_TEXT,
    VIEW_BUTTON,
    VIEW_TITLE,
)
from application.slack_forms.texts import Block, escaped, mrkdwn, one_line, plain
from application.use_cases.archive_batch import ArchiveBatch
from application.use_cases.check_rows import CheckRows, CheckRowsCommand, RowsReport
from application.use_cases.create_batch import CreateBatch, CreateBatchCommand
from domain.batch import ENDED, Batch, ItemStatus, OnError
from domain.errors import NotFoundError, RowsInvalidError
from domain.exact_json import read_exact, write_exact
from domain.identifiers import BATCH_PREFIX, BatchId
from domain.rows import RowWishes, row_format_of
from domain.scope import Scope
from domain.slack_draft import SlackOrigin

# Between two looks at a batch, and two edits of the message that tells how far it is.
_SECONDS: Final = 2.0
_TOLD: Final = 10
_PAGE: Final = 500
_NAME: Final = 150
_PIECE: Final = 1 << 16
_MEGABYTE: Final = 1_000_000
_KINDS: Final = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table in Slack, and the template that it is for, as it was checked."""

    file: str
    name: str
    template: str
    version: int = 0

    @property
    def value(self) -> str:
        """What a button carries."""
        return write_exact({name: getattr(self, name) for name in ("file", "name", "template", "version")})


class MailMergeInSlack:
    """Rows that do not fit are told before anything is made, and come back as a file that can be mended.

    A batch has an id that follows from the click which started it: however often that is carried out, it is one batch.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        check_rows: CheckRows,
        create_batch: CreateBatch,
        archive: ArchiveBatch,
        reader: RowReader,
        most_bytes: int,
    ) -> None:
        """Take how large an archive may be that is uploaded."""
        self._units_of_work = units_of_work
        self._check_rows = check_rows
        self._create_batch = create_batch
        self._archive = archive
        self._reader = reader
        self._most_bytes = most_bytes

    def routes(self) -> dict[str, SlackRoute]:
        """Return what is done for each request."""
        return {
            f"action:{MERGE}": SlackRoute(_nothing, lambda _, __: merge_view("en")),
            f"view:{MERGE_VIEW}": SlackRoute(self.check),
            f"action:{MERGE_START}": SlackRoute(self.start),
            f"action:{MERGE_CANCEL}": SlackRoute(self.cancel),
        }

    async def check(self, task: SlackTask) -> None:
        """Say what a table would come to, with a button that starts it."""
        values = view_of_payload(task.payload).get("state", {}).get("values", {})
        chosen = values.get("template", {}).get(MERGE_PICK, {}).get("selected_option") or {}
        files = values.get("rows", {}).get("value", {}).get("files") or [{}]
        name = one_line(str(files[0].get("name") or ""))[-_NAME:]
        wanted = _Rows(str(files[0].get("id")), name, str(chosen.get("value")))
        origin = await known_person(task.client, task.origin)
        async with _opened(task.client, wanted, origin) as source:
            wishes = RenderWishes(timezone=origin.timezone)
            command = CheckRowsCommand(task.intent.workspace_id, wanted.template, source, wishes)
            try:
                report = await self._check_rows(command)
            except RowsInvalidError as failure:
                raise ToldInSlackError(_of_file(origin, wanted, failure)) from failure
        text, blocks = _report(origin.locale, replace(wanted, version=report.version), report)
        await task.client.call("chat.postMessage", channel=origin.user_id, unfurl_links=False, **message(text, *blocks))

    async def start(self, task: SlackTask) -> None:
        """Make the documents, and tell how far they are until they are there.

        Raises:
            NotYetError: they are not all there; it is to be looked at again.
        """
        said = read_exact(str(action_of(task.payload).get("value")))
        wanted = _Rows(said["file"], said["name"], said["template"], said["version"])
        origin = await known_person(task.client, task.origin)
        caller = replace(task.caller, scopes=task.caller.scopes | {Scope.BATCHES_CREATE, Scope.BATCHES_READ})
        batch = await self._batch(task, caller, wanted, origin)
        if batch.status not in ENDED:
            await _tell(task, _progress(origin.locale, batch))
            raise NotYetError(f"The batch {batch.id} is not ready yet.", _SECONDS)
        sent = await self._send(task, caller, wanted, batch, origin)
        await _tell(task, "\n".join([_end(origin.locale, batch), *sent]))

    async def cancel(self, task: SlackTask) -> None:
        """Leave it at the report."""
        origin = await known_person(task.client, task.origin)
        await _tell(task, say(origin.locale, "cancelled"))

    async def _batch(self, task: SlackTask, caller: Caller, wanted: _Rows, origin: SlackOrigin) -> Batch:
        """Return the batch of a click, which is begun if it was not."""
        batch_id = BatchId(BATCH_PREFIX + task.intent.id[3:])
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            try:
                return await unit.batches.get(batch_id)
            except NotFoundError:
                pass
        async with _opened(task.client, wanted, origin) as source:
            command = CreateBatchCommand(
                caller,
                wanted.template,
                source,
                version=wanted.version,
                wishes=RenderWishes(timezone=origin.timezone),
                on_error=OnError.CONTINUE,
                batch_id=batch_id,
            )
            return await self._create_batch(command)

    async def _send(
        self, task: SlackTask, caller: Caller, wanted: _Rows, batch: Batch, origin: SlackOrigin
    ) -> list[str]:
        """Upload the documents as one archive, and the rows that failed; return sentences about what is not there."""
        channel, sent = str(task.payload.get("container", {}).get("channel_id")), list[str]()
        if batch.succeeded:
            archive = await self._archive(caller, batch.id)
            with tempfile.TemporaryFile() as file:
                async for piece in archive.pieces:
                    file.write(piece)
                if file.tell() > self._most_bytes:
                    size = f"{file.tell() / _MEGABYTE:.1f}"
                    sent.append(say(origin.locale, "merge-large", size=size, batch=batch.id))
                else:
                    await share(task.client, archive.file_name, file, channel)
        if batch.failed:
            try:
                async with _opened(task.client, wanted, origin) as source:
                    await self._failed_rows(task, batch, source, origin, channel)
            except ToldInSlackError as failure:
                sent.append(str(failure))
        return sent

    async def _failed_rows(
        self, task: SlackTask, batch: Batch, source: RowSource, origin: SlackOrigin, channel: str
    ) -> None:
        failed = await self._failures(batch)
        plan = RowPlan((), RowWishes(), batch.options.locale)
        with tempfile.TemporaryFile() as file:
            async with self._reader.copy(source, plan, failed) as pieces:
                async for piece in pieces:
                    file.write(piece)
            await share(
                task.client, say(origin.locale, "merge-failed-file", template=batch.template_slug), file, channel
            )

    async def _failures(self, batch: Batch) -> dict[int, str]:
        found: dict[int, str] = {}
        after = 0
        while True:
            async with self._units_of_work.of_workspace(batch.workspace_id) as unit:
                items = await unit.batches.items(batch.id, (ItemStatus.FAILED,), limit=_PAGE, after=after)
            found |= {item.row: item.failure.message if item.failure else "" for item in items}
            if len(items) < _PAGE:
                return found
            after = items[-1].number


def merge_view(locale: str) -> Block:
    """Return the window that takes a template and a table."""
    menu = {
        "type": "external_select",
        "action_id": MERGE_PICK,
        "min_query_length": 0,
        "placeholder": plain(say(locale, "merge-pick"), PLACEHOLDER),
    }
    file = {"type": "file_input", "action_id": "value", "filetypes": list(_KINDS), "max_files": 1}
    return {
        "type": "modal",
        "callback_id": MERGE_VIEW,
        "title": plain(say(locale, "merge-title"), VIEW_TITLE),
        "submit": plain(say(locale, "upload"), VIEW_BUTTON),
        "close": plain(say(locale, "cancel"), VIEW_BUTTON),
        "blocks": [
            {
                "type": "input",
                "block_id": "template",
                "label": plain(say(locale, "upload-file"), LABEL),
                "element": menu,
            },
            {
                "type": "input",
                "block_id": "rows",
                "label": plain(say(locale, "merge-rows"), LABEL),
                "hint": plain(say(locale, "merge-rows-hint"), HINT),
                "element": file,
            },
        ],
    }


async def share(client: SlackClient, name: str, file: BinaryIO, channel: str) -> None:
    """Upload a file in three steps, and show it in a conversation (docs.slack.dev/messaging/working-with-files).

    Raises:
        SlackError: Slack does not take it.
    """
    size = file.tell()
    file.seek(0)

    async def pieces() -> AsyncIterator[bytes]:
        while piece := file.read(_PIECE):
            yield piece

    answer = await client.call("files.getUploadURLExternal", filename=name, length=str(size))
    await client.upload(str(answer.get("upload_url")), size, pieces())
    files = [{"id": answer.get("file_id"), "title": name}]
    await client.call("files.completeUploadExternal", files=files, channel_id=channel)


@asynccontextmanager
async def _opened(client: SlackClient, wanted: _Rows, origin: SlackOrigin) -> AsyncIterator[RowSource]:
    """Fetch a table from Slack.

    Raises:
        ToldInSlackError: it is not there any more, or no table.
    """
    row_format = row_format_of(wanted.name)
    if row_format is None:
        raise ToldInSlackError(say(origin.locale, "merge-no-table", file=wanted.name))
    try:
        content = await content_of(client, {"id": wanted.file}, FILE_INPUT_BYTES)
    except SlackRefusedError as refusal:
        raise ToldInSlackError(say(origin.locale, "file-gone")) from refusal
    with tempfile.TemporaryFile() as file:
        file.write(content)
        yield RowSource(file, row_format)


async def _nothing(_: SlackTask) -> None:
    """Do nothing: the window was opened before the answer."""


async def _tell(task: SlackTask, text: str) -> None:
    """Change the message that was clicked."""
    container = task.payload.get("container", {})
    where = {"channel": container.get("channel_id"), "ts": container.get("message_ts")}
    await task.client.call("chat.update", **where, **message(text))


def _of_file(origin: SlackOrigin, wanted: _Rows, failure: RowsInvalidError) -> str:
    found = [f"{each.message} {each.suggestion or ''}".strip() for each in failure.diagnostics[:_TOLD]]
    return "\n".join([say(origin.locale, "merge-misfit", file=wanted.name), *(found or [str(failure)])])


def _report(locale: str, wanted: _Rows, report: RowsReport) -> tuple[str, list[Block]]:
    """Return the sentence and the blocks that tell of a check."""
    fits = report.total - report.failed
    known = {"file": escaped(wanted.name), "template": escaped(report.template.name), "total": report.total}
    text = say(locale, "merge-report" if report.failed else "merge-all-fit", fits=fits, failed=report.failed, **known)
    blocks = _problems(locale, report)
    if report.ignored:
        ignored = say(locale, "merge-ignored", columns=", ".join(map(escaped, report.ignored[:_TOLD])))
        blocks.append({"type": "section", "text": mrkdwn(ignored, SECTION_TEXT)})
    buttons = [_button(MERGE_CANCEL, "-", say(locale, "cancel"))]
    if fits:
        start = _button(MERGE_START, wanted.value, say(locale, "merge-start", count=fits))
        buttons.insert(0, {**start, "style": "primary"})
    return text, [*blocks, {"type": "actions", "elements": buttons}]


def _problems(locale: str, report: RowsReport) -> list[Block]:
    if not report.problems:
        return []
    lines = [
        say(
            locale,
            "merge-problem",
            row=each.row,
            column=f" {escaped(each.column)}:" if each.column else "",
            problem=escaped(f"{each.message}. {each.suggestion or ''}".strip()),
        )
        for each in report.problems[:_TOLD]
    ]
    more = [say(locale, "more", count=report.failed - _TOLD)] if report.failed > _TOLD else []
    return [{"type": "section", "text": mrkdwn("\n".join([*lines, *more]), SECTION_TEXT)}]


def _progress(locale: str, batch: Batch) -> str:
    done = batch.succeeded + batch.failed
    return say(locale, "merge-progress", template=escaped(batch.template_slug), done=done, total=batch.total)


def _end(locale: str, batch: Batch) -> str:
    key = "merge-end-failed" if batch.failed else "merge-end"
    template = escaped(batch.template_slug)
    return say(locale, key, template=template, made=batch.succeeded, failed=batch.failed, batch=batch.id)


def _button(action_id: str, value: str, text: str) -> Block:
    return {"type": "button", "action_id": action_id, "value": value, "text": plain(text, BUTTON_TEXT)}
