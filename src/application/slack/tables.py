"""Rows of a list that a form takes from a CSV or XLSX file."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from application.ports.row_reader import RowPlan, RowReader, RowSource
from application.ports.slack_api import SlackClient
from application.slack.files import content_of
from application.slack_forms.absent import FILE, has_marks, marked
from application.slack_forms.limits import FILE_INPUT_BYTES
from application.slack_forms.widgets import Widget
from domain.data_path import Each, Step, format_path, parse_path
from domain.errors import InvalidRequestError
from domain.exact_json import read_exact
from domain.placeholder import Placeholder
from domain.rows import RowProblem, RowWishes, row_format_of
from domain.schema import JsonObject

# What is wrong with rows is told of so many.
_TOLD: Final = 5


class ReadFormTables:
    """Puts the rows of uploaded files in place of the marks that stand for them."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader

    async def __call__(
        self, client: SlackClient, data: JsonObject, placeholders: Iterable[Placeholder], locale: str
    ) -> JsonObject:
        """Read the files, as people of a locale write.

        Raises:
            InvalidRequestError: a row does not fit; it says which, and why.
            RowsInvalidError: the file, or its columns, do not fit.
            PayloadTooLargeError: it is larger than Slack's forms take.
            SlackError: Slack does not give the file.
        """
        read = await self._within(client, data, (), tuple(placeholders), locale)
        return dict(read)

    async def _within(
        self,
        client: SlackClient,
        data: Mapping[str, Any],
        path: tuple[Step, ...],
        placeholders: tuple[Placeholder, ...],
        locale: str,
    ) -> Mapping[str, Any]:
        made: dict[str, Any] = {}
        for name, value in data.items():
            file = marked(value, FILE)
            if file and file.get("as") == Widget.TABLE:
                below = _of_rows(placeholders, (*path, name, Each.ITEM))
                made[name] = await self._rows(client, file, below, locale)
            elif isinstance(value, dict) and not file:
                made[name] = await self._within(client, value, (*path, name), placeholders, locale)
            else:
                made[name] = value
        return made

    async def _rows(
        self, client: SlackClient, file: Mapping[str, Any], placeholders: list[Placeholder], locale: str
    ) -> list[Any]:
        name = str(file.get("name") or file["id"])
        row_format = row_format_of(name)
        if row_format is None:
            raise InvalidRequestError(name, "it is no table: upload a CSV or XLSX file.")
        rows, problems = list[Any](), list[RowProblem]()
        with tempfile.TemporaryFile() as content:
            content.write(await content_of(client, file, FILE_INPUT_BYTES))
            plan = RowPlan(placeholders, RowWishes(), locale)
            async with self._reader.open(RowSource(content, row_format), plan) as opened:
                async for some in opened:
                    for row in some:
                        problems += (*row.problems, *row.doubts)
                        rows.append(read_exact(row.data.decode()))
        if problems:
            raise InvalidRequestError(name, told(problems))
        refuse_marks(name, rows)
        return rows


def refuse_marks(name: str, value: Any) -> None:
    """Refuse what would have the app read files of others: what comes out of a file holds no marks.

    Raises:
        InvalidRequestError: it does.
    """
    if has_marks(value):
        raise InvalidRequestError(name, "names that begin with $slack are not allowed in it.")


def told(problems: list[RowProblem]) -> str:
    """Say what is wrong with rows, of the first of them."""
    said = [
        f"row {each.row}{f', {each.column}' if each.column else ''}: {each.message}."
        + (f" {each.suggestion}" if each.suggestion else "")
        for each in problems[:_TOLD]
    ]
    more = [f"There are {len(problems) - _TOLD} more findings."] if len(problems) > _TOLD else []
    return " ".join([*said, *more])


def _of_rows(placeholders: Iterable[Placeholder], above: tuple[Step, ...]) -> list[Placeholder]:
    """Return the placeholders of one row, as if it were the data as a whole."""
    found: list[Placeholder] = []
    for each in placeholders:
        steps = parse_path(each.path)
        if steps[: len(above)] == above and len(steps) > len(above):
            found.append(replace(each, path=format_path(steps[len(above) :])))
    return found
