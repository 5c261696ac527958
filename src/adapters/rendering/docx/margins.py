"""How much room an image has where it stands: the page between its margins, or the cell or the text box around it.

Lengths are in EMU. Word's own are in twentieths of a point (w:pgSz, w:pgMar, w:tcW: ECMA-376 part 1, 17.6 and 17.4).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_EMU_PER_TWIP: Final = 635
# A4 with margins of 25 mm, where a file does not say; what Word leaves at both sides of a cell, and of a text box.
_PAGE: Final = {"w": 11_906, "h": 16_838}
_MARGIN: Final = 1_418
_CELL_MARGINS: Final = 2 * 108
_BOX_MARGINS: Final = 2 * 144
# Nothing is shrunk beyond recognition because of a column that the table will widen anyway.
_LEAST: Final = 360_000

_PAGE_TAG: Final = re.compile(rb"<(?:[\w.-]+:)?(pgSz|pgMar)\b([^<>]*)>")
_SETTING: Final = re.compile(rb"""[\s:](w|h|left|right|top|bottom|gutter)\s*=\s*["']\s*(-?\d{1,6})\s*["']""")
_POINTS: Final = re.compile(r"(?:^|;)\s*width:\s*(\d{1,5}(?:\.\d{1,9})?)pt")


@dataclass(frozen=True, slots=True)
class Room:
    """The largest width and height of an image at a place."""

    width: int
    height: int

    def fitted(self, width: int, height: int) -> tuple[int, int]:
        """Return a size in this proportion that fits; what fits already stays as it is."""
        scale = min(1.0, self.width / width, self.height / height)
        return max(1, round(width * scale)), max(1, round(height * scale))


def page_room(contents: bytes) -> Room:
    """Return the room that every page of a document's text has, by its XML: the narrowest section counts."""
    found: list[tuple[bytes, dict[str, int]]] = []
    if b"pgSz" in contents or b"pgMar" in contents:
        # Sections are few, and a search for a constant finds them faster than the pattern does.
        found = [(match.group(1), _settings(match.group(2))) for match in _PAGE_TAG.finditer(contents)]
    pages = [settings for name, settings in found if name == b"pgSz"] or [_PAGE]
    margins = [settings for name, settings in found if name == b"pgMar"] or [{}]
    pairs = list(zip(pages, margins, strict=False)) if len(pages) == len(margins) else [(pages[-1], margins[-1])]
    widths = [_between(page, margin, "w", ("left", "right", "gutter")) for page, margin in pairs]
    heights = [_between(page, margin, "h", ("top", "bottom")) for page, margin in pairs]
    return Room(max(_LEAST, min(widths)), max(_LEAST, min(heights)))


def _settings(attributes: bytes) -> dict[str, int]:
    return {name.decode(): int(value) for name, value in _SETTING.findall(attributes)}


def _between(page: dict[str, int], margin: dict[str, int], side: str, names: tuple[str, ...]) -> int:
    taken = sum(abs(margin.get(name, 0 if name == "gutter" else _MARGIN)) for name in names)
    return (page.get(side, _PAGE[side]) - taken) * _EMU_PER_TWIP


def rooms_at(text: str, prefix: str, place: str, page: Room) -> Iterator[Room]:
    """Give the room at each match of the pattern `place` in a part, in their order.

    Cells and text boxes of a known width narrow it down; `prefix` begins the names of WordprocessingML.
    """
    names = f"(?:{prefix}tc|{prefix}txbxContent)"
    pattern = re.compile(
        rf'<(?P<opened>{names})[ >]|</(?P<closed>{names})>|<{prefix}tcW (?P<cell>[^<>]*)>|<wp:extent cx="(?P<box>\d+)"'
        rf'|\sstyle="(?P<style>[^"<>]*)"|(?P<place>{place})'
    )
    around: list[int] = []
    width, drawn = page.width, 0
    for match in pattern.finditer(text):
        kind = match.lastgroup
        if kind == "opened":
            around.append(width)
            if match.group(kind).endswith("t") and drawn:
                width = min(width, max(_LEAST, drawn - _BOX_MARGINS * _EMU_PER_TWIP))
        elif kind == "closed":
            width = around.pop() if around else page.width
        elif kind == "cell":
            width = _in_cell(match.group(kind), prefix, around[-1] if around else page.width)
        elif kind == "box":
            drawn = int(match.group(kind))
        elif kind == "style":
            points = _POINTS.search(match.group(kind))
            drawn = round(float(points.group(1)) * 12_700) if points else drawn
        else:
            yield Room(width, page.height)


def _in_cell(attributes: str, prefix: str, around: int) -> int:
    """Return the room in a cell by the attributes of its w:tcW; a share of the table's width says nothing here."""
    width = re.search(rf'(?:^|\s){prefix}w="(\d{{1,6}})"', attributes)
    if width is None or f'{prefix}type="dxa"' not in attributes or not int(width.group(1)):
        return around
    return min(around, max(_LEAST, (int(width.group(1)) - _CELL_MARGINS) * _EMU_PER_TWIP))
