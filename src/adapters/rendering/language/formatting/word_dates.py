"""Word's pictures of dates and times, `dddd, d MMMM yyyy`, as patterns of CLDR (ECMA-376 part 1, 17.16.4.1)."""

import re
from functools import lru_cache
from typing import Final

from adapters.rendering.language.values import Problem

_LONGEST: Final = 200
_TOKEN: Final = re.compile(
    r"(?P<literal>'[^']*'?)|(?P<noon>am/pm)|(?P<field>d+|M+|y+|h+|H+|m+|s+|D+|Y+|S+)|(?P<item>`)|(?P<text>.)",
    re.IGNORECASE | re.DOTALL,
)
# For each letter the fields by how often it is repeated, the last one for more.
_FIELDS: Final = {
    "d": ("d", "dd", "EEE", "EEEE"),
    "M": ("M", "MM", "MMM", "MMMM"),
    "y": ("yy", "yy", "yyyy"),
    "h": ("h", "hh"),
    "H": ("H", "HH"),
    "m": ("m", "mm"),
    "s": ("s", "ss"),
}
_EXAMPLE: Final = "Write a picture like \\@ \"d MMMM yyyy\", other words within it in 'quotes'."
# German versions of Word show these letters for day and year.
_GERMAN: Final = re.compile(r"t{1,4}\b.*j{2,4}", re.IGNORECASE)


@lru_cache(maxsize=512)
def pattern_of(picture: str) -> str:
    """Return the pattern of CLDR that a picture stands for.

    Raises:
        Problem: with what is wrong.
    """
    if len(picture) > _LONGEST:
        raise Problem(f"A picture of {len(picture):,} characters is longer than the {_LONGEST} allowed.", _EXAMPLE)
    pieces: list[str] = []
    letters: set[str] = set()
    for found in _TOKEN.finditer(picture):
        if found["item"]:
            raise Problem("A picture with a `numbered item` is not filled in by DocGen.", "Write the number as a tag.")
        if found["literal"]:
            pieces.append(_literal(found["literal"], picture))
        elif found["noon"]:
            pieces.append("a")
        elif found["field"]:
            pieces += _fields(found["field"], letters)
        else:
            pieces.append(f"'{found['text']}'" if found["text"].isalpha() else found["text"])
    _check(picture, letters)
    # Two quotation marks side by side would be one that is printed.
    return re.sub(r"(?<=[^'])''(?=[^'])", "", "".join(pieces))


def _fields(run: str, letters: set[str]) -> list[str]:
    """Return the fields of a run of the same letter, in capitals or not: only with m and h they say something."""
    fields: list[str] = []
    for part in re.findall(r"(?:[dD]+|[yY]+|[sS]+|M+|m+|H+|h+)", run):
        letter = part[0] if part[0] in _FIELDS else part[0].lower()
        letters.add(letter)
        widths = _FIELDS[letter]
        fields.append(widths[min(len(part), len(widths)) - 1])
    return fields


def _literal(quoted: str, picture: str) -> str:
    if len(quoted) == 1 or not quoted.endswith("'"):
        raise Problem(f"In the picture {picture!r} a quotation mark is not closed.", "Close it with '.")
    return quoted if len(quoted) > 2 else ""  # noqa: PLR2004  # nothing between the quotation marks


def _check(picture: str, letters: set[str]) -> None:
    if not letters & {"d", "y", "h", "H"} and _GERMAN.search(picture):
        mended = re.sub("t", "d", re.sub("j", "y", picture, flags=re.IGNORECASE), flags=re.IGNORECASE)
        raise Problem(f"The picture {picture!r} has German letters.", f"Write \\@ {mended!r}.")
    if not letters:
        raise Problem(f"The picture {picture!r} has no letter for a day, month, year or time.", _EXAMPLE)
    if "m" in letters and letters & {"d", "y"} and not letters & {"M", "h", "H"}:
        mended = picture.replace("m", "M")
        raise Problem(f"In the picture {picture!r}, m is the minute: the month is M.", f"Write \\@ {mended!r}.")
