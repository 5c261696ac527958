"""How a value looks in the field that asks for it; None where that field cannot show it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from application.slack_forms.absent import ABSENT, CHANNEL, USER, marked
from application.slack_forms.limits import DATETIME_MAX, DATETIME_MIN, INPUT_TEXT
from application.slack_forms.parts import Field
from application.slack_forms.person import Person
from application.slack_forms.texts import cleaned, slack_length
from application.slack_forms.typed import any_of_text, lines_of_text
from application.slack_forms.widgets import Widget
from domain.exact_json import write_exact
from domain.refinement_fit import misfit, same


def shown(field: Field, person: Person) -> Any:
    """Return what a field shows of its value: a text, a number of seconds, indexes of choices …; None if it cannot."""
    show = None if field.value is ABSENT else _SHOWN.get(field.widget)
    return None if show is None else show(field, person)


def _text(field: Field, _: Person) -> str | None:
    value = field.value
    if not isinstance(value, str) or cleaned(value) != value or slack_length(value) > INPUT_TEXT:
        return None
    return None if "\n" in value and field.widget is not Widget.MULTILINE else value


def _in_format(name: str) -> Callable[[Field, Person], str | None]:
    def read(field: Field, person: Person) -> str | None:
        text = _text(field, person)
        return None if text is None or misfit(text, ("string", name), {}) else text

    return read


def _number(field: Field, _: Person) -> str | None:
    return number_text(field.value)


def number_text(value: Any) -> str | None:
    """Write a number as a field of Slack does: plainly, without an exponent."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return format(Decimal(str(value)), "f")


def _date(field: Field, _: Person) -> str | None:
    try:
        return field.value if date.fromisoformat(field.value).isoformat() == field.value else None
    except (TypeError, ValueError):
        return None


def _time(field: Field, _: Person) -> str | None:
    try:
        read = time.fromisoformat(field.value)
    except (TypeError, ValueError):
        return None
    exact = read.second == 0 and read.microsecond == 0 and read.tzinfo is None
    return read.strftime("%H:%M") if exact else None


def _datetime(field: Field, person: Person) -> int | None:
    try:
        read = datetime.fromisoformat(field.value)
        seconds = int((read if read.tzinfo else read.replace(tzinfo=person.zone)).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if DATETIME_MIN <= seconds <= DATETIME_MAX and read.second == 0 == read.microsecond else None


def _checkbox(field: Field, _: Person) -> bool | None:
    return field.value if isinstance(field.value, bool) else None


def _choice(field: Field, _: Person) -> int | None:
    return next((index for index, each in enumerate(field.schema["enum"]) if same(each, field.value)), None)


def _choices(field: Field, _: Person) -> list[int] | None:
    offered = (field.item or {}).get("enum", [])
    if not isinstance(field.value, list):
        return None
    found = [next((at for at, each in enumerate(offered) if same(each, value)), None) for value in field.value]
    indexes = [index for index in found if index is not None]
    return indexes if len(indexes) == len(found) == len(set(indexes)) else None


def _mark(name: str) -> Callable[[Field, Person], str | None]:
    return lambda field, _: marked(field.value, name)


def _marks(name: str) -> Callable[[Field, Person], list[Any] | None]:
    def read(field: Field, _: Person) -> list[Any] | None:
        found = [marked(each, name) for each in field.value] if isinstance(field.value, list) else [None]
        return None if None in found else found

    return read


def _lines(field: Field, person: Person) -> str | None:
    values = field.value
    if not isinstance(values, list) or any(isinstance(each, (dict, list)) or each is None for each in values):
        return None
    words = {True: person.say("yes"), False: person.say("no")}
    lines = [words[each] if isinstance(each, bool) else number_text(each) or each for each in values]
    text = "\n".join(lines)
    again, problems = lines_of_text(text, field.item or {}, person)
    unchanged = not problems and same(again, values)
    return text if unchanged and cleaned(text) == text and slack_length(text) <= INPUT_TEXT else None


def _typed(field: Field, _: Person) -> str | None:
    value = field.value
    return value if isinstance(value, str) and cleaned(value) == value and slack_length(value) <= INPUT_TEXT else None


def _any(field: Field, _: Person) -> str | None:
    plain = field.value if isinstance(field.value, str) else None
    if plain is not None and same(any_of_text(plain, field.schema), plain):
        text = plain
    else:
        text = write_exact(field.value, pretty=True)
    return text if cleaned(text) == text and slack_length(text) <= INPUT_TEXT else None


def _json(field: Field, _: Person) -> str | None:
    text = write_exact(field.value, pretty=True)
    if slack_length(text) > INPUT_TEXT:
        text = write_exact(field.value)
    return text if cleaned(text) == text and slack_length(text) <= INPUT_TEXT else None


_SHOWN: Final[Mapping[Widget, Callable[[Field, Person], Any]]] = {
    Widget.TEXT: _text,
    Widget.MULTILINE: _text,
    Widget.EMAIL: _in_format("email"),
    Widget.URL: _in_format("uri"),
    Widget.NUMBER: _number,
    Widget.INTEGER: _number,
    Widget.DATE: _date,
    Widget.TIME: _time,
    Widget.DATETIME: _datetime,
    Widget.CHECKBOX: _checkbox,
    Widget.RADIO: _choice,
    Widget.SELECT: _choice,
    Widget.EXTERNAL: _choice,
    Widget.MULTI: _choices,
    Widget.MULTI_EXTERNAL: _choices,
    Widget.PERSON: _mark(USER),
    Widget.PEOPLE: _marks(USER),
    Widget.CHANNEL: _mark(CHANNEL),
    Widget.CHANNELS: _marks(CHANNEL),
    Widget.LINES: _lines,
    Widget.TYPED: _typed,
    Widget.ANY: _any,
    Widget.JSON: _json,
}
# What shows a value that a field cannot show. Choices are not here: a value that is none of them is chosen anew.
_ELSE: Final[Mapping[Widget, Widget]] = {
    Widget.TEXT: Widget.MULTILINE,
    Widget.MULTILINE: Widget.ANY,
    **dict.fromkeys(
        (
            Widget.EMAIL,
            Widget.URL,
            Widget.NUMBER,
            Widget.INTEGER,
            Widget.DATE,
            Widget.TIME,
            Widget.DATETIME,
            Widget.CHECKBOX,
            Widget.PERSON,
            Widget.CHANNEL,
        ),
        Widget.TYPED,
    ),
    Widget.TYPED: Widget.ANY,
    **dict.fromkeys((Widget.MULTI, Widget.MULTI_EXTERNAL, Widget.PEOPLE, Widget.CHANNELS, Widget.LINES), Widget.JSON),
    Widget.ANY: Widget.JSON_FILE,
    Widget.JSON: Widget.JSON_FILE,
}


def alternative(field: Field) -> Widget | None:
    """Return what else may show the value of a field."""
    if field.widget in (Widget.TEXT, Widget.MULTILINE) and isinstance(field.value, str):
        return Widget.MULTILINE if field.widget is Widget.TEXT else Widget.TEXT_FILE
    return _ELSE.get(field.widget)
