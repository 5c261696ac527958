"""The model: a flat list of paragraphs and tables, each of which knows the list and the quotations it stands in."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What a paragraph is."""

    PLAIN = "plain"
    HEADING = "heading"
    CODE = "code"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one look; `url` makes it a link, `image` is the address of one, and the text its alt text.

    A line feed in the text is a line break. What is None or empty is as it is where the run stands; `underline` is a
    kind of line, `color` six hexadecimal digits, `highlight` the name of a colour, or # and such digits, `size` in half
    points, `style` the name of a style.
    """

    text: str
    bold: bool | None = None
    italic: bool | None = None
    underline: str = ""
    strike: bool | None = None
    code: bool = False
    vertical: str = ""
    url: str = ""
    image: str = ""
    color: str = ""
    highlight: str = ""
    size: int = 0
    font: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """The list that a paragraph stands in.

    `number` tells the lists of one text apart, `depth` counts lists around this one, `begins` says that the paragraph
    is the first of its item, and carries its number.
    """

    number: int
    depth: int
    ordered: bool
    start: int = 1
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `level` is that of a heading, `quotes` how many quotations are around it."""

    runs: tuple[Run, ...]
    kind: Kind = Kind.PLAIN
    level: int = 0
    item: Item | None = None
    quotes: int = 0

    @property
    def is_plain(self) -> bool:
        """Tell whether it is like any other text."""
        return self.kind is Kind.PLAIN and self.item is None and not self.quotes

    def without_item(self) -> "Paragraph":
        """Return the same paragraph outside of its list."""
        return replace(self, item=None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `align` is left, center, right or nothing.

    `columns` and `rows` say how many it covers; a cell of no rows goes on with the one above it.
    """

    blocks: "tuple[Block, ...]"
    is_head: bool = False
    align: str = ""
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows of cells, which need not be of one length. The first `heads` rows are its head."""

    rows: tuple[tuple[Cell, ...], ...]
    heads: int = 0
    item: Item | None = None
    quotes: int = 0

    @property
    def width(self) -> int:
        """How many columns it has."""
        return max(sum(cell.columns for cell in row) for row in self.rows)


Block: TypeAlias = Paragraph | Table
