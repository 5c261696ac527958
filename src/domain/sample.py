"""Sample data: a plausible value that fits a schema, and that its template renders."""

from math import ceil, floor
from typing import Any, Final

from domain.schema import JsonObject, resolve

_TEXTS: Final = {
    "date": "2026-01-31",
    "time": "09:30:00",
    "date-time": "2026-01-31T09:30:00Z",
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "person": "Ada Lovelace",
    "channel": "#general",
}
# One red pixel, as PNG.
_IMAGE: Final = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
# The key under which an object has its value where any key will do.
ANY_KEY: Final = "key"
# So many values below each other are made at most by lists in lists.
_COPIES: Final = 200
# So often a part that holds itself is made within itself.
_REPEATS: Final = 1


class _Nothing:
    """What stands for a value that has no end."""


def sample_of(schema: JsonObject, name: str = "data") -> Any:
    """Make a value that fits a schema: texts repeat the name of their property, lists hold two items."""
    return _Sampler(schema).make(schema, name, _COPIES)


class _Sampler:
    def __init__(self, root: JsonObject) -> None:
        self._root = root
        self._within: dict[str, int] = {}

    def make(self, schema: JsonObject, name: str, copies: int) -> Any:
        if "$ref" in schema:
            return self._again(schema["$ref"], name, copies)
        chosen = _chosen(schema)
        if chosen is not None:
            return chosen
        kinds = schema.get("type")
        match kinds[0] if isinstance(kinds, list) and kinds else kinds:
            case "object":
                made: Any = self._object(schema, copies)
            case "array":
                made = self._list(schema, name, copies)
            case "number" | "integer":
                made = _number(schema)
            case "boolean":
                made = True
            case _:
                made = _text(schema, name)
        return made

    def _again(self, pointer: str, name: str, copies: int) -> Any:
        target = resolve(self._root, {"$ref": pointer})
        if self._within.get(pointer, 0) >= _REPEATS:
            return [] if target.get("type") == "array" else _Nothing
        self._within[pointer] = self._within.get(pointer, 0) + 1
        made = self.make(target, name, copies)
        self._within[pointer] -= 1
        return made

    def _object(self, schema: JsonObject, copies: int) -> JsonObject:
        properties: JsonObject = schema.get("properties", {})
        if set(properties) == {"$image"}:
            return {"$image": _IMAGE}
        made = {key: self.make(child, key, copies) for key, child in properties.items()}
        others = schema.get("additionalProperties")
        if isinstance(others, dict):
            made.setdefault(ANY_KEY, self.make(others, ANY_KEY, copies))
        return {key: value for key, value in made.items() if value is not _Nothing}

    def _list(self, schema: JsonObject, name: str, copies: int) -> list[Any]:
        count = min(max(2, schema.get("minItems", 0)), schema.get("maxItems", copies), copies) or 1
        if schema.get("maxItems") == 0:
            return []
        item = self.make(schema.get("items", {}), name.removesuffix("s") or name, max(1, copies // count))
        return [] if item is _Nothing else [item] * count


def _chosen(schema: JsonObject) -> Any:
    """Return a value that the schema itself names; an empty or false default shows too little of a template."""
    if schema.get("default"):
        return schema["default"]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    return schema.get("const")


def _number(schema: JsonObject) -> Any:
    least, most = schema.get("minimum"), schema.get("maximum")
    if schema.get("type") == "integer":
        least, most = least if least is None else ceil(least), most if most is None else floor(most)
    value = 1 if least is None else max(1, least)
    return value if most is None else min(value, most)


def _text(schema: JsonObject, name: str) -> str:
    text: str = _TEXTS.get(schema.get("format", ""), name.replace("_", " "))
    text += "x" * (schema.get("minLength", 0) - len(text))
    return text[: schema.get("maxLength", len(text))]
