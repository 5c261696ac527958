"""Which element of Block Kit asks for a value, by its schema."""

from enum import StrEnum
from typing import Final

from application.slack_forms.limits import INPUT_TEXT, SELECT_OPTIONS
from domain.schema import JsonObject, resolve

# So many choices are shown all at once.
RADIO_CHOICES: Final = 5


class Widget(StrEnum):
    """How a value is asked for."""

    GROUP = "group"
    ROWS = "rows"
    TEXT = "text"
    MULTILINE = "multiline"
    EMAIL = "email"
    URL = "url"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SELECT = "select"
    EXTERNAL = "external"
    MULTI = "multi"
    MULTI_EXTERNAL = "multi_external"
    PERSON = "person"
    PEOPLE = "people"
    CHANNEL = "channel"
    CHANNELS = "channels"
    IMAGE = "image"
    IMAGES = "images"
    LINES = "lines"
    # A text for what a picker or a checkbox cannot show, as the data has it.
    TYPED = "typed"
    ANY = "any"
    JSON = "json"
    # What no field holds comes from a file.
    TEXT_FILE = "text_file"
    JSON_FILE = "json_file"
    TABLE = "table"


FILES: Final = frozenset({Widget.IMAGE, Widget.IMAGES, Widget.TEXT_FILE, Widget.JSON_FILE, Widget.TABLE})
_BY_FORMAT: Final = {
    None: Widget.TEXT,
    "multiline": Widget.MULTILINE,
    "date": Widget.DATE,
    "time": Widget.TIME,
    "date-time": Widget.DATETIME,
    "email": Widget.EMAIL,
    "uri": Widget.URL,
    "person": Widget.PERSON,
    "channel": Widget.CHANNEL,
}
_BY_TYPE: Final = {"number": Widget.NUMBER, "integer": Widget.INTEGER, "boolean": Widget.CHECKBOX}
# What asks for a list of what a widget asks for.
_LISTS: Final = {
    Widget.GROUP: Widget.ROWS,
    Widget.IMAGE: Widget.IMAGES,
    Widget.PERSON: Widget.PEOPLE,
    Widget.CHANNEL: Widget.CHANNELS,
    Widget.RADIO: Widget.MULTI,
    Widget.SELECT: Widget.MULTI,
    Widget.EXTERNAL: Widget.MULTI_EXTERNAL,
    **dict.fromkeys(
        (
            Widget.TEXT,
            Widget.MULTILINE,
            Widget.EMAIL,
            Widget.URL,
            Widget.NUMBER,
            Widget.INTEGER,
            Widget.DATE,
            Widget.TIME,
            Widget.DATETIME,
            Widget.CHECKBOX,
        ),
        Widget.LINES,
    ),
}


def widget_of(root: JsonObject, schema: JsonObject) -> Widget:
    """Choose what asks for a value; JSON where nothing of Block Kit does."""
    if schema.get("enum"):
        return _of_choices(len(schema["enum"]))
    kind = type_of(schema)
    if kind == "string":
        wanted = _BY_FORMAT.get(schema.get("format"), Widget.TEXT)
        too_long = schema.get("minLength", 0) > INPUT_TEXT
        return Widget.TEXT_FILE if too_long and wanted in (Widget.TEXT, Widget.MULTILINE) else wanted
    if kind == "object":
        return _of_object(schema)
    if kind == "array":
        item = resolve(root, schema.get("items") or {})
        return Widget.JSON if type_of(item) == "array" else _LISTS.get(widget_of(root, item), Widget.JSON)
    return _BY_TYPE.get(kind or "", Widget.ANY)


def type_of(schema: JsonObject) -> str | None:
    """Return the one type of a schema, None where it has several or says nothing."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        named = [kind for kind in kinds if kind != "null"]
        return named[0] if len(named) == 1 else None
    if kinds is None:
        return next((kind for key, kind in (("properties", "object"), ("items", "array")) if key in schema), None)
    return str(kinds)


def _of_object(schema: JsonObject) -> Widget:
    properties = schema.get("properties") or {}
    if set(properties) == {"$image"}:
        return Widget.IMAGE
    if not properties or isinstance(schema.get("additionalProperties"), dict):
        return Widget.JSON
    return Widget.GROUP


def _of_choices(count: int) -> Widget:
    if count <= RADIO_CHOICES:
        return Widget.RADIO
    return Widget.SELECT if count <= SELECT_OPTIONS else Widget.EXTERNAL
