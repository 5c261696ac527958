"""Word's pictures of numbers: `#,##0.00`, `$#,##0.00;($#,##0.00);'none'` (ECMA-376 part 1, 17.16.4.2).

`0` is a digit, or a 0; `#` is a digit, or a space before the first one; `x` drops the digits on its left; other signs
stand as they are, also `%`, which multiplies nothing. What the picture calls point and comma comes out as the locale
writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from adapters.rendering.language.operators import EXACT, Number
from adapters.rendering.language.values import Problem, to_text

_DIGITS: Final = "0#x"
_PLACES: Final = tuple(_DIGITS)
_MOST_SECTIONS: Final = 3
_LONGEST: Final = 200
_GROUP: Final = 3
_COMMA: Final = "comma"
_SIGNS: Final = ("+", "-")
_EXAMPLE: Final = "Write a picture like \\# \"#,##0.00\", other words within it in 'quotes'."


@dataclass(frozen=True, slots=True)
class _Item:
    """A piece of a picture: the place of a digit, the sign, a comma, or a text."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A picture for numbers above zero, below, or for zero itself: what stands before the point, and behind it."""

    before: tuple[_Item, ...]
    behind: tuple[_Item, ...]

    @property
    def decimals(self) -> int:
        """The number of digits behind the point."""
        return sum(item.kind in _DIGITS for item in self.behind)

    @property
    def has_digits(self) -> bool:
        """Tell whether the number itself is shown."""
        return any(item.kind in _DIGITS for item in (*self.before, *self.behind))

    @property
    def has_sign(self) -> bool:
        """Tell whether the picture says where the sign stands."""
        return any(item.kind == "sign" for item in self.before)


@lru_cache(maxsize=512)
def sections_of(picture: str, decimal: str) -> tuple[Section, ...]:
    """Take a picture apart, in which `decimal` is the point.

    Raises:
        Problem: with what is wrong.
    """
    if len(picture) > _LONGEST:
        raise Problem(f"A picture of {len(picture):,} characters is longer than the {_LONGEST} allowed.", _EXAMPLE)
    sections = [_section(items, decimal) for items in _split(picture)]
    if len(sections) > _MOST_SECTIONS:
        message = f"The picture {picture!r} has more than three parts: above zero, below zero, and zero."
        raise Problem(message, "Put a semicolon that is meant as such into 'quotes'.")
    if not sections[0].has_digits:
        raise Problem(f"The picture {picture!r} has no place for a digit.", _EXAMPLE)
    return tuple(sections)


def _split(picture: str) -> list[list[str]]:
    """Cut a picture into sections of signs; what stood in quotes is one piece, with a quote before it."""
    sections: list[list[str]] = [[]]
    position = 0
    while position < len(picture):
        sign = picture[position]
        end = position + 1
        if sign == "`":
            message = "A picture with a `numbered item` is not filled in by DocGen."
            raise Problem(message, "Write the number of the item as a tag, or into the data.")
        if sign == "'":
            end = picture.find("'", position + 1) + 1
            if not end:
                message = f"In the picture {picture!r} a quotation mark is not closed."
                raise Problem(message, "Close it with '.")
            sections[-1].append(picture[position : end - 1])
        elif sign == ";":
            sections.append([])
        else:
            sections[-1].append(sign)
        position = end
    return sections


def _section(pieces: Sequence[str], decimal: str) -> Section:
    comma = "," if decimal == "." else "."
    before: list[_Item] = []
    behind: list[_Item] = []
    items, has_digit = before, False
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else ""
        before_digit = following in _PLACES
        if piece in _PLACES:
            items.append(_Item(piece))
            has_digit = True
        elif piece == decimal and items is before and before_digit:
            items = behind
        elif piece == comma and items is before and before_digit:
            items.append(_Item(_COMMA))
        elif piece in _SIGNS and not has_digit:
            items.append(_Item("sign", piece))
        else:
            items.append(_Item("text", piece.removeprefix("'")))
    return Section(tuple(before), tuple(behind)) if items is behind else Section(tuple(before), ())


def write_number(value: Number, sections: Sequence[Section], point: str, comma: str) -> str:
    """Write a number by the sections of a picture; halves are rounded away from zero."""
    exact = Decimal(value)
    rounded = _rounded(exact, sections[0].decimals)
    index = 0 if rounded > 0 else 2 if rounded == 0 else 1
    section = sections[index] if index < len(sections) else sections[0]
    rounded = _rounded(exact, section.decimals)
    is_negative = rounded < 0
    own_sign = section.has_sign or (is_negative and section is not sections[0])
    whole, _, fraction = to_text(abs(rounded)).partition(".")
    sign = "-" if is_negative and not own_sign else ""
    shown = _before(section, whole.lstrip("0"), sign, comma, _signs(rounded))
    return shown + _behind(section, fraction, point)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=EXACT)


def _signs(value: Decimal) -> dict[str, str]:
    """Say what the signs of a picture become."""
    if value < 0:
        return {"+": "-", "-": "-"}
    return {"+": "+" if value > 0 else " ", "-": " "}


def _before(section: Section, digits: str, sign: str, comma: str, signs: dict[str, str]) -> str:
    """Write what stands before the point, from the last digit to the first; the sign touches the first one."""
    places = [index for index, item in enumerate(section.before) if item.kind in _DIGITS]
    is_grouped = any(item.kind == _COMMA for item in section.before)
    # A place that stays empty shows as a space, as in Word, behind the first text of the picture.
    opening = next(
        (index for index, item in enumerate(section.before) if item.kind not in ("#", _COMMA)), len(places) * 2
    )
    waiting, written = list(digits), 0
    pieces: list[str] = []
    end_of_number = 0
    for index in range(len(section.before) - 1, -1, -1):
        item = section.before[index]
        if item.kind == "sign":
            pieces.append(signs[item.text])
        elif item.kind == "text":
            pieces.append(item.text)
        elif item.kind in _DIGITS:
            takes_all = index == places[0] and item.kind != "x"
            shown = _taken(waiting, takes_all=takes_all) or ["0"] * (item.kind == "0")
            for digit in shown:
                if is_grouped and written and written % _GROUP == 0:
                    pieces.append(comma)
                pieces.append(digit)
                written += 1
            end_of_number = len(pieces) if shown else end_of_number
            pieces += [" "] * (not shown and index > opening)
    if not places:
        # Nothing of an amount is lost where the picture has no place for it.
        pieces = [*reversed(digits), *pieces]
        end_of_number = len(digits)
    pieces.insert(end_of_number, sign)
    return "".join(reversed(pieces))


def _taken(digits: list[str], *, takes_all: bool) -> list[str]:
    """Take the last digit, or all of them, the last one first."""
    if takes_all:
        taken, digits[:] = digits[::-1], []
        return taken
    return [digits.pop()] if digits else []


def _behind(section: Section, fraction: str, point: str) -> str:
    """Write the point and what stands behind it; digits that need not be there are left out from the end on."""
    places = [item.kind for item in section.behind if item.kind in _DIGITS]
    if not places:
        return "".join(item.text for item in section.behind)
    digits = fraction.ljust(len(places), "0")
    least = next((index + 1 for index in range(len(places) - 1, -1, -1) if places[index] == "0"), 0)
    count = max(least, len(digits.rstrip("0")))
    shown = iter(digits[:count])
    written = (next(shown, "") if item.kind in _DIGITS else item.text for item in section.behind)
    return point + "".join(written)
