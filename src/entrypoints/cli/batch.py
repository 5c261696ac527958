"""`docgen batch`: a document from each row of a table, without a server."""

import asyncio
import json
from argparse import Namespace
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from application.ports.row_reader import RowPlan, RowSource
from application.ports.template_renderer import TemplateSource
from application.row_spool import RowSpool
from application.use_cases.inspect_upload import InspectedUpload, TemplateUpload
from application.use_cases.prepare_rows import PrepareRowsCommand
from application.use_cases.render_rows import RenderedRow
from application.zip_stream import ZipStream
from domain.document import file_name_for
from domain.errors import InvalidRequestError, RowsInvalidError, TemplateInvalidError, UnsupportedMediaTypeError
from domain.formats import extension_of
from domain.render_request import RenderOptions
from domain.rows import ROWS_ADVICE, CheckedRow, RowFormat, RowProblem, RowWishes, row_format_of
from entrypoints.cli.assets import assets_of
from entrypoints.cli.batch_folder import BatchFolder, open_batch_folder
from entrypoints.cli.batch_report import BatchReport
from entrypoints.cli.files import new_file, read_template, wishes_of
from entrypoints.cli.interrupts import INTERRUPTED
from entrypoints.cli.output import print_diagnostics
from entrypoints.cli.progress import Progress, progress
from entrypoints.local import LocalBatch, build_local_batch

_STOP = "stop"


def run(options: Namespace) -> int:
    """Make the documents, those that are not there yet; 1 where a row has none."""
    options.data = options.rows
    local = build_local_batch(assets_of(options), options.workers)
    upload = read_template(options.template, local.limits.template_bytes)
    report = BatchReport(options)
    wishes = RowWishes(
        _mapping(options.mapping),
        options.key,
        options.unknown_columns == "ignore",
        options.sheet,
        options.encoding,
        options.delimiter,
    )
    row_format = _format_of(options.rows)
    with Path(options.rows).open("rb") as rows:
        batch = _Batch(local, options, report, upload)
        try:
            asyncio.run(batch.run(RowSource(rows, row_format), wishes))
        except KeyboardInterrupt:
            report.say_interrupted()
            return INTERRUPTED
    return report.say()


def _mapping(said: list[str]) -> dict[str, str | None]:
    mapping: dict[str, str | None] = {}
    for wish in said:
        column, sign, path = wish.partition("=")
        mapping |= {column.strip(): path.strip() or None} if sign else _mapping_in(wish)
    return mapping


def _mapping_in(path: str) -> dict[str, str | None]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(value is None or isinstance(value, str) for value in found.values()):
        reason = f"{path!r} is no JSON object of columns and paths: write {{'First name': 'customer.first_name'}}."
        raise InvalidRequestError("--mapping", reason.replace("'", '"'))
    return {name: value or None for name, value in found.items()}


def _format_of(path: str) -> RowFormat:
    found = row_format_of(Path(path).name)
    if found is None:
        advice = ROWS_ADVICE.get(extension_of(Path(path).name), "Rows are .csv, .tsv, .xlsx, .jsonl or .json files.")
        raise UnsupportedMediaTypeError(f"{path!r} is not a kind of file that rows are read from. {advice}")
    return found


class _Batch:
    """One run: the template, then all rows into the spool, then their documents."""

    def __init__(self, local: LocalBatch, options: Namespace, report: BatchReport, upload: TemplateUpload) -> None:
        self._local = local
        self._options = options
        self._report = report
        self._upload = upload

    async def run(self, source: RowSource, wishes: RowWishes) -> None:
        """Do all of it.

        Raises:
            DocGenError: the template, the file or a row does not do.
        """
        async with self._local.workers:
            inspected = await self._inspected()
            command = self._command(inspected, source, wishes)
            with RowSpool() as spool:
                if self._options.check:
                    await self._check(command, spool, {})
                    return
                with open_batch_folder(
                    Path(self._options.output_dir),
                    self._made_from(inspected.source, command.options),
                    now_given=self._options.now is not None,
                    overwrite=self._options.overwrite,
                ) as folder:
                    begun = replace(command.options, now=datetime.fromisoformat(folder.now))
                    await self._make(replace(command, options=begun), spool, folder)

    async def _inspected(self) -> InspectedUpload:
        inspected = await self._local.inspect_upload(self._upload)
        found = inspected.inspection.diagnostics
        if not inspected.ok:
            name = self._options.template
            message = f"The template {name!r} does not work as it is: mend what the diagnostics name."
            raise TemplateInvalidError(message, found)
        if not self._options.json:
            print_diagnostics(found, as_json=False, ok=True)
        return inspected

    def _command(self, inspected: InspectedUpload, source: RowSource, wishes: RowWishes) -> PrepareRowsCommand:
        said = replace(wishes_of(self._options, self._options.format), file_name=self._options.file_name)
        options = self._local.defaults.complete(said, inspected.source.format, None, self._local.clock.now())
        return PrepareRowsCommand(inspected.source, inspected.inspection.placeholders, source, wishes, options)

    def _made_from(self, template: TemplateSource, options: RenderOptions) -> dict[str, object]:
        """Say what the documents are made from; when any of it changes, they are other documents."""
        return {
            "template": self._upload.file_name,
            "template_sha256": template.sha256,
            "output": options.output,
            "locale": options.locale,
            "timezone": options.timezone,
            "missing": options.missing,
            "file_name": options.file_name,
            "key": self._options.key,
            "now": options.now.isoformat(),
        }

    async def _make(self, command: PrepareRowsCommand, spool: RowSpool, folder: BatchFolder) -> None:
        failed: dict[int, str] = {}
        await self._check(command, spool, failed, folder)
        if failed and self._options.on_error == _STOP:
            self._refuse()
        report = self._report
        columns = {} if report.facts is None else report.facts.by_pointer()
        with progress("Rendering", "documents", spool.rows) as bar:
            async with aclosing(self._rendered(command, spool, folder, bar)) as rendered:
                async for row in rendered:
                    self._keep(row, command.options, columns, folder, failed)
                    bar.update()
                    if report.failed:
                        bar.set_postfix_str(f", {report.failed:,} failed")
                    if row.failure is not None and self._options.on_error == _STOP:
                        report.is_stopped = True
                        break
        report.changed = folder.changed
        if self._options.zip and not report.is_stopped:
            self._write_zip(command.options, spool, folder)
        if failed:
            await self._write_failed(command, folder, failed)
        else:
            folder.forget_failed_rows(Path(self._options.rows))

    def _write_zip(self, options: RenderOptions, spool: RowSpool, folder: BatchFolder) -> None:
        """Put the documents into a zip, which is there when it is whole."""
        path = Path(self._options.zip)
        archive = ZipStream(options.now)
        with new_file(path) as file, progress("Zipping", "documents", spool.rows) as bar:
            for row in spool.read():
                document = folder.document(row)
                if document is not None:
                    content = document.read_bytes()
                    file.write(archive.add(document.name, options.output, content))
                bar.update()
            file.write(archive.end())
        self._report.zip = path

    async def _check(
        self, command: PrepareRowsCommand, spool: RowSpool, failed: dict[int, str], folder: BatchFolder | None = None
    ) -> None:
        """Read all rows, and keep those that can be rendered."""
        report = self._report
        with progress("Checking", "rows") as bar:
            async with self._local.prepare_rows(command) as rows:
                report.facts = rows.facts
                async for row in rows:
                    report.rows += 1
                    bar.update()
                    if row.problems:
                        report.fail(row.problems)
                        failed[row.row] = " ".join(_sentence(problem) for problem in row.problems)
                        if folder is not None and self._options.on_error != _STOP:
                            folder.fail(row, row.problems[0].code, failed[row.row])
                    elif row.repeats is not None:
                        report.repeated += 1
                    else:
                        spool.add(row)

    def _refuse(self) -> None:
        report = self._report
        rows = f"{report.failed:,} of {report.rows:,} rows" if report.failed > 1 else f"One of {report.rows:,} rows"
        message = (
            f"{rows} cannot be rendered, and nothing was: correct them, "
            "or give --on-error continue to make the other documents."
        )
        raise RowsInvalidError(message, (), report.problems, report.failed)

    def _rendered(
        self, command: PrepareRowsCommand, spool: RowSpool, folder: BatchFolder, bar: Progress
    ) -> AsyncGenerator[RenderedRow, None]:
        async def unfinished() -> AsyncIterator[CheckedRow]:
            for row in spool.read():
                if folder.finished(row):
                    self._report.kept += 1
                    bar.update()
                else:
                    yield row

        return self._local.render_rows(command.template, command.options, unfinished())

    def _keep(
        self,
        row: RenderedRow,
        options: RenderOptions,
        columns: Mapping[str, str],
        folder: BatchFolder,
        failed: dict[int, str],
    ) -> None:
        report, checked = self._report, row.row
        if row.document is not None:
            stem = Path(self._upload.file_name).stem
            wish = row.document.file_name or f"{stem}-{checked.key or checked.row}"
            folder.keep(checked, file_name_for(wish, options.output), row.document.content)
            report.made += 1
            report.warn(row.document.diagnostics)
        elif row.failure is not None:
            found = row.failure.diagnostics or RowsInvalidError.of_file(row.failure.code, str(row.failure)).diagnostics
            report.fail([RowProblem.of(checked.row, each, columns) for each in found])
            failed[checked.row] = str(row.failure)
            folder.fail(checked, row.failure.code, str(row.failure))

    async def _write_failed(self, command: PrepareRowsCommand, folder: BatchFolder, failed: dict[int, str]) -> None:
        plan = RowPlan((), command.wishes, command.options.locale)
        is_json = command.rows.format in (RowFormat.JSON, RowFormat.JSONL)
        with folder.failed_rows(".jsonl" if is_json else ".csv", Path(self._options.rows)) as (file, path):
            async with self._local.reader.copy(command.rows, plan, failed) as pieces:
                async for piece in pieces:
                    file.write(piece)
            self._report.failed_rows = path


def _sentence(problem: RowProblem) -> str:
    column = f"{problem.column}: " if problem.column else ""
    return f"{column}{problem.message}."
