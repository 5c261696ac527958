"""What is checked of a workbook before openpyxl sees it: the zip, its real size, document types, and two traps.

The traps are merged cells, whose value stands in the first row alone, and formulas whose results were not stored: both
would be read as empty cells.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.package import has_document_type
from adapters.rendering.docx.zip_reader import Entry, read_entries
from adapters.rendering.docx.zip_records import STORED
from adapters.rendering.rows.limits import RowLimits
from domain.errors import RowsInvalidError

_PIECE: Final = 1 << 16
_UNPACKED_PIECE: Final = 1 << 20
# What a tag and a formula (8,192 characters) take; so much of a piece is looked at again with the next one.
_OVERLAP: Final = 20_000
# Of all parts that openpyxl reads as a whole.
_WHOLE_PART: Final = 100_000_000
_TOLD: Final = 1_000
_SHEETS: Final = "xl/worksheets/"

_MERGED: Final = re.compile(rb'<(?:\w{1,20}:)?mergeCell\s[^<>]{0,200}?ref="([A-Z0-9:]{1,30})"')
_FORMULA: Final = re.compile(
    rb"<(?:\w{1,20}:)?c\s([^<>]{0,200}?)>\s{0,20}<(?:\w{1,20}:)?f(?:\s[^<>]{0,500})?(?:/>|>[^<]{0,9000}</(?:\w{1,20}:)?f>)"
    rb"\s{0,20}(?:<(?:\w{1,20}:)?v\s?/>\s{0,20}|<(?:\w{1,20}:)?v></(?:\w{1,20}:)?v>\s{0,20})?</(?:\w{1,20}:)?c>"
)
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
_TEXT_RESULT: Final = b't="str"'

SAVE_AGAIN: Final = "Open it in Excel and save it as .xlsx again."
# What the reader of zips finds, as it is said of a workbook.
_SAYINGS: Final = {
    "not-a-word-document": (
        "not-a-table",
        "This is no .xlsx workbook.",
        "Open it in Excel, remove the password where it has one, and save it as .xlsx.",
    ),
    "file-too-large": ("rows-too-large", "The workbook is too large.", "Split it."),
    "too-many-parts": ("broken-workbook", "The workbook has too many parts.", SAVE_AGAIN),
    "encrypted": ("broken-workbook", "The workbook is encrypted.", "Remove its password in Excel and save it again."),
}


@dataclass(slots=True)
class Traps:
    """What would be read as empty: merged ranges, and cells with formulas that were never calculated."""

    merged: dict[str, None] = field(default_factory=dict)
    uncalculated: dict[str, None] = field(default_factory=dict)


def check_workbook(file: bytes, limits: RowLimits) -> dict[str, Traps]:
    """Read every part once, and return what was found in the sheets, by the names of their parts.

    Raises:
        RowsInvalidError: it is no workbook that an office program would write, or unpacks to more than it may.
    """
    try:
        entries = read_entries(file, limits.bytes)
    except UnusableFileError as error:
        found = error.finding
        said = _SAYINGS.get(found.code, ("broken-workbook", "The workbook is damaged.", SAVE_AGAIN))
        raise RowsInvalidError.of_file(*said) from None
    left, traps = limits.unpacked_bytes, dict[str, Traps]()
    for entry, start in entries:
        is_sheet = entry.name.startswith(_SHEETS)
        room = left if is_sheet else min(left, _WHOLE_PART)
        found_here = traps.setdefault(entry.name, Traps()) if is_sheet else None
        left -= _check_part(entry, _unpacked(file, entry, start), room, found_here)
    return traps


def _check_part(entry: Entry, pieces: Iterator[bytes], room: int, traps: Traps | None) -> int:
    size, crc, rest = 0, 0, b""
    try:
        for piece in pieces:
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > room:
                message = f"The workbook unpacks to more than it may: the part {entry.name!r} has over {room:,} bytes."
                raise RowsInvalidError.of_file("rows-too-large", message, "Split it, or save it as CSV.")
            window = rest + piece
            if has_document_type(window):
                message = f"The part {entry.name!r} of the workbook declares a document type."
                raise RowsInvalidError.of_file("broken-workbook", message, SAVE_AGAIN)
            if traps is not None:
                _look_for_traps(window, traps)
            rest = window[-_OVERLAP:]
    except zlib.error:
        size = -1
    if size != entry.size or crc != entry.crc:
        message = f"The workbook is damaged: the part {entry.name!r} is not what its checksum says."
        raise RowsInvalidError.of_file("broken-workbook", message, SAVE_AGAIN)
    return size


def _look_for_traps(window: bytes, traps: Traps) -> None:
    for merged in _MERGED.finditer(window):
        if len(traps.merged) < _TOLD:
            traps.merged[merged[1].decode()] = None
    for formula in _FORMULA.finditer(window):
        place = _PLACE.search(formula[1])
        if place and _TEXT_RESULT not in formula[1] and len(traps.uncalculated) < _TOLD:
            traps.uncalculated[place[1].decode()] = None


def _unpacked(file: bytes, entry: Entry, start: int) -> Iterator[bytes]:
    """Yield the contents of a part, never much at a time.

    Raises:
        zlib.error: it cannot be unpacked.
    """
    end = start + entry.packed_size
    inflater = None if entry.method == STORED else zlib.decompressobj(-zlib.MAX_WBITS)
    for position in range(start, end, _PIECE):
        packed = file[position : min(position + _PIECE, end)]
        if inflater is None:
            yield packed
            continue
        while packed:
            yield inflater.decompress(packed, _UNPACKED_PIECE)
            packed = inflater.unconsumed_tail
    if inflater is not None and (not inflater.eof or inflater.unused_data):
        raise zlib.error
