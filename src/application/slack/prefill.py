"""What is filled in before the form opens: the words of a command, or the lines of a message."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from application.slack_forms.texts import unescaped
from domain.errors import RowsInvalidError
from domain.placeholder import Placeholder
from domain.row_columns import plan_columns
from domain.row_data import row_data
from domain.row_values import Conventions
from domain.rows import RowWishes

# Slack and telephones write these for quotation marks.
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_PAIR: Final = re.compile(r'([^\s="]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)')
_LINE: Final = re.compile(r"^\s*[*_>•-]*\s*([^:\n]{1,100}?)[*_]*\s*:[*_]*[ \t]*(\S[^\n]*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """What stands behind the command: a first word ('' where there is none), and values by name."""

    word: str
    values: Mapping[str, str]


def command_of(text: str) -> Command:
    """Read the text of a command: `offer-letter name="Ada Lovelace" start=2026-12-01`."""
    plain = unescaped(text).translate(_QUOTES).strip()
    word, _, rest = plain.partition(" ")
    if "=" in word:
        word, rest = "", plain
    values = {name: _unquoted(value) for name, value in _PAIR.findall(rest)}
    return Command(word, {name: value for name, value in values.items() if value})


def lines_of(text: str) -> dict[str, str]:
    """Read the lines `Name: value` of a message; the first one of a name counts."""
    values: dict[str, str] = {}
    for name, value in _LINE.findall(unescaped(text)):
        values.setdefault(name.strip(), value.strip("*_ "))
    return values


def prefilled(values: Mapping[str, str], placeholders: Iterable[Placeholder]) -> dict[str, Any]:
    """Return data of the values whose names are a template's, as columns of a table are; others are left out."""
    known = tuple(placeholders)
    try:
        plan = plan_columns(list(values), known, RowWishes(ignore_unknown=True))
        return row_data(1, list(values.values()), plan, Conventions()).data
    except RowsInvalidError:
        # Two names lead to one place: each that fits is taken, the later one counts.
        data: dict[str, Any] = {}
        for name, value in values.items() if len(values) > 1 else ():
            data |= prefilled({name: value}, known)
        return data


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
