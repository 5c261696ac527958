"""Reads what an author says about a schema: the schema itself with changes, or those parts of it that change."""

from collections.abc import Iterator
from typing import Any, Final

from domain.data_path import Each, Step, escape_pointer, format_path, parse_path
from domain.diagnostics import Diagnostic, Severity
from domain.errors import SchemaInvalidError
from domain.near_names import did_you_mean
from domain.refinement import LIMITS, RULES, Refinements
from domain.refinement_fit import (
    COUNTS,
    LIMITED,
    TypeAndFormat,
    is_number,
    may_become,
    misfit,
    name_of,
    same,
    type_of,
    type_of_choices,
)
from domain.schema import DECLARED, JsonObject

CODE: Final = "schema-invalid"
_MAX_FAULTS: Final = 100
MAX_TEXTS: Final = {"title": 200, "description": 4_000}
MAX_CHOICES: Final = 1_000
# Of a default or an example; data itself may nest deeper.
_MAX_DEPTH: Final = 20
_STRUCTURE: Final = ("$schema", "$ref", "properties", "items", "additionalProperties", "required", DECLARED)
_SAYS: Final = ("title", "description", "type", "format", "enum", "default", "examples", *LIMITS)


def read_refinements(said: Any, inferred: JsonObject) -> dict[str, JsonObject]:
    """Return what differs from an inferred schema, by path.

    `said` may be the whole schema or a part of it: what it leaves out stays as it was inferred. A type that is the
    inferred one is declared only where `x-docgen-declared` is true beside it, so that a schema can be read, changed in
    one place and sent back.

    Raises:
        SchemaInvalidError: with a JSON Pointer into `said` for each thing that cannot be said.
    """
    reader = _Reader()
    reader.value(said, inferred, (), "")
    if reader.faults:
        raise SchemaInvalidError(
            f"Nothing was changed: {reader.faults[0].message}"
            + (f" There are {len(reader.faults) - 1} more faults." if len(reader.faults) > 1 else ""),
            reader.faults,
        )
    return reader.refinements


def carry_over(refinements: Refinements, inferred: JsonObject) -> tuple[dict[str, JsonObject], dict[str, str]]:
    """Return which refinements of a version hold for another one as well, and why the others, by path, do not."""
    kept: dict[str, JsonObject] = {}
    lost: dict[str, str] = {}
    for path, said in refinements.items():
        try:
            kept |= read_refinements(_as_schema(path, said, inferred), inferred)
        except SchemaInvalidError as error:
            lost[path] = error.diagnostics[0].message
    return kept, lost


def _as_schema(path: str, said: JsonObject, inferred: JsonObject) -> JsonObject:
    """Write a refinement as the part of a schema that says it."""
    steps = parse_path(path) if path else ()
    schema = {keyword: value for keyword, value in said.items() if keyword != "required"}
    if any(rule in said for rule in RULES):
        schema[DECLARED] = True
    for index in reversed(range(len(steps))):
        step = steps[index]
        if isinstance(step, Each):
            schema = {"items" if step is Each.ITEM else "additionalProperties": schema}
            continue
        schema = {"properties": {step: schema}}
        if index == len(steps) - 1 and "required" in said:
            above = set(_inferred_at(inferred, steps[:index]).get("required", ()))
            schema["required"] = sorted(above | {step} if said["required"] else above - {step})
    return schema


def _inferred_at(schema: JsonObject, steps: tuple[Step, ...]) -> JsonObject:
    node: Any = schema
    for step in steps:
        if step is Each.ITEM:
            node = node.get("items", {})
        else:
            node = (
                node.get("additionalProperties", {}) if step is Each.VALUE else node.get("properties", {}).get(step, {})
            )
        if not isinstance(node, dict):
            return {}
    return dict(node)


class _Reader:
    """Walks what is said and what was inferred side by side."""

    def __init__(self) -> None:
        self.refinements: dict[str, JsonObject] = {}
        self.faults: list[Diagnostic] = []

    def value(self, said: Any, inferred: JsonObject, steps: tuple[Step, ...], pointer: str) -> None:
        """Read what is said about a path and all below it."""
        if not isinstance(said, dict):
            self._fault(pointer, f"A schema is an object, and this is {said!r:.40}.", 'Write it as {"title": …}.')
            return
        for keyword in said:
            if keyword not in _STRUCTURE and keyword not in _SAYS:
                advice = did_you_mean(keyword, (*_SAYS, *_STRUCTURE)) or f"There are: {', '.join(_SAYS)}, required."
                self._fault(f"{pointer}/{escape_pointer(keyword)}", f"{keyword!r:.60} cannot be said here.", advice)
            elif said[keyword] is None and keyword != "default":
                self._fault(f"{pointer}/{keyword}", f"null says nothing about {keyword}.", "Leave it out.")
        said = {keyword: value for keyword, value in said.items() if value is not None or keyword == "default"}
        if not isinstance(said.get(DECLARED, False), bool):
            self._fault(f"{pointer}/{DECLARED}", f"{DECLARED} is true or false.", None)
        refinement = self._own(said, inferred, steps, pointer)
        if refinement:
            self.refinements[format_path(steps)] = refinement
        self._below(said, inferred, steps, pointer)
        self._required(said, inferred, steps, pointer)

    def _below(self, said: JsonObject, inferred: JsonObject, steps: tuple[Step, ...], pointer: str) -> None:
        properties = said.get("properties", {})
        if not isinstance(properties, dict):
            self._fault(f"{pointer}/properties", "Properties are an object of names and schemas.", None)
            return
        known = inferred.get("properties", {})
        for key, child in properties.items():
            place = f"{pointer}/properties/{escape_pointer(key)}"
            if key in known:
                self.value(child, known[key], (*steps, key), place)
            else:
                advice = did_you_mean(key, known) or "Leave it out, or use it in the template."
                self._fault(place, f"The template does not use {format_path((*steps, key))}.", advice)
        for keyword, step in (("items", Each.ITEM), ("additionalProperties", Each.VALUE)):
            if keyword not in said or said[keyword] is True:
                continue
            below = inferred.get(keyword)
            if isinstance(below, dict):
                self.value(said[keyword], below, (*steps, step), f"{pointer}/{keyword}")
            else:
                message = f"The template asks nothing of {format_path((*steps, step)) or 'other values'}."
                self._fault(f"{pointer}/{keyword}", message, "Leave it out.")
        for keyword in ("$schema", "$ref"):
            if keyword in said and said[keyword] != inferred.get(keyword):
                self._fault(f"{pointer}/{keyword}", f"{keyword} cannot be changed.", "Leave it out.")

    def _required(self, said: JsonObject, inferred: JsonObject, steps: tuple[Step, ...], pointer: str) -> None:
        """Read which properties are required; what has a default never is."""
        properties, needed = inferred.get("properties", {}), inferred.get("required", ())
        given = said.get("required", needed)
        if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) for name in given):
            self._fault(f"{pointer}/required", "Required is a list of names of properties.", None)
            return
        for index, name in enumerate(given):
            if name not in properties:
                advice = did_you_mean(name, properties) or "Leave it out."
                self._fault(f"{pointer}/required/{index}", f"The template does not use {name!r:.100}.", advice)
        for name in properties:
            path = format_path((*steps, name))
            has_default = "default" in self.refinements.get(path, {})
            wanted = name in given and not has_default
            if wanted == (name in needed):
                continue
            if not wanted and not has_default:
                message = f"The template cannot do without {path}."
                self._fault(f"{pointer}/required", message, "Give it a default, or keep it among the required.")
                continue
            self.refinements.setdefault(path, {})["required"] = wanted

    def _own(self, said: JsonObject, inferred: JsonObject, steps: tuple[Step, ...], pointer: str) -> JsonObject:
        """Read what is said about a path itself."""
        refinement: JsonObject = {}
        for keyword, longest in MAX_TEXTS.items():
            if keyword in said and said[keyword] != inferred.get(keyword):
                if isinstance(said[keyword], str) and len(said[keyword]) <= longest:
                    refinement[keyword] = said[keyword]
                else:
                    message = f"The {keyword} is a text of {longest:,} characters at most."
                    self._fault(f"{pointer}/{keyword}", message, None)
        others = [keyword for keyword in ("type", "format", "enum", "default", "examples", *LIMITS) if keyword in said]
        if not steps and any(not same(said[keyword], inferred.get(keyword)) for keyword in others):
            self._fault(f"{pointer}/{others[0]}", "The data as a whole is an object, and has a title at most.", None)
        elif "$ref" in inferred:
            if others:
                message = "The same is said elsewhere in this schema: say it there."
                self._fault(f"{pointer}/{others[0]}", message, f"Its place is {inferred['$ref']}.")
        elif steps:
            wanted = self._rules(said, inferred, steps, pointer, refinement)
            self._values(said, inferred, wanted, pointer, refinement)
        return refinement

    def _rules(
        self, said: JsonObject, inferred: JsonObject, steps: tuple[Step, ...], pointer: str, refinement: JsonObject
    ) -> TypeAndFormat:
        """Read type, format, choices and limits; return the type and format that hold now."""
        before = type_of(inferred)
        wanted = _wanted(said, before)
        changed: JsonObject = {keyword: said[keyword] for keyword in ("enum", *LIMITS) if keyword in said}
        changed = {key: value for key, value in changed.items() if not same(value, inferred.get(key))}
        if inferred.get(DECLARED):
            if changed or wanted != before:
                keyword = next(iter(changed), "type")
                message = f"The template itself declares {format_path(steps)}."
                self._fault(f"{pointer}/{keyword}", message, "Change the @field comment in the template.")
            return before
        if "enum" in changed and not self._check_choices(changed["enum"], f"{pointer}/enum"):
            return before
        if "enum" in changed and "type" not in said:
            of_choices = type_of_choices(changed["enum"])
            if wanted[0] != of_choices and not (wanted[0] == "number" and of_choices == "integer"):
                wanted = (of_choices, said.get("format"))
        if wanted not in may_become(before) and not (wanted == (None, None) and "enum" in changed):
            self._fault(
                f"{pointer}/{'type' if 'type' in said else 'format' if 'format' in said else 'enum'}",
                f"The template uses {format_path(steps)} as {name_of(before)}, which cannot be {name_of(wanted)}.",
                f"It may be: {', '.join(map(name_of, may_become(before)))}.",
            )
            return before
        self._check_limits(changed, wanted, pointer)
        if changed or wanted != before or said.get(DECLARED) is True:
            refinement |= changed
            if wanted[0] is not None:
                refinement["type"] = wanted[0]
            if wanted[1] is not None:
                refinement["format"] = wanted[1]
        return wanted

    def _check_choices(self, choices: Any, pointer: str) -> bool:
        if not isinstance(choices, list) or not 0 < len(choices) <= MAX_CHOICES:
            self._fault(pointer, f"The choices are a list of 1 to {MAX_CHOICES:,} values.", None)
            return False
        for index, choice in enumerate(choices):
            if isinstance(choice, (dict, list)) or choice is None:
                self._fault(f"{pointer}/{index}", "A choice is a text, a number, true or false.", None)
                return False
            if any(same(choice, other) for other in choices[:index]):
                self._fault(f"{pointer}/{index}", f"The choice {choice!r:.60} stands there twice.", "Leave one out.")
                return False
        return True

    def _check_limits(self, changed: JsonObject, wanted: TypeAndFormat, pointer: str) -> None:
        for keyword in [each for each in LIMITS if each in changed]:
            limit = changed[keyword]
            if wanted[0] not in LIMITED[keyword]:
                message = f"What is {name_of(wanted)} has no {keyword}."
                self._fault(f"{pointer}/{keyword}", message, f"It belongs to: {', '.join(LIMITED[keyword])}.")
            elif not is_number(limit) or (keyword in COUNTS and (not isinstance(limit, int) or limit < 0)):
                self._fault(f"{pointer}/{keyword}", f"{keyword} is a number, and counts are whole and positive.", None)
            elif keyword.startswith("max"):
                low = changed.get(keyword.replace("max", "min"))
                if is_number(low) and low > limit:
                    self._fault(f"{pointer}/{keyword}", "The least is more than the most: no value fits.", None)

    def _values(
        self, said: JsonObject, inferred: JsonObject, wanted: TypeAndFormat, pointer: str, refinement: JsonObject
    ) -> None:
        """Read choices, default and examples, all of which have to fit."""
        rules = {**inferred, **refinement}
        for place, value in _given_values(said, inferred, refinement):
            wrong = misfit(value, wanted, {} if place.startswith("enum") else rules)
            if wrong:
                self._fault(f"{pointer}/{place}", f"The value {value!r:.60} {wrong}.", "Give another one.")
        for keyword in ("default", "examples"):
            if keyword in said and (keyword not in inferred or not same(said[keyword], inferred[keyword])):
                if keyword == "examples" and not isinstance(said[keyword], list):
                    self._fault(f"{pointer}/examples", "Examples are a list of values.", None)
                    continue
                if _too_deep(said[keyword]) or _has_typed_values(said[keyword]):
                    message = f"The {keyword} holds objects with $ keys, or nests more than {_MAX_DEPTH} deep."
                    self._fault(f"{pointer}/{keyword}", message, "Give plain values.")
                    continue
                refinement[keyword] = said[keyword]

    def _fault(self, pointer: str, message: str, suggestion: str | None) -> None:
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(Diagnostic(Severity.ERROR, CODE, message, suggestion, pointer=pointer))


def _too_deep(value: Any, depth: int = _MAX_DEPTH) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth == 0 or any(_too_deep(each, depth - 1) for each in inner)


def _has_typed_values(value: Any) -> bool:
    """Tell whether a value holds what is made of the data before defaults are put in: images, rich texts."""
    if isinstance(value, dict):
        return any(str(key).startswith("$") or _has_typed_values(each) for key, each in value.items())
    return isinstance(value, list) and any(map(_has_typed_values, value))


def _wanted(said: JsonObject, before: TypeAndFormat) -> TypeAndFormat:
    if "type" in said and ("format" in said or said["type"] != before[0]):
        return said["type"], said.get("format")
    return (before[0], said["format"]) if "format" in said else before


def _given_values(said: JsonObject, inferred: JsonObject, refinement: JsonObject) -> Iterator[tuple[str, Any]]:
    if "default" in said and not same(said["default"], inferred.get("default", said)):
        yield "default", said["default"]
    for keyword, values in (("enum", refinement.get("enum")), ("examples", said.get("examples"))):
        if isinstance(values, list) and not same(values, inferred.get(keyword)):
            yield from ((f"{keyword}/{index}", value) for index, value in enumerate(values))
