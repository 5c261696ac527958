"""What people type: texts into values, by the schema that says what is wanted."""

import re
from collections.abc import Mapping
from typing import Any, Final

from application.slack_forms.absent import has_marks
from application.slack_forms.person import Person
from application.slack_forms.texts import clipped
from application.slack_forms.widgets import type_of
from domain.exact_json import read_exact
from domain.placeholder import PlaceholderKind
from domain.refinement_fit import misfit
from domain.row_values import UnfitCellError, value_of
from domain.schema import JsonObject

# So much of a text is quoted.
_QUOTED: Final = 40
_KINDS: Final[Mapping[tuple[str | None, str | None], PlaceholderKind]] = {
    ("number", None): PlaceholderKind.NUMBER,
    ("integer", None): PlaceholderKind.INTEGER,
    ("boolean", None): PlaceholderKind.BOOLEAN,
    ("string", "date"): PlaceholderKind.DATE,
    ("string", "time"): PlaceholderKind.TIME,
    ("string", "date-time"): PlaceholderKind.DATETIME,
}
_MESSAGES: Final[Mapping[PlaceholderKind, str]] = {
    PlaceholderKind.NUMBER: "number",
    PlaceholderKind.INTEGER: "integer",
    PlaceholderKind.BOOLEAN: "boolean",
    PlaceholderKind.DATE: "date",
    PlaceholderKind.TIME: "time",
    PlaceholderKind.DATETIME: "date-time",
}
_JSON: Final = re.compile(r'\s*(?:[\[{"]|-?\d|true\s*\Z|false\s*\Z|null\s*\Z)')


class UnfitError(Exception):
    """What is filled in does not fit; its text is for the person, in their language."""


def value_of_text(text: str, schema: JsonObject, person: Person) -> Any:
    """Read a text as the kind of value that a schema asks for.

    Raises:
        UnfitError: it is none of that kind.
    """
    if schema.get("enum"):
        return _choice(text, schema["enum"], person)
    kind = _KINDS.get((type_of(schema), schema.get("format")))
    if kind is None:
        wrong = schema.get("format") in ("email", "uri") and misfit(text, ("string", schema["format"]), {})
        if wrong:
            raise UnfitError(person.say(schema["format"], value=_quoted(text)))
        return text
    try:
        return value_of(text, kind, person.conventions)
    except UnfitCellError:
        example = f"1234{person.conventions.decimal}5"
        raise UnfitError(person.say(_MESSAGES[kind], value=_quoted(text), example=example)) from None


def lines_of_text(text: str, item: JsonObject, person: Person) -> tuple[list[Any], list[str]]:
    """Read one value from each line that is not empty; return them, and what is wrong with others."""
    values, problems = list[Any](), list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values.append(value_of_text(line.strip(), item, person))
        except UnfitError as unfit:
            problems.append(person.say("line", line=number, problem=unfit))
    return values, problems


def any_of_text(text: str, schema: JsonObject) -> Any:
    """Read JSON where a text is JSON of a type that the schema takes, and else the text as it stands."""
    if not _JSON.match(text):
        return text
    try:
        value = read_exact(text)
    except ValueError:
        return text
    kinds = schema.get("type")
    fits = not isinstance(kinds, list) or isinstance(value, (str, dict))
    return value if fits and not has_marks(value) else text


def json_of_text(text: str, schema: JsonObject, person: Person) -> Any:
    """Read JSON of the type that a schema asks for.

    Raises:
        UnfitError: it is none, or another type.
    """
    try:
        value = read_exact(text)
    except ValueError as error:
        raise UnfitError(person.say("json", problem=clipped(str(error), 200))) from None
    wanted = type_of(schema)
    for kind, python, example in (("array", list, "[1, 2]"), ("object", dict, '{"name": "Ada"}')):
        if wanted == kind and not isinstance(value, python):
            what = person.say("json-list" if kind == "array" else "json-object")
            raise UnfitError(person.say("json-kind", wanted=what, example=example))
    if has_marks(value):
        raise UnfitError(person.say("json-reserved"))
    return value


def _choice(text: str, choices: list[Any], person: Person) -> Any:
    for choice in choices:
        if text_of_choice(choice, person).casefold() == text.strip().casefold() or choice == text:
            return choice
    raise UnfitError(person.say("choice", value=_quoted(text)))


def text_of_choice(choice: Any, person: Person) -> str:
    """Write a choice for a person."""
    if isinstance(choice, bool):
        return person.say("yes" if choice else "no")
    return str(choice)


def _quoted(text: str) -> str:
    return f"“{clipped(text, _QUOTED)}”"
