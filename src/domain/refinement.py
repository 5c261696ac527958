"""What a template's author says about its data beside the template: titles, types, choices, defaults.

Refinements are kept by path (as templates write it, '' for the data as a whole), each with those keywords of JSON
Schema that differ from what was inferred; `required` is true or false there. They say nothing of paths that the
template does not use.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from domain.data_path import Each, Step, parse_path
from domain.placeholder import Placeholder, PlaceholderKind
from domain.schema import DECLARED, KIND_SCHEMAS, JsonObject

Refinements = Mapping[str, JsonObject]

LIMITS: Final = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
# What holds data to a type.
RULES: Final = ("type", "enum", *LIMITS)


def refine(schema: JsonObject, refinements: Refinements) -> JsonObject:
    """Return an inferred schema with what its author says; the order of its properties stays."""
    refined = copy.deepcopy(schema)
    for path, said in refinements.items():
        steps = parse_path(path) if path else ()
        node, parent = _node(refined, steps)
        if node is None:
            continue
        node.update({keyword: value for keyword, value in said.items() if keyword != "required"})
        if "type" in said and "format" not in said:
            node.pop("format", None)
        if any(rule in said for rule in RULES):
            node[DECLARED] = True
        if "required" in said and parent is not None and isinstance(steps[-1], str):
            _require(parent, steps[-1], needed=said["required"])
    return refined


def _node(root: JsonObject, steps: Iterable[Step]) -> tuple[JsonObject | None, JsonObject | None]:
    """Find a path in a schema; return what stands there, and the object above it."""
    node, parent = root, None
    for step in steps:
        if isinstance(step, Each):
            below = node.get("items" if step is Each.ITEM else "additionalProperties")
        else:
            below = node.get("properties", {}).get(step)
        if not isinstance(below, dict):
            return None, None
        node, parent = below, node
    return node, parent


def _require(parent: JsonObject, key: str, *, needed: bool) -> None:
    required = [name for name in parent.get("required", []) if name != key] + [key] * needed
    parent.pop("required", None)
    if required:
        # In the order of the properties, as where it was inferred.
        parent["required"] = [name for name in parent.get("properties", {}) if name in required]


def refined_placeholders(placeholders: Iterable[Placeholder], refinements: Refinements) -> tuple[Placeholder, ...]:
    """Return placeholders as the author says they are."""
    return tuple(_refined(placeholder, refinements.get(placeholder.path, {})) for placeholder in placeholders)


def _refined(placeholder: Placeholder, said: JsonObject) -> Placeholder:
    if not said:
        return placeholder
    declared = placeholder.declared or any(rule in said for rule in RULES)
    kind = kind_said(said) or placeholder.kind
    texts = {keyword: value for keyword, value in said.items() if keyword not in {"type", "format", "required"}}
    needed = placeholder.required if said.get("required") is None else bool(said["required"])
    together = None if "required" in said else placeholder.required_with
    facts = {**placeholder.facts, **texts}
    return replace(placeholder, kind=kind, declared=declared, required=needed, required_with=together, facts=facts)


def kind_said(said: JsonObject) -> PlaceholderKind | None:
    """Name the kind that a refinement declares, None where it says nothing of it."""
    if "enum" in said:
        return PlaceholderKind.CHOICE
    return kind_of_type(said["type"], said.get("format")) if "type" in said else None


def kind_of_type(type_: Any, format_: str | None) -> PlaceholderKind | None:
    """Name the kind of a type and format of JSON Schema, None where no kind is written so."""
    wanted = {"type": type_} if format_ is None else {"type": type_, "format": format_}
    for kind, schema in KIND_SCHEMAS.items():
        if {key: value for key, value in schema.items() if key in {"type", "format"}} == wanted:
            return PlaceholderKind.OBJECT if kind is PlaceholderKind.IMAGE else kind
    return None
