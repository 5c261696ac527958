"""Lengths as people write them: '40mm', '4 cm', '1.5in', '120pt', '300px', or a number of millimetres."""

import re
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.images.errors import ImageError

# English Metric Units, in which DrawingML measures (ECMA-376 part 1, 20.1.10.16).
EMU_PER_INCH: Final = 914_400
_EMU_PER_UNIT: Final = {
    "mm": Decimal(36_000),
    "cm": Decimal(360_000),
    "in": Decimal(EMU_PER_INCH),
    "pt": Decimal(12_700),
    # As in CSS, 96 to the inch.
    "px": Decimal(9_525),
}
_LENGTH: Final = re.compile(r"\s*(\d{1,9}(?:[.,]\d{1,9})?)\s*([a-zA-Z]*)\s*")
# The largest page that Word knows: 22 inches.
LONGEST: Final = 22 * EMU_PER_INCH
_UNITS: Final = "mm, cm, in, pt, px"


def parse_length(value: Any, name: str) -> int:
    """Return a length in EMU; `name` is what it is the length of, for messages.

    Raises:
        ImageError: it is no length, or one that no page has.
    """
    emu = round(_measured(value, name))
    if emu < 1 or emu > LONGEST:
        raise _no_length(f"The {name} of an image has to be more than 0 and at most 22 inches (55.8 cm).")
    return emu


def _measured(value: Any, name: str) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        # Beyond any page, and beyond what multiplication can hold.
        return min(Decimal(value), Decimal(LONGEST)) * _EMU_PER_UNIT["mm"]
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        shown = f"{value[:20]!r}" if isinstance(value, str) else "something else"
        raise _no_length(f"The {name} of an image has to be a length, and is {shown}.")
    unit = match.group(2).lower() or "mm"
    if unit not in _EMU_PER_UNIT:
        raise _no_length(f"The {name} of an image has the unknown unit {match.group(2)[:20]!r}.")
    return Decimal(match.group(1).replace(",", ".")) * _EMU_PER_UNIT[unit]


def _no_length(message: str) -> ImageError:
    advice = f'Write a number with its unit, as in "40mm" ({_UNITS}); a number without one is in millimetres.'
    return ImageError(message, advice, "image-size")
