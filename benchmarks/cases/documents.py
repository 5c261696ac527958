"""The four cases: a letter, an invoice, a report and a contract, with their data."""

import json
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.cases.dialects import DIALECTS, Dialect
from benchmarks.cases.model import Block, Data, Document, Field, Paragraph, RowLoop, expected_lines, paragraph
from benchmarks.cases.package import cell, row, run, word_file

_TEXT: Final = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/>'
_SMALL: Final = (
    '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:color w:val="333333"/><w:sz w:val="18"/>'
)
_WORDS: Final = (
    *("the", "parties", "agree", "that", "each", "delivery", "of", "goods", "under", "this", "contract", "takes"),
    *("place", "at", "the", "address", "which", "is", "named", "in", "the", "order", "unless", "both", "sides"),
    *("have", "put", "down", "in", "writing", "before", "that", "another", "place", "or", "another", "day", "is"),
    "meant",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A document and the data that goes into it."""

    name: str
    about: str
    document: Document
    data: Data

    def template(self, dialect: str) -> bytes:
        """Return the template in an engine's words."""
        words, document = DIALECTS[dialect], self.document
        return word_file(
            "".join(_written(block, words) for block in document.body),
            "".join(_written(block, words) for block in document.header),
            "".join(_written(block, words) for block in document.footer),
            document.picture,
        )

    def data_json(self) -> bytes:
        """Return the data as JSON."""
        return json.dumps(self.data, ensure_ascii=False).encode()

    def lines(self) -> dict[str, list[str]]:
        """Return the texts that the finished document has, by part."""
        document = self.document
        return {
            "word/document.xml": [line for line in expected_lines(document.body, self.data) if line],
            "word/header1.xml": list(expected_lines(document.header, self.data)),
            "word/footer1.xml": list(expected_lines(document.footer, self.data)),
        }


def _written(block: Block, dialect: Dialect) -> str:
    if isinstance(block, Paragraph):
        runs = (
            run(piece, _TEXT) if isinstance(piece, str) else dialect.value(piece.key, _TEXT) for piece in block.pieces
        )
        return f'<w:p><w:pPr><w:spacing w:after="120"/></w:pPr>{"".join(runs)}</w:p>'
    grid = '<w:gridCol w:w="1500"/>' * len(block.columns)
    heading = row("".join(cell(run(column, _SMALL)) for column in block.columns))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{heading}'
        f"{dialect.rows(block.rows, block.columns, _SMALL)}</w:tbl>"
    )


def _letter() -> Case:
    keys = [
        *("sender", "recipient", "street", "town", "country", "day", "subject", "salutation", "product", "amount"),
        *("deadline", "contact", "phone", "closing", "signature"),
    ]
    data = {key: f"the {key} of <Ada & Sons> no. {number}" for number, key in enumerate(keys)}
    body = [paragraph("About the ", key, ": ", Field(key), ", as we wrote to you.") for key in keys[2:-2]]
    document = Document(
        tuple(body), (paragraph("From ", Field("sender")), paragraph("To ", Field("recipient"))),
        (paragraph(Field("closing"), ", ", Field("signature")),),
    )  # fmt: skip
    return Case("letter", "15 placeholders, header and footer", document, data)


def table(name: str, about: str, rows: int, columns: tuple[str, ...]) -> Case:
    """Make a case of one table."""
    data: Data = {"customer": "Ada & Sons", "number": f"2026-{rows}"}
    data["items"] = [{column: f"{column} {index} of the {name}" for column in columns} for index in range(rows)]
    body: tuple[Block, ...] = (
        paragraph("For ", Field("customer")),
        RowLoop("items", columns),
        paragraph("Thank you, ", Field("customer"), "."),
    )
    return Case(name, about, Document(body, (paragraph("No. ", Field("number")),)), data)


def _contract() -> Case:
    chance = random.Random(1)
    data = {f"term_{number}": f"value {number} & more" for number in range(30)}
    body = tuple(_clauses(chance))
    picture = _png(600, chance)
    document = Document(body, (paragraph("Contract with ", Field("term_0")),), (), picture)
    return Case("contract", "148 pages of fixed text, 30 placeholders, 1 MB of picture", document, data)


def _clauses(chance: random.Random) -> Iterator[Paragraph]:
    for number in range(1_512):
        text = f"§ {number} " + " ".join(chance.choices(_WORDS, k=60)) + ". "
        yield paragraph(text, Field(f"term_{number // 51}"), ".") if number % 51 == 0 else paragraph(text)


def _png(side: int, chance: random.Random) -> bytes:
    """Return a picture that cannot be compressed: noise (PNG, 8 bits a colour; W3C PNG, 11.2)."""

    def chunk(kind: bytes, contents: bytes) -> bytes:
        checked = kind + contents
        return struct.pack(">I", len(contents)) + checked + struct.pack(">I", zlib.crc32(checked))

    lines = b"".join(b"\0" + chance.randbytes(side * 3) for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 1)) + chunk(b"IEND", b"")


CASES: Final[tuple[Case, ...]] = (
    _letter(),
    table("invoice", "50 rows of 5 values", 50, ("item", "quantity", "unit", "price", "total")),
    _contract(),
    table("report", "5,000 rows of 6 values", 5_000, ("day", "place", "person", "measure", "unit", "note")),
)
