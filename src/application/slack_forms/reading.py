"""What is filled in, back from the state of a view."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from application.slack_forms.absent import ABSENT, CHANNEL, FILE, USER
from application.slack_forms.parts import Field
from application.slack_forms.person import Person
from application.slack_forms.shown import shown
from application.slack_forms.typed import UnfitError, any_of_text, json_of_text, lines_of_text, value_of_text
from application.slack_forms.widgets import FILES, Widget
from domain.placeholder import PlaceholderKind
from domain.row_values import UnfitCellError, value_of


def read_state(field: Field, state: Mapping[str, Any], person: Person) -> Any:
    """Return the value that is filled in, ABSENT where there is none.

    `state` is what `view.state.values` holds for the element.

    Raises:
        UnfitError: it is no value of the kind that is asked for.
    """
    return _READERS[field.widget](field, state, person)


def _written(state: Mapping[str, Any]) -> str | None:
    text = state.get("value")
    return text.replace("\r\n", "\n") if isinstance(text, str) and text.strip() else None


def _read_text(field: Field, state: Mapping[str, Any], person: Person) -> Any:
    text = _written(state)
    if text is None:
        return ABSENT
    if field.widget in (Widget.TEXT, Widget.MULTILINE):
        return text
    return value_of_text(text.strip(), field.schema, person)


def _read_number(field: Field, state: Mapping[str, Any], person: Person) -> Any:
    text = _written(state)
    if text is None:
        return ABSENT
    kind = PlaceholderKind.INTEGER if field.widget is Widget.INTEGER else PlaceholderKind.NUMBER
    try:
        # A field for numbers writes them as programs do, in every language.
        return value_of(text, kind, _PROGRAMS)
    except UnfitCellError:
        return value_of_text(text, field.schema, person)


def _picked(name: str) -> Callable[[Field, Mapping[str, Any], Person], Any]:
    return lambda _field, state, _person: state.get(name) or ABSENT


def _read_time(_: Field, state: Mapping[str, Any], __: Person) -> Any:
    picked = state.get("selected_time")
    return f"{picked}:00" if picked else ABSENT


def _read_datetime(field: Field, state: Mapping[str, Any], person: Person) -> Any:
    picked = state.get("selected_date_time")
    if not isinstance(picked, int):
        return ABSENT
    if picked == shown(field, person):
        return field.value
    return datetime.fromtimestamp(picked, person.zone).isoformat()


def _read_checkbox(_: Field, state: Mapping[str, Any], __: Person) -> Any:
    return bool(state.get("selected_options"))


def _chosen(option_: Any, choices: list[Any]) -> Any:
    """Return the choice behind an option; a stranger's index is none."""
    value = option_.get("value") if isinstance(option_, dict) else None
    known = isinstance(value, str) and value.isascii() and value.isdigit() and int(value) < len(choices)
    return choices[int(str(value))] if known else ABSENT


def _read_choice(field: Field, state: Mapping[str, Any], _: Person) -> Any:
    return _chosen(state.get("selected_option"), field.schema["enum"])


def _read_choices(field: Field, state: Mapping[str, Any], _: Person) -> Any:
    choices = (field.item or {})["enum"]
    values = [_chosen(each, choices) for each in state.get("selected_options") or ()]
    return _list(field, [value for value in values if value is not ABSENT])


def _list(field: Field, values: list[Any]) -> Any:
    """Return a list; an empty one that nobody asked for is none."""
    return values if values or field.required or field.value == [] else ABSENT


def _read_lines(field: Field, state: Mapping[str, Any], person: Person) -> Any:
    values, problems = lines_of_text(_written(state) or "", field.item or {}, person)
    if problems:
        raise UnfitError("\n".join(problems[:5]))
    return _list(field, values)


def _read_any(field: Field, state: Mapping[str, Any], _: Person) -> Any:
    text = _written(state)
    return ABSENT if text is None else any_of_text(text, field.schema)


def _read_json(field: Field, state: Mapping[str, Any], person: Person) -> Any:
    text = _written(state)
    return ABSENT if text is None else json_of_text(text, field.schema, person)


def _one(name: str, mark: str) -> Callable[[Field, Mapping[str, Any], Person], Any]:
    return lambda _field, state, _person: {mark: state[name]} if state.get(name) else ABSENT


def _several(name: str, mark: str) -> Callable[[Field, Mapping[str, Any], Person], Any]:
    return lambda field, state, _person: _list(field, [{mark: each} for each in state.get(name) or ()])


def _read_file(field: Field, state: Mapping[str, Any], _: Person) -> Any:
    """Return what stands for the uploaded file; without one the value is what it was."""
    kind = Widget.IMAGE if field.widget is Widget.IMAGES else field.widget
    files = [
        {FILE: {"id": str(file["id"]), "name": str(file.get("name") or ""), "as": kind.value}}
        for file in state.get("files") or ()
        if isinstance(file, dict) and "id" in file
    ]
    if not files:
        return field.value if field.value is not ABSENT or not field.required or not _is_list(field) else []
    return files if field.widget is Widget.IMAGES else files[0]


def _is_list(field: Field) -> bool:
    return field.schema.get("type") == "array"


_PROGRAMS: Final = Person().conventions
_READERS: Final[Mapping[Widget, Callable[[Field, Mapping[str, Any], Person], Any]]] = {
    **dict.fromkeys((Widget.TEXT, Widget.MULTILINE, Widget.EMAIL, Widget.URL, Widget.TYPED), _read_text),
    Widget.NUMBER: _read_number,
    Widget.INTEGER: _read_number,
    Widget.DATE: _picked("selected_date"),
    Widget.TIME: _read_time,
    Widget.DATETIME: _read_datetime,
    Widget.CHECKBOX: _read_checkbox,
    **dict.fromkeys((Widget.RADIO, Widget.SELECT, Widget.EXTERNAL), _read_choice),
    **dict.fromkeys((Widget.MULTI, Widget.MULTI_EXTERNAL), _read_choices),
    Widget.PERSON: _one("selected_user", USER),
    Widget.PEOPLE: _several("selected_users", USER),
    Widget.CHANNEL: _one("selected_channel", CHANNEL),
    Widget.CHANNELS: _several("selected_channels", CHANNEL),
    Widget.LINES: _read_lines,
    Widget.ANY: _read_any,
    Widget.JSON: _read_json,
    **dict.fromkeys(FILES, _read_file),
}
