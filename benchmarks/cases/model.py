"""A document as the benchmark thinks of it: paragraphs, one table, a header, a footer, perhaps a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the data, by its key."""

    key: str


Piece = str | Field


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text with values in it; every piece is a run of its own."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class RowLoop:
    """A table with a heading, and one row for each object in a list of the data."""

    rows: str
    columns: tuple[str, ...]


Block = Paragraph | RowLoop


@dataclass(frozen=True, slots=True)
class Document:
    """What a template of any dialect is written from."""

    body: tuple[Block, ...]
    header: tuple[Paragraph, ...] = ()
    footer: tuple[Paragraph, ...] = ()
    picture: bytes | None = None


def paragraph(*pieces: Piece) -> Paragraph:
    """Make a paragraph."""
    return Paragraph(pieces)


def expected_lines(blocks: tuple[Block, ...] | tuple[Paragraph, ...], data: Data) -> Iterator[str]:
    """Give the texts of the paragraphs, cells included, that a right document has."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield "".join(piece if isinstance(piece, str) else data[piece.key] for piece in block.pieces)
        else:
            yield from block.columns
            for row in data[block.rows]:
                yield from (row[column] for column in block.columns)
