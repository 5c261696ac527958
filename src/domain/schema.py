"""The JSON Schema (draft 2020-12) of a template's data, inferred from its placeholders, and sample data for it."""

import re
from collections.abc import Iterable
from typing import Any, Final

from domain.placeholder import Placeholder, PlaceholderKind

JsonObject = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

# What stands in the schema, and in sample data, for each kind of leaf.
_SCHEMAS: dict[PlaceholderKind, JsonObject] = {
    PlaceholderKind.TEXT: {"type": "string"},
    PlaceholderKind.NUMBER: {"type": "number"},
    PlaceholderKind.BOOLEAN: {"type": "boolean"},
    PlaceholderKind.DATE: {"type": "string", "format": "date"},
    PlaceholderKind.TIME: {"type": "string", "format": "time"},
    PlaceholderKind.DATETIME: {"type": "string", "format": "date-time"},
    PlaceholderKind.IMAGE: {"type": "object", "required": ["$image"], "properties": {"$image": {"type": "string"}}},
    PlaceholderKind.RICH_TEXT: {"type": ["string", "object"]},
    PlaceholderKind.LIST: {"type": "array"},
    PlaceholderKind.OBJECT: {"type": "object"},
    PlaceholderKind.ANY: {},
}

_SAMPLE_TEXTS = {
    "date": "2026-01-31",
    "time": "09:30:00",
    "date-time": "2026-01-31T09:30:00Z",
    "email": "ada@example.com",
}

_STEP = re.compile(r"\[\]|[^.\[\]]+")


def infer_schema(placeholders: Iterable[Placeholder]) -> JsonObject:
    """Build the schema of an object that holds every placeholder, properties in order of first use.

    A parent is required where one of its own placeholders is, so that `required` holds level by level.
    """
    root: JsonObject = {"$schema": DIALECT, "type": "object", "properties": {}}
    for placeholder in placeholders:
        _add(root, _STEP.findall(placeholder.path), placeholder)
    return root


def _add(node: JsonObject, steps: list[str], placeholder: Placeholder) -> None:
    for step in steps:
        node = _items_of(node) if step == "[]" else _property_of(node, step, required=placeholder.required)
    for key, value in _SCHEMAS[placeholder.kind].items():
        node.setdefault(key, value)


def _items_of(node: JsonObject) -> JsonObject:
    node["type"] = "array"
    items: JsonObject = node.setdefault("items", {})
    return items


def _property_of(node: JsonObject, name: str, *, required: bool) -> JsonObject:
    node["type"] = "object"
    child: JsonObject = node.setdefault("properties", {}).setdefault(name, {})
    if required and name not in node.setdefault("required", []):
        node["required"].append(name)
    return child


def sample_of(schema: JsonObject, name: str = "data") -> Any:
    """Make a value that fits the schema: texts repeat the name of their property, lists hold two items."""
    if "default" in schema:
        return schema["default"]
    if schema.get("enum"):
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            sample: Any = {key: sample_of(child, key) for key, child in schema.get("properties", {}).items()}
        case "array":
            sample = [sample_of(schema.get("items", {}), name.removesuffix("s"))] * 2
        case "number" | "integer":
            sample = 1
        case "boolean":
            sample = True
        case _:
            sample = _SAMPLE_TEXTS.get(schema.get("format", ""), name.replace("_", " "))
    return sample
