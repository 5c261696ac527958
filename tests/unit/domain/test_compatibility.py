"""What a new version breaks for callers of the old one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from domain.compatibility import ChangeKind, compare_schemas, is_breaking
from domain.schema import DECLARED, JsonObject


def of(required: str = "", **properties: JsonObject) -> JsonObject:
    """Build the schema of an object; `required` names properties."""
    return {"type": "object", "properties": properties, "required": required.split()}


TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "number"}


def declared(**schema: Any) -> JsonObject:
    return {**schema, DECLARED: True}


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        (of("a", a=TEXT), of("a", a=TEXT), []),
        (of(a=TEXT), of("b", a=TEXT, b=TEXT), [("b", "added-required", True)]),
        (of(a=TEXT), of(a=TEXT, b=TEXT), [("b", "added-optional", False)]),
        (
            of(),
            of("c", c=of("d e", d=TEXT, e=TEXT, f=TEXT)),
            [("c.d", "added-required", True), ("c.e", "added-required", True)],
        ),
        (of("a b", a=TEXT, b=TEXT), of("a", a=TEXT), [("b", "removed", False)]),
        (of(a=TEXT), {**of(), "additionalProperties": False}, [("a", "removed", True)]),
        (of(a=TEXT), of("a", a=TEXT), [("a", "became-required", True)]),
        (of("a", a=TEXT), of(a=TEXT), [("a", "became-optional", False)]),
        (
            of(a={**TEXT, "default": "x"}),
            of("a", a=TEXT),
            [("a", "became-required", True), ("a", "default-changed", False)],
        ),
        (of(a={**TEXT, "default": "x"}), of(a={**TEXT, "default": "y"}), [("a", "default-changed", False)]),
        (
            of("a", a=TEXT),
            of("a", a={**TEXT, "default": "y"}),
            [("a", "default-changed", False)],
        ),
        (of(a=NUMBER), of(a=TEXT), [("a", "kind-changed", False)]),
        (of(a=NUMBER), of(a=declared(**TEXT)), [("a", "kind-changed", True)]),
        (of(a=TEXT), of(a=NUMBER), [("a", "kind-changed", True)]),
        (of(a={"type": "integer"}), of(a=NUMBER), [("a", "kind-changed", False)]),
        (of(a=NUMBER), of(a={"type": "integer"}), [("a", "kind-changed", True)]),
        (of(a=TEXT), of(a={"type": "boolean"}), [("a", "kind-changed", False)]),
        (of(a=TEXT), of(a=declared(type="boolean")), [("a", "kind-changed", True)]),
        (of(a={"type": "array"}), of(a=TEXT), [("a", "kind-changed", True)]),
        (of(a=of(b=TEXT)), of(a={"type": "array", "items": TEXT}), [("a", "kind-changed", True)]),
        (of(a=TEXT), of(a=declared(type="string", format="date")), [("a", "kind-changed", True)]),
        (of(a=declared(type="string", format="date")), of(a=TEXT), [("a", "kind-changed", False)]),
        (of(a={}), of(a=NUMBER), [("a", "kind-changed", True)]),
        (of(a=TEXT), of(a={}), [("a", "kind-changed", False)]),
        (of(a={"type": ["string", "null"]}), of(a=declared(**TEXT)), [("a", "kind-changed", True)]),
        (of(a={"enum": ["x", "y"]}), of(a={"enum": ["x"]}), [("a", "choices-changed", True)]),
        (of(a={"enum": ["x"]}), of(a={"enum": ["x", "y"]}), [("a", "choices-changed", False)]),
        (of(a=TEXT), of(a={**TEXT, "enum": ["x"]}), [("a", "choices-changed", True)]),
        (of(a={**TEXT, "enum": ["x"]}), of(a=TEXT), [("a", "choices-changed", False)]),
        (of(a=NUMBER), of(a={**NUMBER, "minimum": 1}), [("a", "limit-changed", True)]),
        (of(a={**NUMBER, "minimum": 1}), of(a={**NUMBER, "minimum": 0}), [("a", "limit-changed", False)]),
        (of(a={**NUMBER, "maximum": 5}), of(a={**NUMBER, "maximum": 4}), [("a", "limit-changed", True)]),
        (of(a={**TEXT, "maxLength": 5}), of(a=TEXT), [("a", "limit-changed", False)]),
        (of(a=TEXT), of(a={**TEXT, "pattern": "x"}), [("a", "limit-changed", True)]),
        (
            of(a={"type": "array", "items": of(b=TEXT)}),
            of(a={"type": "array", "items": of("b", b=TEXT), "minItems": 1}),
            [("a", "limit-changed", True), ("a[].b", "became-required", True)],
        ),
        (
            of(a={"type": "object", "additionalProperties": NUMBER}),
            of(a={"type": "object", "additionalProperties": TEXT}),
            [("a.*", "kind-changed", False)],
        ),
        (of(a={"type": "object", "properties": {"x y": TEXT}}), of(a=of()), [("a['x y']", "removed", False)]),
    ],
)
def test_changes_path_by_path(old: JsonObject, new: JsonObject, changes: list[tuple[str, str, bool]]) -> None:
    found = compare_schemas(old, new)
    assert [(each.path, each.change, each.breaking) for each in found] == changes
    assert is_breaking(found) is any(breaking for _, _, breaking in changes)
    for each in found:
        assert each.path in each.message
        assert each.message.endswith(".")


def test_schemas_that_hold_themselves_are_compared_once() -> None:
    tree = of("tree", tree={"type": "array", "items": of("name", name=TEXT, children={"$ref": "#/properties/tree"})})
    other = of("tree", tree={"type": "array", "items": of("name", name=NUMBER, children={"$ref": "#/properties/tree"})})
    assert compare_schemas(tree, tree) == ()
    assert [each.path for each in compare_schemas(tree, other)] == ["tree[].name"]


def test_a_breaking_change_says_what_to_do() -> None:
    (change,) = compare_schemas(of(a=TEXT), of("b", a=TEXT, b=TEXT))
    assert change.change is ChangeKind.ADDED_REQUIRED
    assert change.suggestion


_leaf: st.SearchStrategy[JsonObject] = st.one_of(
    st.just({}),
    st.builds(
        lambda kind, mark: {"type": kind, **mark},
        st.sampled_from(["string", "number", "integer", "boolean"]),
        st.sampled_from([{}, {DECLARED: True}]),
    ),
    st.builds(lambda low: {"type": "number", "minimum": low, DECLARED: True}, st.integers(0, 3)),
    st.builds(lambda high: {"type": "string", "maxLength": high, DECLARED: True}, st.integers(1, 4)),
    st.builds(
        lambda choices: {"enum": choices, DECLARED: True},
        st.lists(st.sampled_from(["a", "b", 1]), min_size=1, unique=True),
    ),
)


def _containers(inner: st.SearchStrategy[JsonObject]) -> st.SearchStrategy[JsonObject]:
    names = st.lists(st.sampled_from(["p", "q", "r"]), unique=True)
    return st.one_of(
        st.builds(lambda items, low: {"type": "array", "items": items, "minItems": low}, inner, st.integers(0, 2)),
        st.builds(
            lambda properties, required: {
                "type": "object",
                "properties": properties,
                "required": [name for name in required if name in properties],
            },
            st.dictionaries(st.sampled_from(["p", "q", "r"]), inner, max_size=3),
            names,
        ),
    )


_schemas = st.dictionaries(
    st.sampled_from(["p", "q", "r"]), st.recursive(_leaf, _containers, max_leaves=4), min_size=1
).flatmap(
    lambda properties: st.lists(st.sampled_from(sorted(properties)), unique=True).map(
        lambda required: {"type": "object", "properties": properties, "required": required}
    )
)


def _data(draw: Any, schema: JsonObject) -> Any:
    """Draw data that is valid for a schema."""
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    return _DATA.get(schema.get("type", ""), _any_data)(draw, schema)


def _object(draw: Any, schema: JsonObject) -> JsonObject:
    chosen = [key for key in schema["properties"] if key in schema["required"] or draw(st.booleans())]
    return {key: _data(draw, schema["properties"][key]) for key in chosen}


def _list(draw: Any, schema: JsonObject) -> list[Any]:
    least = schema.get("minItems", 0)
    return [_data(draw, schema["items"]) for _ in range(draw(st.integers(least, least + 1)))]


def _any_data(draw: Any, schema: JsonObject) -> Any:
    return draw(st.sampled_from(["", "word"]))[: schema.get("maxLength", 9)]


_DATA: Any = {
    "object": _object,
    "array": _list,
    "number": lambda draw, schema: draw(st.sampled_from([0.5, 7])) + schema.get("minimum", 0),
    "integer": lambda draw, schema: draw(st.integers(0, 9)),
    "boolean": lambda draw, schema: draw(st.booleans()),
}


def _as_rendered(schema: JsonObject) -> JsonObject:
    """Return a schema that refuses what a render refuses: inferred texts and truths take every single value."""
    changed = dict(schema)
    if schema.get("type") in {"string", "boolean"} and DECLARED not in schema:
        del changed["type"]
    if "properties" in schema:
        changed["properties"] = {key: _as_rendered(child) for key, child in schema["properties"].items()}
    if "items" in schema:
        changed["items"] = _as_rendered(schema["items"])
    return changed


@given(_schemas, _schemas, st.data())
@settings(max_examples=300, deadline=None)
def test_where_nothing_breaks_the_new_version_takes_all_old_data(
    old: JsonObject, new: JsonObject, data: st.DataObject
) -> None:
    example = _data(data.draw, old)
    Draft202012Validator(old).validate(example)
    if not is_breaking(compare_schemas(old, new)):
        Draft202012Validator(_as_rendered(new)).validate(example)


@given(_schemas)
@settings(max_examples=50, deadline=None)
def test_a_schema_breaks_nothing_of_itself(schema: JsonObject) -> None:
    assert compare_schemas(schema, schema) == ()
