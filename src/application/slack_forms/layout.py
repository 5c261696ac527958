"""From a template's schema and the data so far to the parts of a form, in the order of the schema."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from application.slack_forms.absent import ABSENT, FILE, marked
from application.slack_forms.elements import fitting
from application.slack_forms.parts import Adder, Field, Heading, Part, Verb, label_of
from application.slack_forms.person import Person
from application.slack_forms.widgets import Widget, widget_of
from domain.row_path import RowPath
from domain.schema import JsonObject, resolve

# Rows of a list that a form shows; a longer list comes from a file.
MAX_ROWS: Final = 20
# Groups and lists within each other; what lies deeper is written as JSON.
MAX_DEPTH: Final = 6


def parts_of(schema: JsonObject, data: JsonObject, person: Person) -> list[Part]:
    """List the parts of the form that asks for data of a schema."""
    return list(_Layout(schema, person).members(_Spot((), "", (), (schema,)), schema, data))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in the form: `trail` are the headings and `above` the schemas that hold it."""

    path: RowPath
    label: str
    trail: tuple[str, ...]
    above: tuple[JsonObject, ...]

    @property
    def within_row(self) -> bool:
        return any(isinstance(step, int) for step in self.path)


class _Layout:
    def __init__(self, root: JsonObject, person: Person) -> None:
        self._root = root
        self._person = person

    def members(self, spot: _Spot, schema: JsonObject, value: Any) -> Iterator[Part]:
        """List the parts of an object's properties."""
        needed = schema.get("required", ())
        for name, said in schema.get("properties", {}).items():
            child = resolve(self._root, said)
            label = label_of({**child, **said}, name)
            inner = value.get(name, ABSENT) if isinstance(value, dict) else ABSENT
            yield from self._value(replace(spot, path=(*spot.path, name), label=label), child, inner, name in needed)

    def _value(self, spot: _Spot, schema: JsonObject, value: Any, required: bool) -> Iterator[Part]:  # noqa: FBT001  # of its schema, as all the others
        widget = widget_of(self._root, schema)
        item = resolve(self._root, schema["items"]) if isinstance(schema.get("items"), dict) else None
        if widget is Widget.GROUP and self._opens(spot, schema) and (value is ABSENT or isinstance(value, dict)):
            yield from self._group(spot, schema, value, required)
        elif widget is Widget.ROWS and self._opens(spot, item or {}) and not spot.within_row:
            yield from self._rows(spot, schema, value)
        else:
            widget = Widget.JSON if widget in (Widget.GROUP, Widget.ROWS) else widget
            field = Field(spot.path, schema, widget, spot.label, required, value, spot.trail, item)
            yield fitting(field, self._person)

    @staticmethod
    def _opens(spot: _Spot, schema: JsonObject) -> bool:
        """Tell whether a part is shown by its own parts: it neither holds itself nor lies too deep."""
        return len(spot.above) < MAX_DEPTH and not any(schema is each for each in spot.above)

    def _group(self, spot: _Spot, schema: JsonObject, value: Any, required: bool) -> Iterator[Part]:  # noqa: FBT001
        description = str(schema.get("description") or "")
        if not required and value is ABSENT:
            yield Heading(spot.path, spot.label, Verb.ADD, description, "optional-group", trail=spot.trail)
            return
        yield Heading(spot.path, spot.label, None if required else Verb.REMOVE, description, trail=spot.trail)
        inner = _Spot(spot.path, "", (*spot.trail, spot.label), (*spot.above, schema))
        yield from self.members(inner, schema, value)

    def _rows(self, spot: _Spot, schema: JsonObject, value: Any) -> Iterator[Part]:
        rows = value if isinstance(value, list) else []
        item = resolve(self._root, schema.get("items", {}))
        description = str(schema.get("description") or "")
        trail = (*spot.trail, spot.label)
        table = Field(spot.path, schema, Widget.TABLE, spot.label, required=False, value=value, trail=trail, item=item)
        hidden = len(rows) > MAX_ROWS or not all(isinstance(row, dict) for row in rows)
        file = marked(value, FILE)
        if hidden or file:
            note, name = ("rows-file", str(file.get("name", ""))) if file else ("rows-hidden", "")
            yield Heading(spot.path, spot.label, Verb.REMOVE, description, note, len(rows), name, trail=spot.trail)
            yield table
            return
        yield Heading(spot.path, spot.label, None, description, trail=spot.trail)
        for index, row in enumerate(rows):
            path = (*spot.path, index)
            yield Heading(path, spot.label, Verb.REMOVE, row=index + 1, trail=trail)
            yield from self.members(_Spot(path, "", trail, (*spot.above, schema, item)), item, row)
        yield Adder(spot.path, len(rows) >= min(MAX_ROWS, schema.get("maxItems", MAX_ROWS)), trail)
        yield table
