"""The JSON Schema (draft 2020-12) of a template's data, inferred from its placeholders."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import unquote

from domain.data_path import Each, Step, parse_path
from domain.placeholder import Placeholder, PlaceholderKind

JsonObject = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# Stands beside a type that the template's author has declared: data of another type is refused.
DECLARED: Final = "x-docgen-declared"

# References to references that are followed.
_MAX_REFERENCES: Final = 20

# What stands in the schema for each kind.
KIND_SCHEMAS: Final[dict[PlaceholderKind, JsonObject]] = {
    PlaceholderKind.TEXT: {"type": "string"},
    PlaceholderKind.MULTILINE: {"type": "string", "format": "multiline"},
    PlaceholderKind.NUMBER: {"type": "number"},
    PlaceholderKind.INTEGER: {"type": "integer"},
    PlaceholderKind.BOOLEAN: {"type": "boolean"},
    PlaceholderKind.DATE: {"type": "string", "format": "date"},
    PlaceholderKind.TIME: {"type": "string", "format": "time"},
    PlaceholderKind.DATETIME: {"type": "string", "format": "date-time"},
    PlaceholderKind.EMAIL: {"type": "string", "format": "email"},
    PlaceholderKind.URL: {"type": "string", "format": "uri"},
    PlaceholderKind.PERSON: {"type": "string", "format": "person"},
    PlaceholderKind.CHANNEL: {"type": "string", "format": "channel"},
    PlaceholderKind.CHOICE: {},
    PlaceholderKind.IMAGE: {"type": "object", "required": ["$image"], "properties": {"$image": {"type": "string"}}},
    PlaceholderKind.RICH_TEXT: {"type": ["string", "object"]},
    PlaceholderKind.LIST: {"type": "array"},
    PlaceholderKind.OBJECT: {"type": "object"},
    PlaceholderKind.ANY: {},
}


def infer_schema(placeholders: Iterable[Placeholder]) -> JsonObject:
    """Build the schema of an object that holds every placeholder, properties in order of first use.

    `required` holds level by level: a parent is required where one of its own placeholders is, and what is needed
    together with an optional parent is required in it.
    """
    root: JsonObject = {"$schema": DIALECT, "type": "object", "properties": {}}
    required: set[int] = set()
    for placeholder in placeholders:
        _add(root, placeholder, required)
    return root


def resolve(root: JsonObject, schema: JsonObject) -> JsonObject:
    """Return what a schema refers to, or the schema itself where it says all it has to say."""
    for _ in range(_MAX_REFERENCES):
        if "$ref" not in schema:
            return schema
        node: Any = root
        for step in unquote(str(schema["$ref"])).removeprefix("#").split("/")[1:]:
            node = node.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
        schema = node if isinstance(node, dict) else {}
    return {}


def _add(root: JsonObject, placeholder: Placeholder, known: set[int]) -> None:
    """Add a placeholder; `known` are the identities of the schemas that are required already."""
    steps, node = parse_path(placeholder.path), root
    needed_from = _needed_from(placeholder, len(steps))
    for index, step in enumerate(steps):
        node = _below(node, step, known, required=index >= needed_from)
    for key, value in KIND_SCHEMAS[placeholder.kind].items():
        node.setdefault(key, value)
    node.update(placeholder.facts)
    if placeholder.declared:
        node[DECLARED] = True
    if "$ref" in node:
        # What the other place says is said there.
        node.pop("type", None)


def _needed_from(placeholder: Placeholder, length: int) -> int:
    """Return the number of steps below which every step is required."""
    if placeholder.required:
        return 0
    return length if placeholder.required_with is None else len(parse_path(placeholder.required_with))


def _below(node: JsonObject, step: Step, known: set[int], *, required: bool) -> JsonObject:
    if isinstance(step, Each):
        node["type"] = "array" if step is Each.ITEM else "object"
        inner: JsonObject = node.setdefault("items" if step is Each.ITEM else "additionalProperties", {})
        return inner
    node["type"] = "object"
    child: JsonObject = node.setdefault("properties", {}).setdefault(step, {})
    if required and id(child) not in known:
        known.add(id(child))
        node.setdefault("required", []).append(step)
    return child
