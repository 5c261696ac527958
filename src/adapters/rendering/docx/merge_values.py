"""MERGEFIELD as an expression of the template language (ECMA-376 part 1, 17.16.5.35).

`MERGEFIELD Name \\* Upper \\b "Mr. "` is `Name | word_case("upper") | word_affix("Mr. ", "")`.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from adapters.rendering.docx.field_codes import CodePiece, FieldSyntaxError, Word, words_of
from adapters.rendering.language.word_filters import CASES, check_arguments

_PATH: Final = re.compile(r"[^\W\d_]\w*(?:\.[^\W\d_]\w*)*")
_RESERVED: Final = frozenset({"not", "true", "false", "none", "True", "False", "None"})
_SHOWN: Final = 60

# Switches that take a word, and what it is; those that stand alone and say nothing here (17.16.5.35).
_ARGUMENTS: Final = {
    "*": "the name of a format, as in \\* Upper",
    "b": 'the text before the value, as in \\b "Mr. "',
    "#": 'a picture of the number, as in \\# "#,##0.00"',
    "@": 'a picture of the date, as in \\@ "d MMMM yyyy"',
    "f": 'the text behind the value, as in \\f ", "',
}
_PICTURES: Final = {"#": "word_number", "@": "word_date"}
_WITHOUT_EFFECT: Final = frozenset({"m", "v"})
# What \* says about the formatting of the result.
FORMATTING: Final = ("mergeformat", "charformat")


@dataclass(slots=True)
class MergeValue:
    """A merge field: the path of its value, the filters that its switches are, and where its formatting comes from."""

    path: str
    filters: list[str] = field(default_factory=list)
    formatting: str = ""

    @property
    def expression(self) -> str:
        """The value as the template language writes it."""
        return " | ".join([self.path, *self.filters])


def merge_value(code: list[CodePiece], decimal: str = ".") -> MergeValue:
    """Read the code of a MERGEFIELD; `decimal` is the point in its pictures of numbers.

    Raises:
        FieldSyntaxError: it has no name, or a switch that is not known or not complete.
    """
    words = iter(words_of(code)[1:])
    name = next(words, None)
    if name is None or name.switch or not (name.text or "").strip():
        raise FieldSyntaxError("This merge field names no value.", "Write a name behind MERGEFIELD.")
    value = MergeValue(path_of(name.text or ""))
    affixes = {"b": "", "f": ""}
    for word in words:
        if not word.switch:
            shown = (word.text or "")[:_SHOWN]
            message = f"{shown!r} stands behind the name of this merge field, and is no switch."
            raise FieldSyntaxError(message, "Put a name with spaces into quotation marks.")
        argument = _argument(word.switch, words)
        if word.switch in affixes:
            affixes[word.switch] = argument
        elif word.switch in _PICTURES:
            value.filters.insert(0, _picture(word.switch, argument, decimal))
        elif word.switch == "*" and argument.lower() in FORMATTING:
            value.formatting = argument.lower()
        elif word.switch == "*":
            value.filters.append(f"word_case({literal(_case(argument))})")
    if any(affixes.values()):
        value.filters.append(f"word_affix({literal(affixes['b'])}, {literal(affixes['f'])})")
    return value


def path_of(name: str) -> str:
    """Return the path of the data that a merge field's name stands for, in the template language.

    A name like `customer.name` is a path as it stands. Any other one is a single key, in which what is no letter,
    digit or `_` becomes `_`, as in the names that Word makes of the columns of a data source: `First Name` is
    `First_Name`, `2nd line` is `M_2nd_line`.

    Raises:
        FieldSyntaxError: the template language has another meaning for the name.
    """
    stripped = name.strip()
    if not _PATH.fullmatch(stripped):
        stripped = re.sub(r"\W", "_", stripped)
        stripped = stripped if stripped[0].isalpha() else f"M_{stripped}"
    if stripped.partition(".")[0] in _RESERVED:
        message = f"A merge field cannot be named {stripped!r}, which is a word of the template language."
        raise FieldSyntaxError(message, "Give it another name, here and in the data.")
    return stripped


def literal(text: str) -> str:
    """Write a text as the template language does, in quotation marks."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _argument(switch: str, words: Iterator[Word]) -> str:
    """Return the word behind a switch, '' for one that takes none."""
    if switch in _WITHOUT_EFFECT:
        return ""
    if switch not in _ARGUMENTS:
        known = ", ".join(f"\\{sign}" for sign in _ARGUMENTS)
        message = f"A merge field has no switch \\{switch}."
        raise FieldSyntaxError(message, f"The switches are {known}.", "merge-field-switch")
    word = next(words, None)
    if word is None or word.switch:
        message = f"The switch \\{switch} of this merge field says nothing more."
        raise FieldSyntaxError(message, f"Behind it comes {_ARGUMENTS[switch]}.", "merge-field-switch")
    if word.text is None:
        message = f"The switch \\{switch} of this merge field holds another field, which DocGen does not fill in there."
        raise FieldSyntaxError(message, "Write plain text into it, or use an IF field.", "merge-field-unsupported")
    return word.text


def _picture(switch: str, picture: str, decimal: str) -> str:
    """Return the filter of a picture: it comes before all others, as in Word."""
    name = _PICTURES[switch]
    given = {"picture": picture, "decimal": decimal} if switch == "#" else {"picture": picture}
    problem = check_arguments(name, given)
    if problem is not None:
        raise FieldSyntaxError(problem.message, problem.suggestion, "merge-field-switch")
    return f"{name}({literal(picture)}{', decimal=' + literal(decimal) if decimal != '.' and switch == '#' else ''})"


def _case(name: str) -> str:
    if name.lower() in CASES:
        return name.lower()
    known = ["Upper", "Lower", "Caps", "FirstCap", "MERGEFORMAT", "CHARFORMAT"]
    near = difflib.get_close_matches(name.lower(), [each.lower() for each in known], n=1, cutoff=0.5)
    meant = next((each for each in known if near and each.lower() == near[0]), "")
    advice = f"Did you mean \\* {meant}?" if meant else f"The formats are {', '.join(known)}."
    raise FieldSyntaxError(f"There is no format \\* {name[:_SHOWN]} for merge fields.", advice, "merge-field-switch")
