"""The data that a form begins with."""

import copy
from typing import Any, Final

from application.slack_forms.layout import MAX_ROWS
from application.slack_forms.widgets import Widget, type_of, widget_of
from domain.schema import JsonObject, resolve

# Groups within each other that are begun.
_MAX_DEPTH: Final = 6


def started(schema: JsonObject, given: JsonObject) -> JsonObject:
    """Return data as far as it is known before anybody filled anything in: defaults, needed groups, first rows.

    What is given stays as it is.
    """
    return _object(schema, schema, given, 0)


def blank_row(root: JsonObject, schema: JsonObject) -> JsonObject:
    """Return a new row, or an optional group that has just been added."""
    return _object(root, resolve(root, schema), {}, 1)


def _object(root: JsonObject, schema: JsonObject, given: JsonObject, depth: int) -> JsonObject:
    needed = schema.get("required", ())
    made: JsonObject = {}
    for name, said in schema.get("properties", {}).items():
        child = resolve(root, said)
        if name in given:
            made[name] = _given(root, child, given[name], depth)
        elif "default" in child and child["default"] is not None:
            made[name] = copy.deepcopy(child["default"])
        elif name in needed and depth < _MAX_DEPTH:
            made |= _needed(root, child, name, depth)
    return made | {name: value for name, value in given.items() if name not in made}


def _given(root: JsonObject, schema: JsonObject, value: Any, depth: int) -> Any:
    is_group = isinstance(value, dict) and widget_of(root, schema) is Widget.GROUP and depth < _MAX_DEPTH
    return _object(root, schema, value, depth + 1) if is_group else value


def _needed(root: JsonObject, schema: JsonObject, name: str, depth: int) -> JsonObject:
    """Return what a required value begins with, nothing where it has to be filled in."""
    widget = widget_of(root, schema)
    if widget is Widget.GROUP:
        return {name: _object(root, schema, {}, depth + 1)}
    if widget is Widget.ROWS:
        row = _object(root, resolve(root, schema["items"]), {}, depth + 1)
        # One row to begin with, so that people see what a row is; as many as a file has come from a file.
        count = min(max(1, schema.get("minItems", 0)), schema.get("maxItems", MAX_ROWS))
        return {name: [copy.deepcopy(row) for _ in range(count if count <= MAX_ROWS else 0)]}
    return {name: []} if type_of(schema) == "array" and schema.get("minItems", 0) == 0 else {}
