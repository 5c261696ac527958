"""Paths from a row into data: as in templates, with the number of an item: `customer.name`, `items[0].price`."""

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from domain.data_path import Each, Step, escape_pointer, format_path, parse_path

# A key, or the number of an item, from 0.
RowStep: TypeAlias = str | int
RowPath: TypeAlias = tuple[RowStep, ...]

_INDEX: Final = re.compile(r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | \[\s*(?P<index>[0-9]{1,6})\s*\]""", re.VERBOSE)

_MAX_STEPS: Final = 50


def parse_row_path(text: str) -> RowPath:
    """Read a path.

    Raises:
        ValueError: it is none, or stands for several places at once.
    """
    numbers: list[int] = []

    def bare(match: re.Match[str]) -> str:
        if match["index"] is None:
            return match[0]
        numbers.append(int(match["index"]))
        return "[]"

    steps = parse_path(_INDEX.sub(bare, text))
    if Each.VALUE in steps or steps.count(Each.ITEM) != len(numbers):
        raise ValueError(f"{text!r} stands for several values: write the number of one, as in items[0].price.")
    if len(steps) > _MAX_STEPS:
        raise ValueError(f"{text[:40]!r}… has {len(steps)} steps; the limit is {_MAX_STEPS}.")
    left = iter(numbers)
    return tuple(next(left) if isinstance(step, Each) else step for step in steps)


def format_row_path(path: RowPath) -> str:
    """Write a path as a user does."""
    text, start = "", 0
    for position, step in enumerate(path):
        if isinstance(step, int):
            text += _join(text, [key for key in path[start:position] if isinstance(key, str)]) + f"[{step}]"
            start = position + 1
    return text + _join(text, [key for key in path[start:] if isinstance(key, str)])


def _join(before: str, keys: Iterable[str]) -> str:
    written = format_path(keys)
    return f".{written}" if before and written and not written.startswith("[") else written


def pointer_of(path: RowPath) -> str:
    """Return where a path ends in the data, as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{escape_pointer(str(step))}" for step in path)


def leads_to(path: RowPath, place: tuple[Step, ...]) -> bool:
    """Tell whether a path ends at one of the places that a template's path stands for."""
    return len(path) == len(place) and _agree(path, place)


def leads_below(path: RowPath, place: tuple[Step, ...]) -> bool:
    """Tell whether a path ends within what a template's path stands for."""
    return len(path) > len(place) and _agree(path, place)


def leads_above(path: RowPath, place: tuple[Step, ...]) -> bool:
    """Tell whether a path ends at something that holds what a template's path stands for."""
    return len(path) < len(place) and _agree(path, place)


def _agree(path: RowPath, place: tuple[Step, ...]) -> bool:
    return all(
        isinstance(step, int) if wanted is Each.ITEM else isinstance(step, str) and wanted in (step, Each.VALUE)
        for step, wanted in zip(path, place, strict=False)
    )
