"""docs/how-to/coming-from.md: what it writes for DocGen is rendered, and shows what the page says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.word_fields import complex_field
from tests.word_files import lines_of, p, r, render_word, tbl, tc, tr, word_file

PAGE = (Path(__file__).parents[4] / "docs" / "how-to" / "coming-from.md").read_text(encoding="utf-8")
DATA: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
_CELL = re.compile(r"(?<!\\)\|")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Give the rows of all tables that say what they show: the program, there, here, and that."""
    for program, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        for line in re.findall(r"^\| (?!there |---)(.*) \|$", text, re.MULTILINE):
            there, here, shown = (cell.strip().replace("\\|", "|") for cell in _CELL.split(line))
            if shown:
                yield program, there, here, shown


ROWS = list(rows())
FIELDS = [
    (there, shown)
    for program, there, _, shown in ROWS
    if program == "Word mail merge" and re.match(r"`\{ (MERGEFIELD|IF) ", there)
]


def spans(cell: str) -> list[str]:
    """Return the pieces of code in a cell that stand for themselves."""
    return [code for code in re.findall(r"`([^`]+)`", cell) if not code.startswith('{"')]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shown_by(*blocks: str) -> str:
    """Render blocks and say what a reader sees, in one line."""
    lines = lines_of(render_word(word_file(*blocks), DATA, locale="en-GB"))
    seen = (" ".join(line.strip("| ").replace("\n", " / ").split()).replace(" | ", " ") for line in lines)
    return " / ".join(seen)


@pytest.mark.parametrize(("program", "there", "here", "shown"), ROWS)
def test_what_is_written_here_shows_what_the_page_says(program: str, there: str, here: str, shown: str) -> None:
    pieces = [escaped(piece) for piece in spans(here)]
    if "<br>" in here:
        assert shown_by(*map(p, pieces)) == shown
    elif len(pieces) == 2 and pieces[0].startswith("{% for"):
        assert shown_by(tbl(tr(*(tc(p(piece)) for piece in pieces)))) == shown
    else:
        assert [shown_by(p(piece)) for piece in pieces] == [shown] * len(pieces)


def word_fields(text: str) -> str:
    """Write runs with the fields of a text: what stands in braces is the code of a field."""
    return "".join(_field(piece) if piece.startswith("{") else r(piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    depth = start = 0
    for place, sign in enumerate(text):
        if sign == "{":
            if not depth and place > start:
                yield text[start:place]
            start = place if not depth else start
            depth += 1
        elif sign == "}":
            depth -= 1
            if not depth:
                yield text[start : place + 1]
                start = place + 1
    if start < len(text):
        yield text[start:]


def _field(text: str) -> str:
    return complex_field(*(_field(piece) if piece.startswith("{") else piece for piece in _pieces(text[1:-1])))


@pytest.mark.parametrize(("there", "shown"), FIELDS)
def test_fields_of_word_show_the_same(there: str, shown: str) -> None:
    assert shown_by(p(word_fields(spans(there)[0]))) == shown


def test_there_are_rows_of_every_program() -> None:
    assert len({program for program, *_ in ROWS}) == 4
    assert len(ROWS) > 45
    assert len(FIELDS) > 8
