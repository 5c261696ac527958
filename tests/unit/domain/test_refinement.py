"""What an author says about the data of a template, beside it."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from domain.errors import SchemaInvalidError
from domain.placeholder import Placeholder, PlaceholderKind
from domain.refinement import refine, refined_placeholders
from domain.refinement_reader import carry_over, read_refinements
from domain.schema import DECLARED, DIALECT, JsonObject

INFERRED: JsonObject = {
    "$schema": DIALECT,
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "total": {"type": "number"},
        "note": {"type": "string"},
        "due": {"type": "string", "format": "date"},
        "fixed": {"type": "integer", DECLARED: True},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"qty": {"type": "number"}, "what": {"type": "string"}},
                "required": ["qty", "what"],
            },
        },
        "prices": {"type": "object", "additionalProperties": {"type": "string"}},
        "tree": {"$ref": "#/properties/items"},
        "anything": {},
    },
    "required": ["name", "total", "items"],
}


def of(**properties: Any) -> JsonObject:
    """Say something about properties."""
    return {"properties": properties}


def everything() -> JsonObject:
    return {
        "title": "Invoice",
        **of(
            name={"title": "Name", "description": "Of the customer", "enum": ["Ada", "Bob"], "examples": ["Bob"]},
            total={"type": "integer", "minimum": 0, "maximum": 1_000_000},
            note={"type": "string", "format": "multiline", "maxLength": 200},
            items={"minItems": 1, "items": of(qty={"default": 1.5})},
            prices={"additionalProperties": {"type": "number"}},
        ),
        "required": ["name", "total", "items", "note"],
    }


def test_what_is_said_is_kept_by_path_and_nothing_else() -> None:
    assert read_refinements(everything(), INFERRED) == {
        "": {"title": "Invoice"},
        "name": {
            "title": "Name",
            "description": "Of the customer",
            "enum": ["Ada", "Bob"],
            "type": "string",
            "examples": ["Bob"],
        },
        "total": {"minimum": 0, "maximum": 1_000_000, "type": "integer"},
        "note": {"maxLength": 200, "type": "string", "format": "multiline", "required": True},
        "items": {"minItems": 1, "type": "array"},
        "items[].qty": {"default": 1.5, "required": False},
        "prices.*": {"type": "number"},
    }


def test_the_schema_says_what_was_said_in_the_order_of_the_template() -> None:
    refined = refine(INFERRED, read_refinements(everything(), INFERRED))
    Draft202012Validator.check_schema(refined)
    assert list(refined["properties"]) == list(INFERRED["properties"])
    assert refined["required"] == ["name", "total", "note", "items"]
    assert refined["properties"]["note"] == {
        "type": "string",
        "format": "multiline",
        "maxLength": 200,
        DECLARED: True,
    }
    assert refined["properties"]["items"]["items"]["required"] == ["what"]
    assert INFERRED["required"] == ["name", "total", "items"]


@pytest.mark.parametrize("said", [everything(), {}, of(name={DECLARED: True})])
def test_a_schema_that_is_read_and_sent_back_says_the_same(said: JsonObject) -> None:
    refinements = read_refinements(said, INFERRED)
    assert read_refinements(refine(INFERRED, refinements), INFERRED) == refinements


def test_an_inferred_type_is_declared_only_on_purpose() -> None:
    """Else a schema that is read, given a title and sent back would refuse the numbers that texts may be."""
    assert read_refinements(of(name={"type": "string"}), INFERRED) == {}
    assert read_refinements(of(name={"type": "string", DECLARED: True}), INFERRED) == {"name": {"type": "string"}}
    assert read_refinements(of(due={"type": "string"}), INFERRED) == {}


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        (5, [""]),
        ([], [""]),
        (of(nam={}), ["/properties/nam"]),
        (of(name=5), ["/properties/name"]),
        (of(name={"titel": "x", "pattern": ".*"}), ["/properties/name/titel", "/properties/name/pattern"]),
        (of(**{"a/b~c": {}}), ["/properties/a~1b~0c"]),
        (of(name={"title": 5}), ["/properties/name/title"]),
        (of(name={"title": "x" * 201}), ["/properties/name/title"]),
        (of(name={"type": "array"}), ["/properties/name/type"]),
        (of(name={"type": {"a": []}}), ["/properties/name/type"]),
        (of(name={"format": ["date"]}), ["/properties/name/format"]),
        (of(name={"title": None, "type": None}), ["/properties/name/title", "/properties/name/type"]),
        (of(name={"enum": ["a"], "format": "spell"}), ["/properties/name/format"]),
        (of(anything={"enum": ["a", 1], "format": "date"}), ["/properties/anything/format"]),
        (of(name={DECLARED: "yes"}), [f"/properties/name/{DECLARED}"]),
        ({DECLARED: 1, "minLength": None}, ["/minLength", f"/{DECLARED}"]),
        (of(total={"type": "string"}), ["/properties/total/type"]),
        (of(items={"type": "string"}), ["/properties/items/type"]),
        (of(due={"type": "number"}), ["/properties/due/type"]),
        (of(fixed={"type": "number"}), ["/properties/fixed/type"]),
        (of(tree={"default": []}), ["/properties/tree/default"]),
        (of(tree={"$ref": "#/elsewhere"}), ["/properties/tree/$ref"]),
        (of(name={"enum": []}), ["/properties/name/enum"]),
        (of(name={"enum": "Ada"}), ["/properties/name/enum"]),
        (of(name={"enum": ["a", "b", "a"]}), ["/properties/name/enum/2"]),
        (of(name={"enum": [{"a": 1}]}), ["/properties/name/enum/0"]),
        (of(total={"enum": ["a"]}), ["/properties/total/enum"]),
        (of(total={"default": "a"}), ["/properties/total/default"]),
        (of(total={"default": True}), ["/properties/total/default"]),
        (of(name={"enum": ["a", "b"], "default": "c"}), ["/properties/name/default"]),
        (of(due={"default": "31 January"}), ["/properties/due/default"]),
        (of(total={"minimum": 3, "default": 2}), ["/properties/total/default"]),
        (of(name={"default": {"$image": "x"}}), ["/properties/name/default", "/properties/name/default"]),
        (of(items={"default": [{"what": {"$image": "x"}}]}), ["/properties/items/default"]),
        (of(total={"examples": [1, "a"]}), ["/properties/total/examples/1"]),
        (of(total={"maxLength": 3}), ["/properties/total/maxLength"]),
        (of(total={"minimum": "3"}), ["/properties/total/minimum"]),
        (of(total={"minimum": 3, "maximum": 2}), ["/properties/total/maximum"]),
        (of(note={"maxLength": -1}), ["/properties/note/maxLength"]),
        (of(items={"items": of(qyt={})}), ["/properties/items/items/properties/qyt"]),
        (of(name={"items": {}}), ["/properties/name/items"]),
        ({"additionalProperties": False}, ["/additionalProperties"]),
        ({"type": "array"}, ["/type"]),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, ["/$schema"]),
        ({"properties": []}, ["/properties"]),
        ({"required": "name"}, ["/required"]),
        ({"required": ["name", "total", "items", "nmae"]}, ["/required/3"]),
        ({"required": ["name", "total"]}, ["/required"]),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_place(said: Any, pointers: list[str]) -> None:
    with pytest.raises(SchemaInvalidError) as refusal:
        read_refinements(said, INFERRED)
    assert [found.pointer for found in refusal.value.diagnostics] == pointers
    assert all(found.message for found in refusal.value.diagnostics)


def test_a_near_miss_is_named() -> None:
    with pytest.raises(SchemaInvalidError) as refusal:
        read_refinements(of(totl={}), INFERRED)
    assert refusal.value.diagnostics[0].suggestion == "Did you mean 'total'?"


def test_what_has_a_default_may_be_left_out() -> None:
    said = {**of(name={"default": "Ada"}), "required": ["name", "total", "items"]}
    refined = refine(INFERRED, read_refinements(said, INFERRED))
    assert refined["required"] == ["total", "items"]


def test_the_next_version_keeps_what_fits_it() -> None:
    refinements = read_refinements(everything(), INFERRED)
    assert carry_over(refinements, INFERRED) == (refinements, {})
    other = {**INFERRED, "properties": {**INFERRED["properties"]}}
    del other["properties"]["note"]
    other["properties"]["total"] = {"type": "array", "items": {"type": "string"}}
    kept, lost = carry_over(refinements, other)
    assert kept.keys() == refinements.keys() - {"note", "total"}
    assert lost.keys() == {"note", "total"}
    assert "does not use note" in lost["note"]


def test_placeholders_are_what_the_author_says() -> None:
    inferred = [
        Placeholder("name", PlaceholderKind.TEXT, required=True),
        Placeholder("note", PlaceholderKind.TEXT, required=False),
        Placeholder("items[].qty", PlaceholderKind.NUMBER, required=True),
        Placeholder("due", PlaceholderKind.DATE, required=False),
    ]
    refined = refined_placeholders(inferred, read_refinements(everything(), INFERRED))
    assert [(each.kind, each.required, each.declared) for each in refined] == [
        (PlaceholderKind.CHOICE, True, True),
        (PlaceholderKind.MULTILINE, True, True),
        (PlaceholderKind.NUMBER, False, False),
        (PlaceholderKind.DATE, False, False),
    ]
    assert refined[3] is inferred[3]
