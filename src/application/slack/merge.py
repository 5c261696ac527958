"""Mail merge from Slack: a table is checked first, and made into documents when somebody says so."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import BinaryIO, Final

from application.caller import Caller
from application.defaults import RenderWishes
from application.ports.clock import Clock
from application.ports.row_reader import RowPlan, RowReader, RowSource
from application.ports.slack_api import SlackBusyError, SlackClient, SlackRefusedError
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.slack.files import content_of, is_shared, uploaded
from application.slack.library_texts import say
from application.slack.merge_views import TOLD, Table, end_of, merge_view, progress_of, report_of
from application.slack.names import MERGE, MERGE_CANCEL, MERGE_PICK, MERGE_START, MERGE_VIEW
from application.slack.payloads import action_of, view_of_payload
from application.slack.people import date_in_slack, known_person
from application.slack.routes import SlackRoute, SlackTask
from application.slack.told import NotYetError, ToldInSlackError
from application.slack.views import message
from application.slack.waiting import PASSES_BY_IN_SLACK
from application.slack_forms.limits import (
    FILE_INPUT_BYTES,
)
from application.slack_forms.texts import one_line
from application.use_cases.archive_batch import ArchiveBatch
from application.use_cases.check_rows import CheckRows, CheckRowsCommand
from application.use_cases.create_batch import CreateBatch, CreateBatchCommand
from application.use_cases.link_archive import LinkArchive
from domain.batch import ENDED, Batch, ItemStatus, OnError
from domain.errors import NotFoundError, RowsInvalidError
from domain.exact_json import read_exact, write_exact
from domain.identifiers import BATCH_PREFIX, BatchId
from domain.rows import RowWishes, row_format_of
from domain.scope import Scope
from domain.slack_draft import SlackDraft, SlackOrigin
from domain.template import TemplateStatus

# Between two looks at a batch, and two edits of the message that tells how far it is.
_SECONDS: Final = 2.0
_PAGE: Final = 500
_NAME: Final = 150
_MEGABYTE: Final = 1_000_000


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
        link_archive: LinkArchive,
        reader: RowReader,
        clock: Clock,
        most_bytes: int,
        public_url: str | None,
    ) -> None:
        """Take how large an archive may be that is uploaded, and where the service is reached (for links)."""
        self._units_of_work = units_of_work
        self._check_rows = check_rows
        self._create_batch = create_batch
        self._archive = archive
        self._link_archive = link_archive
        self._public_url = public_url
        self._reader = reader
        self._clock = clock
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
        wanted = Table(str(files[0].get("id")), name, str(chosen.get("value")))
        origin = await known_person(task.client, task.origin)
        async with _opened(task.client, wanted, origin) as source:
            wishes = RenderWishes(timezone=origin.timezone)
            command = CheckRowsCommand(task.intent.workspace_id, wanted.template, source, wishes)
            try:
                report = await self._check_rows(command)
            except RowsInvalidError as failure:
                raise ToldInSlackError(_of_file(origin, wanted, failure)) from failure
        text, blocks = report_of(origin.locale, replace(wanted, version=report.version), report)
        await task.client.call("chat.postMessage", channel=origin.user_id, unfurl_links=False, **message(text, *blocks))

    async def start(self, task: SlackTask) -> None:
        """Make the documents, and tell how far they are until they are there.

        Raises:
            NotYetError: they are not all there; it is to be looked at again.
        """
        try:
            await self._go_on(task)
        except PASSES_BY_IN_SLACK as failure:  # however long it goes on, a bad moment does not end it
            seconds = failure.seconds if isinstance(failure, SlackBusyError) else _SECONDS
            raise NotYetError(str(failure), seconds) from failure

    async def _go_on(self, task: SlackTask) -> None:
        said = read_exact(str(action_of(task.payload).get("value")))
        wanted = Table(said["file"], said["name"], said["template"], said["version"])
        origin = await known_person(task.client, task.origin)
        caller = replace(task.caller, scopes=task.caller.scopes | {Scope.BATCHES_CREATE, Scope.BATCHES_READ})
        batch = await self._batch(task, caller, wanted, origin)
        if batch.status not in ENDED:
            await _tell(task, progress_of(origin.locale, batch))
            raise NotYetError(f"The batch {batch.id} is not ready yet.", _SECONDS)
        sent = await self._send(task, caller, wanted, batch, origin)
        await _tell(task, "\n".join([end_of(origin.locale, batch), *sent]))
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            await unit.slack_drafts.remove(task.draft_id)
            await unit.commit()

    async def cancel(self, task: SlackTask) -> None:
        """Leave it at the report."""
        origin = await known_person(task.client, task.origin)
        await _tell(task, say(origin.locale, "cancelled"))

    async def _batch(self, task: SlackTask, caller: Caller, wanted: Table, origin: SlackOrigin) -> Batch:
        """Return the batch of a click, which is begun if it was not."""
        batch_id = BatchId(BATCH_PREFIX + task.intent.id[3:])
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            try:
                return await unit.batches.get(batch_id)
            except NotFoundError:
                template = await unit.templates.get(wanted.template)
        if template.status is TemplateStatus.ARCHIVED:
            raise ToldInSlackError(say(origin.locale, "merge-archived", template=template.name))
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
        self, task: SlackTask, caller: Caller, wanted: Table, batch: Batch, origin: SlackOrigin
    ) -> list[str]:
        """Upload the documents as one archive, and the rows that failed; return sentences about what is not there."""
        channel, sent = str(task.payload.get("container", {}).get("channel_id")), list[str]()
        if batch.succeeded:
            archive = await self._archive(caller.workspace_id, batch.id)
            with tempfile.TemporaryFile() as file:
                async with aclosing(archive.pieces) as pieces:
                    async for piece in pieces:
                        file.write(piece)
                        if file.tell() > self._most_bytes:
                            break
                if file.tell() > self._most_bytes:
                    sent.append(await self._linked(caller, batch, origin))
                else:
                    await self._share(task, "archive", archive.file_name, file, channel)
        if batch.failed:
            try:
                async with _opened(task.client, wanted, origin) as source:
                    await self._failed_rows(task, batch, source, origin, channel)
            except ToldInSlackError as failure:
                sent.append(str(failure))
        return sent

    async def _linked(self, caller: Caller, batch: Batch, origin: SlackOrigin) -> str:
        """Say where an archive that is too large can be fetched for a while."""
        reason = say(origin.locale, "merge-large", size=f"{self._most_bytes / _MEGABYTE:g}")
        if self._public_url is None:
            return f"{reason} {say(origin.locale, 'merge-no-address', batch=batch.id)}"
        link = await self._link_archive(caller, batch.id)
        until = date_in_slack(link.expires_at, "{date_short_pretty}")
        address = f"{self._public_url}{link.address}"
        return f"{reason} {say(origin.locale, 'merge-link', link=address, until=until)}"

    async def _failed_rows(
        self, task: SlackTask, batch: Batch, source: RowSource, origin: SlackOrigin, channel: str
    ) -> None:
        failed = await self._failures(batch)
        plan = RowPlan((), RowWishes(), batch.options.locale)
        with tempfile.TemporaryFile() as file:
            async with self._reader.copy(source, plan, failed) as pieces:
                async for piece in pieces:
                    file.write(piece)
            name = say(origin.locale, "merge-failed-file", template=batch.template_slug)
            await self._share(task, "failed", name, file, channel)

    async def _share(self, task: SlackTask, what: str, name: str, file: BinaryIO, channel: str) -> None:
        """Show a file once: its id is written down before, and a later attempt asks what became of it."""
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            known = await self._sent(unit, task)
        file_id = known.get(what)
        if file_id is not None and await is_shared(task.client, file_id):
            return
        file_id = await uploaded(task.client, name, file)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            data = write_exact({**known, what: file_id}).encode()
            now = self._clock.now()
            draft = SlackDraft(
                task.draft_id, task.intent.workspace_id, task.origin, task.intent.request_id, now, now, data=data
            )
            await unit.slack_drafts.put(draft)
            await unit.commit()
        files = [{"id": file_id, "title": name}]
        await task.client.call("files.completeUploadExternal", files=files, channel_id=channel)

    @staticmethod
    async def _sent(unit: UnitOfWork, task: SlackTask) -> dict[str, str]:
        """Return the ids of files by what they are, as far as an earlier attempt has come."""
        try:
            draft = await unit.slack_drafts.get(task.draft_id)
        except NotFoundError:
            return {}
        return dict(read_exact(draft.data.decode()))

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


@asynccontextmanager
async def _opened(client: SlackClient, wanted: Table, origin: SlackOrigin) -> AsyncIterator[RowSource]:
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


def _of_file(origin: SlackOrigin, wanted: Table, failure: RowsInvalidError) -> str:
    found = [f"{each.message} {each.suggestion or ''}".strip() for each in failure.diagnostics[:TOLD]]
    return "\n".join([say(origin.locale, "merge-misfit", file=wanted.name), *(found or [str(failure)])])
