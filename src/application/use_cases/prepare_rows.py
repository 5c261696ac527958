"""Read the rows of a batch and say of each whether it can be rendered, before any of them is."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from application.in_order import in_order
from application.ports.row_reader import OpenedRows, PreparedRow, RowPlan, RowReader, RowSource, TableFacts
from application.ports.template_renderer import TemplateRenderer, TemplateSource
from domain.diagnostics import Diagnostic, Severity
from domain.errors import InvalidRequestError
from domain.formats import TemplateFormat
from domain.placeholder import Placeholder
from domain.render_request import RenderOptions
from domain.rows import CheckedRow, RowProblem, RowWishes

# What a pattern of file names may hold beside the data.
_ROW: Final = "row"


@dataclass(frozen=True, slots=True)
class PrepareRowsCommand:
    """Rows for one version of a template; `options` hold the pattern of file names where there is one."""

    template: TemplateSource
    placeholders: Sequence[Placeholder]
    rows: RowSource
    wishes: RowWishes
    options: RenderOptions


class CheckedRows:
    """The rows of a file that fits the template; iterate it once, in their order."""

    def __init__(self, opened: OpenedRows, checked: AsyncIterator[CheckedRow]) -> None:
        self._opened = opened
        self._checked = checked

    @property
    def facts(self) -> TableFacts:
        """How the file was read."""
        return self._opened.facts

    def __aiter__(self) -> AsyncIterator[CheckedRow]:
        """Yield the rows; raises what OpenedRows raises."""
        return self._checked


class PrepareRows:
    """Every row is read, led to the template's data, and tried where only the template itself can tell.

    Most rows are known to do by their values alone. Where a value is missing that the template may do without, does not
    fit what it was inferred to be, or is under rules of the author, the template decides: the row is validated.
    The same key with the same data is the same document; with other data it is a mistake.
    """

    def __init__(self, reader: RowReader, renderer: TemplateRenderer, at_once: int) -> None:
        self._reader = reader
        self._renderer = renderer
        self._at_once = at_once

    async def _plan(self, command: PrepareRowsCommand) -> RowPlan:
        """Return what rows are to become: data for the template, and for the pattern of file names.

        Raises:
            InvalidRequestError: the pattern cannot be one.
        """
        named = await self._named(command)
        known = {placeholder.path for placeholder in command.placeholders}
        added = [placeholder for placeholder in named if placeholder.path not in known | {_ROW}]
        return RowPlan((*command.placeholders, *added), command.wishes, command.options.locale)

    @asynccontextmanager
    async def __call__(self, command: PrepareRowsCommand) -> AsyncIterator[CheckedRows]:
        """Open the file.

        Raises:
            InvalidRequestError: the pattern of file names cannot be one.
            RowsInvalidError, TimeLimitError: see RowReader.
        """
        async with self._reader.open(command.rows, await self._plan(command)) as opened:
            columns = opened.facts.by_pointer()

            async def check(row: PreparedRow) -> tuple[RowProblem, ...]:
                return await self._problems(command, row, columns)

            async with aclosing(in_order(_one_by_one(opened), check, self._at_once)) as checked:
                yield CheckedRows(opened, _without_repeats(checked))

    async def _named(self, command: PrepareRowsCommand) -> tuple[Placeholder, ...]:
        pattern = command.options.file_name
        if pattern is None:
            return ()
        content = pattern.encode("utf-8", "replace")

        async def load() -> bytes:
            return content

        digest = hashlib.sha256(content).hexdigest()
        source = TemplateSource(TemplateFormat.TEXT, digest, load, command.template.workspace_id)
        inspection = await self._renderer.inspect(source)
        for found in inspection.diagnostics:
            if found.severity is Severity.ERROR:
                raise InvalidRequestError("file_name", f"{found.message} {found.suggestion or ''}".strip())
        return tuple(replace(placeholder, required=True) for placeholder in inspection.placeholders)

    async def _problems(
        self, command: PrepareRowsCommand, row: PreparedRow, columns: Mapping[str, str]
    ) -> tuple[RowProblem, ...]:
        if row.problems or not row.doubtful:
            return row.problems
        options = replace(command.options, row=row.row)
        found = await self._renderer.validate(command.template, row.data, options)
        return tuple(_confirmed(row, [each for each in found if each.severity is Severity.ERROR], columns))


async def _one_by_one(opened: OpenedRows) -> AsyncIterator[PreparedRow]:
    async for rows in opened:
        for row in rows:
            yield row


async def _without_repeats(
    checked: AsyncIterator[tuple[PreparedRow, tuple[RowProblem, ...]]],
) -> AsyncIterator[CheckedRow]:
    first: dict[str, tuple[int, bytes]] = {}
    async for row, problems in checked:
        digest = hashlib.sha256(row.data)
        made = CheckedRow(row.row, row.data, digest.hexdigest(), row.key, problems)
        if row.key is not None and not problems:
            number, known = first.setdefault(row.key, (row.row, digest.digest()))
            if number != row.row:
                same = known == digest.digest()
                made = replace(made, repeats=number) if same else replace(made, problems=(_differs(row, number),))
        yield made


def _differs(row: PreparedRow, number: int) -> RowProblem:
    message = f"has the key {row.key!r} of row {number}, and other data"
    return RowProblem(row.row, "duplicate-key", message, "Give one of them another key.")


def _confirmed(row: PreparedRow, errors: Sequence[Diagnostic], columns: Mapping[str, str]) -> Iterator[RowProblem]:
    """Say what is wrong with a row that the template refuses: in the words of the reader where it has some."""
    if not errors:
        return
    told = [doubt for doubt in row.doubts if doubt.code != "missing-value" or _is_missed(doubt, errors)]
    yield from told
    pointers = {doubt.pointer for doubt in told if doubt.pointer}
    for error in errors:
        known = error.pointer is not None and any(_within(pointer, error.pointer) for pointer in pointers)
        if not known:
            yield RowProblem.of(row.row, error, columns)


def _is_missed(doubt: RowProblem, errors: Sequence[Diagnostic]) -> bool:
    return any(
        error.code == "missing-value" and doubt.pointer and error.pointer and _within(doubt.pointer, error.pointer)
        for error in errors
    )


def _within(pointer: str, outer: str) -> bool:
    """Tell whether a place in the data is another one, or lies in it."""
    return pointer == outer or pointer.startswith(f"{outer}/")
