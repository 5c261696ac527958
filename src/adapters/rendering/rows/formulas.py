"""Cells that a spreadsheet would take for formulas, in files that DocGen writes."""

import re
from typing import Final

from domain.row_values import Cell

_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-][0-9][0-9., ]*")


def guarded(text: str) -> str:
    """Put an apostrophe in front of what would be a formula; numbers are none."""
    return f"'{text}" if text.startswith(_BEGINNINGS) and not _NUMBER.fullmatch(text) else text


def unguarded(cell: Cell) -> Cell:
    """Take off the apostrophe that `guarded` has put there."""
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:].startswith(_BEGINNINGS):
        return cell[1:]
    return cell
