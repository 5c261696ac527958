"""The elements of Block Kit that ask for values."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from application.slack_forms.absent import ABSENT, FILE, marked
from application.slack_forms.limits import (
    CHECKBOX_OPTIONS,
    FILE_INPUT_FILES,
    HINT,
    INPUT_TEXT,
    LABEL,
    OPTION_TEXT,
    PLACEHOLDER,
)
from application.slack_forms.parts import Field, key_of
from application.slack_forms.person import Person
from application.slack_forms.shown import alternative, number_text, shown
from application.slack_forms.texts import Block, cleaned, one_line, plain, slack_length
from application.slack_forms.typed import text_of_choice
from application.slack_forms.widgets import FILES, Widget

ACTION: Final = "value"
_IMAGES: Final = ("png", "jpg", "jpeg", "gif", "webp")
_EXAMPLES: Final = {"array": "[1, 2]", "object": '{"name": "Ada"}'}


def block_id_of(field: Field, revision: int) -> str:
    """Name the block of a field; another revision has other names, so that Slack keeps nothing of what was typed."""
    return f"f{revision}:{'t' if field.widget is Widget.TABLE else ''}{key_of(field.path)}"


def fitting(field: Field, person: Person) -> Field:
    """Return a field with a widget that can show the value it has."""
    while field.value is not ABSENT and shown(field, person) is None:
        other = alternative(field)
        if other is None:
            break
        field = replace(field, widget=other)
    return field


def input_block(field: Field, block_id: str, person: Person) -> Block:
    """Return the input block that asks for a field."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(one_line(label_for(field, person)), LABEL),
        "element": {"action_id": ACTION, **_ELEMENTS[field.widget](field, person)},
        "optional": not needs_input(field),
    }
    if hint := hint_for(field, person):
        block["hint"] = plain(hint, HINT)
    return block


def needs_input(field: Field) -> bool:
    """Tell whether Slack itself is to insist on a value: not of lists, which may be empty, nor where one is there."""
    if field.widget is Widget.CHECKBOX or field.widget is Widget.TABLE:
        return False
    if field.widget in FILES and field.value is not ABSENT:
        return False
    if field.schema.get("type") == "array" and field.widget is not Widget.JSON:
        return field.required and field.schema.get("minItems", 0) > 0
    return field.required


def label_for(field: Field, person: Person) -> str:
    """Return the label of a field."""
    return person.say("upload-rows", list=field.label) if field.widget is Widget.TABLE else field.label


def hint_for(field: Field, person: Person) -> str:
    """Return what stands below a field: the author's description, and how it is to be filled in."""
    description = cleaned(str(field.schema.get("description") or "")) if field.widget is not Widget.TABLE else ""
    return "\n".join(text for text in (description, _how(field, person)) if text)


def _how(field: Field, person: Person) -> str:
    name = _HINTS.get(field.widget)
    if field.widget in FILES and field.value is not ABSENT and field.widget is not Widget.TABLE:
        file = marked(field.value, FILE)
        if file:
            return person.say("file-kept", name=one_line(str(file.get("name", ""))))
        if field.widget in (Widget.IMAGE, Widget.IMAGES):
            return person.say("value-kept") + "\n" + person.say("image-hint")
    if field.widget is Widget.TYPED:
        name = {"date": "date-hint", "time": "time-hint", "date-time": "datetime-hint"}.get(
            str(field.schema.get("format"))
        )
    if name is None:
        return ""
    columns = ", ".join((field.item or {}).get("properties", {}))
    count = len(field.value) if isinstance(field.value, str) else 0
    example = _EXAMPLES.get(str(field.schema.get("type")), _EXAMPLES["object"])
    return person.say(name, columns=columns, count=count, example=example)


_HINTS: Final[Mapping[Widget, str]] = {
    Widget.IMAGE: "image-hint",
    Widget.IMAGES: "image-hint",
    Widget.LINES: "lines-hint",
    Widget.ANY: "any-hint",
    Widget.JSON: "json-hint",
    Widget.TABLE: "upload-rows-hint",
    Widget.TEXT_FILE: "upload-text-hint",
    Widget.JSON_FILE: "upload-json-hint",
}


def _initial(name: str, value: Any) -> Block:
    return {} if value is None else {name: value}


def _text_input(field: Field, person: Person) -> Block:
    element: Block = {"type": "plain_text_input", "multiline": field.widget in _LONG}
    least, most = field.schema.get("minLength", 0), field.schema.get("maxLength", INPUT_TEXT)
    if field.widget in (Widget.TEXT, Widget.MULTILINE):
        if field.required and 0 < least <= INPUT_TEXT:
            element["min_length"] = least
        if 0 < most < INPUT_TEXT and most >= least and _fits(shown(field, person), most):
            element["max_length"] = most
    return element | _initial("initial_value", shown(field, person)) | _placeholder(field)


_LONG: Final = (Widget.MULTILINE, Widget.LINES, Widget.ANY, Widget.JSON)


def _fits(text: str | None, most: int) -> bool:
    return text is None or slack_length(text) <= most


def _placeholder(field: Field) -> Block:
    """Return an example of the author as the text of an empty field."""
    examples = field.schema.get("examples")
    example = examples[0] if isinstance(examples, list) and examples else None
    if not isinstance(example, (str, int, float)) or not one_line(str(example)):
        return {}
    return {"placeholder": plain(one_line(str(example)), PLACEHOLDER)}


def _typed_input(kind: str) -> Callable[[Field, Person], Block]:
    return lambda field, person: {
        "type": kind,
        **_initial("initial_value", shown(field, person)),
        **_placeholder(field),
    }


def _number_input(field: Field, person: Person) -> Block:
    element: Block = {"type": "number_input", "is_decimal_allowed": field.widget is Widget.NUMBER}
    initial = shown(field, person)
    low, high = number_text(field.schema.get("minimum")), number_text(field.schema.get("maximum"))
    value = field.value
    # Slack refuses a view whose own value breaks its limits; it is checked when it comes back.
    if low is not None and (initial is None or value >= field.schema["minimum"]):
        element["min_value"] = low
    if high is not None and (initial is None or value <= field.schema["maximum"]):
        element["max_value"] = high
    return element | _initial("initial_value", initial) | _placeholder(field)


def _picker(kind: str, initial: str) -> Callable[[Field, Person], Block]:
    return lambda field, person: {"type": kind, **_initial(initial, shown(field, person))}


def _checkbox(field: Field, person: Person) -> Block:
    option = {"text": plain(person.say("yes"), OPTION_TEXT), "value": "true"}
    return {"type": "checkboxes", "options": [option], **({"initial_options": [option]} if field.value is True else {})}


def option(index: int, choices: list[Any], person: Person) -> Block:
    """Return the option for one of the choices; its value is its place among them."""
    text = one_line(text_of_choice(choices[index], person)) or "-"
    return {"text": plain(text, OPTION_TEXT), "value": str(index)}


def _options(choices: list[Any], person: Person) -> list[Block]:
    return [option(index, choices, person) for index in range(len(choices))]


def _select(field: Field, person: Person) -> Block:
    choices, chosen = field.schema["enum"], shown(field, person)
    initial = {} if chosen is None else {"initial_option": option(chosen, choices, person)}
    # A radio button cannot be undone, a menu can.
    if field.widget is Widget.RADIO and field.required:
        return {"type": "radio_buttons", "options": _options(choices, person), **initial}
    placeholder = {"placeholder": plain(person.say("choose"), PLACEHOLDER)}
    if field.widget is Widget.EXTERNAL:
        return {"type": "external_select", "min_query_length": 0, **placeholder, **initial}
    return {"type": "static_select", "options": _options(choices, person), **placeholder, **initial}


def _multi_select(field: Field, person: Person) -> Block:
    choices, chosen = (field.item or {})["enum"], shown(field, person) or []
    initial = {"initial_options": [option(index, choices, person) for index in chosen]} if chosen else {}
    most = field.schema.get("maxItems", 0)
    at_most = {"max_selected_items": most} if most > 0 and most >= len(chosen) else {}
    if field.widget is Widget.MULTI and len(choices) <= CHECKBOX_OPTIONS and not at_most:
        return {"type": "checkboxes", "options": _options(choices, person), **initial}
    placeholder = {"placeholder": plain(person.say("choose"), PLACEHOLDER)}
    if field.widget is Widget.MULTI_EXTERNAL:
        return {"type": "multi_external_select", "min_query_length": 0, **placeholder, **initial, **at_most}
    options = _options(choices, person)
    return {"type": "multi_static_select", "options": options, **placeholder, **initial, **at_most}


def _of_slack(kind: str, initial: str) -> Callable[[Field, Person], Block]:
    return lambda field, person: {
        "type": kind,
        "placeholder": plain(person.say("choose"), PLACEHOLDER),
        **({initial: value} if (value := shown(field, person)) else {}),
    }


def _file_input(*types: str, most: int = 1) -> Callable[[Field, Person], Block]:
    return lambda _field, _person: {"type": "file_input", "filetypes": list(types), "max_files": most}


_ELEMENTS: Final[Mapping[Widget, Callable[[Field, Person], Block]]] = {
    **dict.fromkeys((Widget.TEXT, Widget.MULTILINE, Widget.LINES, Widget.TYPED, Widget.ANY, Widget.JSON), _text_input),
    Widget.EMAIL: _typed_input("email_text_input"),
    Widget.URL: _typed_input("url_text_input"),
    Widget.NUMBER: _number_input,
    Widget.INTEGER: _number_input,
    Widget.DATE: _picker("datepicker", "initial_date"),
    Widget.TIME: _picker("timepicker", "initial_time"),
    Widget.DATETIME: _picker("datetimepicker", "initial_date_time"),
    Widget.CHECKBOX: _checkbox,
    **dict.fromkeys((Widget.RADIO, Widget.SELECT, Widget.EXTERNAL), _select),
    **dict.fromkeys((Widget.MULTI, Widget.MULTI_EXTERNAL), _multi_select),
    Widget.PERSON: _of_slack("users_select", "initial_user"),
    Widget.PEOPLE: _of_slack("multi_users_select", "initial_users"),
    Widget.CHANNEL: _of_slack("channels_select", "initial_channel"),
    Widget.CHANNELS: _of_slack("multi_channels_select", "initial_channels"),
    Widget.IMAGE: _file_input(*_IMAGES),
    Widget.IMAGES: _file_input(*_IMAGES, most=FILE_INPUT_FILES),
    Widget.TEXT_FILE: _file_input("txt", "md"),
    Widget.JSON_FILE: _file_input("json"),
    Widget.TABLE: _file_input("csv", "xlsx"),
}
