"""Rows are checked before any is rendered, and rendered each for itself."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from adapters.rendering.in_process import InProcessRenderer
from application.in_order import in_order
from application.ports.row_reader import RowSource
from application.use_cases.prepare_rows import PrepareRows, PrepareRowsCommand
from application.use_cases.render_rows import RenderRows
from domain.document import UniqueNames
from domain.errors import InvalidRequestError, RowsInvalidError
from domain.rows import CheckedRow, RowFormat, RowWishes
from tests.contracts.template_renderer import options, source_of
from tests.fakes.row_reader import InMemoryRowReader
from tests.fakes.template_renderer import RecordingRenderer

RENDERER = InProcessRenderer()


async def command(template: str, content: str, *, file_name: str | None = None, **wishes: str) -> PrepareRowsCommand:
    source = source_of(template)
    placeholders = (await RENDERER.inspect(source)).placeholders
    rows = RowSource(io.BytesIO(content.encode()), RowFormat.CSV)
    return PrepareRowsCommand(source, placeholders, rows, RowWishes(**wishes), options(file_name=file_name))


async def checked(template: str, content: str, *, file_name: str | None = None, **wishes: str) -> list[CheckedRow]:
    wish = await command(template, content, file_name=file_name, **wishes)
    async with PrepareRows(InMemoryRowReader(), RENDERER, at_once=3)(wish) as rows:
        return [row async for row in rows]


def told(rows: list[CheckedRow]) -> list[list[tuple[str, str | None]]]:
    return [[(problem.code, problem.column) for problem in row.problems] for row in rows]


async def test_what_the_template_can_do_without_is_not_missed() -> None:
    rows = await checked("{% if paid %}{{ day }}{% endif %}{{ name }}", "paid,day,name\nno,,a\nyes,,b\nyes,x,c\n")
    assert told(rows) == [[], [("missing-value", "day")], []]


async def test_what_does_not_fit_its_kind_is_told_in_words_of_the_table() -> None:
    rows = await checked("{{ n * 2 }}{{ d | date }}", "n,d\n1,2026-01-31\nx,soon\n")
    assert told(rows) == [[], [("bad-value", "n"), ("bad-value", "d")]]
    assert rows[1].problems[0].value_type == "text"


async def test_a_row_that_is_in_doubt_is_tried_and_all_that_the_template_says_is_told() -> None:
    template = "{{ {'a': 1}[letter] }}{% if other %}{{ other }}{% endif %}{{ n }}"
    rows = await checked(template, "letter,other,n\na,,1\nb,x,\n")
    assert told(rows) == [[], [("missing-value", "n"), ("missing-value", None)]]
    assert "the list[b]" in rows[1].problems[1].message


async def test_the_same_key_with_the_same_data_is_one_document_and_with_other_data_a_mistake() -> None:
    rows = await checked("{{ name }}", "no,name\n1,a\n2,b\n1,a\n2,c\n", key="no")
    assert [(row.row, row.repeats) for row in rows] == [(2, None), (3, None), (4, 2), (5, None)]
    assert told(rows) == [[], [], [], [("duplicate-key", None)]]


async def test_the_pattern_of_the_names_knows_columns_that_the_template_does_not() -> None:
    rows = await checked("{{ name }}", "name,team\na,x\nb,\n", file_name="{{ team }}-{{ row }}")
    assert rows[0].data == b'{"name":"a","team":"x"}'
    assert told(rows) == [[], [("missing-value", "team")]]
    with pytest.raises(RowsInvalidError, match="does not use the column 'team'"):
        await checked("{{ name }}", "name,team\na,x\n")


async def test_a_pattern_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"file_name: .* never closed"):
        await checked("{{ name }}", "name\na\n", file_name="{{ name")


async def test_rows_that_do_by_their_values_alone_are_not_tried() -> None:
    renderer = RecordingRenderer(RENDERER)
    wish = await command("{{ name }}", "name\n" + "a\n" * 50)
    async with PrepareRows(InMemoryRowReader(), renderer, at_once=3)(wish) as rows:
        assert len([row async for row in rows]) == 50
    assert renderer.sources == []


async def given(rows: list[CheckedRow]) -> AsyncIterator[CheckedRow]:
    for row in rows:
        yield row


async def test_a_row_that_fails_fails_alone_and_the_order_stays() -> None:
    rows = [CheckedRow(number, b'{"n": %d}' % (number - 4), "") for number in range(2, 9)]
    render = RenderRows(RENDERER, at_once=3)
    async with aclosing(render(source_of("{{ 6 / n }}"), options(file_name="{{ row }}"), given(rows))) as rendered:
        made = [row async for row in rendered]
    assert [row.row.row for row in made] == list(range(2, 9))
    assert [row.document and row.document.file_name for row in made] == ["2", "3", None, "5", "6", "7", "8"]
    assert made[2].failure is not None


async def test_things_come_in_their_order_and_what_is_under_way_ends_with_the_iterator() -> None:
    begun: list[int] = []
    ended: list[int] = []
    gates = {number: asyncio.Event() for number in range(10)}

    async def numbers() -> AsyncIterator[int]:
        for number in gates:
            yield number

    async def work(number: int) -> int:
        begun.append(number)
        try:
            await gates[number].wait()
        finally:
            ended.append(number)
        return -number

    for number in (2, 1, 0):
        gates[number].set()
    async with aclosing(in_order(numbers(), work, 4)) as results:
        found = [await anext(results), await anext(results), await anext(results)]
    assert found == [(0, 0), (1, -1), (2, -2)]
    assert sorted(ended) == sorted(begun)
    assert len(begun) <= 7


def test_names_are_told_apart_by_more_than_capitals(tmp_path: Path) -> None:
    names = UniqueNames(["a.txt"])
    wished = ["A.txt", "b.txt", "B.txt", "b.txt", "b-2.txt", "Å.txt", "Å.txt"]
    taken = [names.take(name) for name in wished]
    assert taken == ["A-2.txt", "b.txt", "B-2.txt", "b-3.txt", "b-2-2.txt", "Å.txt", "Å-2.txt"]
    names.give_back("b.txt")
    assert names.take("B.txt") == "B.txt"
