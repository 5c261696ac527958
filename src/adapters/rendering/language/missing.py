"""The missing values of one render: each path once, with its places and what was perhaps meant."""

import difflib
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from adapters.rendering.language.methods import METHOD_NAMES
from adapters.rendering.language.segments import Tag
from adapters.rendering.language.values import Missing
from domain.data_path import escape_pointer
from domain.diagnostics import Diagnostic, Severity

# Objects of the data that are searched for the place of a look-up; beyond them there is no pointer.
_MAX_OBJECTS: Final = 200_000
_MAX_PATHS: Final = 500
# Paths for which a near miss is searched for, the keys that are looked at, and how long those may be.
_MAX_NEAR_SEARCHES: Final = 30
_MAX_NEAR_KEYS: Final = 300
_MAX_KEY: Final = 100
# Of a JSON Pointer that is of use to somebody.
_MAX_POINTER: Final = 2_000


class MissingValues:
    """Collects what a render missed, in the order of the template."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._found: dict[str, list[tuple[Missing, Tag | None]]] = {}
        # Each object's and list's identity: that of what holds it, and under which key or number.
        self._above: dict[int, tuple[int, str | int]] | None = None

    def add(self, value: Missing, tag: Tag | None) -> None:
        """Keep a missing value and the tag that needed it."""
        if value.path == value.key and value.container is not self._data:
            # A filter looked it up in an item, and knows no more than its name.
            value.path = self._path(value) or value.path
        found = self._found.get(value.path)
        if found is not None:
            if len(found) < _MAX_PATHS and all(tag is not other for _, other in found):
                found.append((value, tag))
        elif len(self._found) < _MAX_PATHS:
            self._found[value.path] = [(value, tag)]

    def paths(self) -> list[str]:
        """Name the missing paths."""
        return list(self._found)

    def diagnostics(self, severity: Severity = Severity.ERROR) -> list[Diagnostic]:
        """Say every missing path: where it is needed, where the data lacks it, what was perhaps meant."""
        return [
            self._say(path, uses, severity, search=number < _MAX_NEAR_SEARCHES)
            for number, (path, uses) in enumerate(self._found.items())
        ]

    def _say(
        self, path: str, uses: list[tuple[Missing, Tag | None]], severity: Severity, *, search: bool
    ) -> Diagnostic:
        value, tag = uses[0]
        pointer = self._pointer(value)
        near = _near(value) if search else None
        # Tags in one paragraph have one place, and so have both copies of a text box.
        places = list(dict.fromkeys(str(other.location) for _, other in uses if other))
        others = "; ".join(places[1:4]) + (" …" if len(places) > 4 else "")  # noqa: PLR2004
        also = f" It is also used in: {others}." if others else ""
        reason = f" {value.reason}" if value.reason else ""
        if near:
            advice = f"Did you mean {near!r}? The data has that."
        elif value.advice:
            advice = value.advice
        else:
            advice = "Add it to the data, or write | default('…') in the template if it may be absent."
        return Diagnostic(
            severity,
            "missing-value",
            f"The data has no value for {path}.{reason}{also}",
            advice,
            tag.location if tag else None,
            tag.snippet if tag else None,
            pointer,
        )

    def _path(self, value: Missing) -> str | None:
        pointer = self._pointer(value)
        if pointer is None:
            return None
        steps = pointer.split("/")[1:]
        return "".join("[]" if step.isdigit() else f".{step}" for step in steps).removeprefix(".")

    def _pointer(self, value: Missing) -> str | None:
        if value.container is None or value.key is None:
            return None
        if self._above is None:
            self._above = _above(self._data)
        steps = [value.key]
        found = id(value.container)
        while found != id(self._data):
            if found not in self._above:
                return None
            found, step = self._above[found]
            steps.append(str(step))
        pointer = "".join(f"/{escape_pointer(step)}" for step in reversed(steps))
        return pointer if len(pointer) <= _MAX_POINTER else None


def without_keys(value: Any, path: str, key: str) -> Missing:
    """Give what a look-up in a value that is no object finds: nothing, why, and what was perhaps meant."""
    parent = path.removesuffix(f".{key}")
    if value is None:
        return Missing(path, reason=f"{parent} is null there.")
    kinds = {str: "a text", int: "a number", Decimal: "a number", bool: "true or false", list: "a list"}
    kind = kinds.get(type(value))
    reason = f"{parent} is {kind} there, not an object." if kind else None
    advice = None
    if key in {"length", "size", "count"} and isinstance(value, (list, str)):
        advice = f"Write {parent} | length."
    elif parent in {"now", "today"} and isinstance(value, str):
        advice = f"It is a text: write {{{{ {parent} | date('yyyy') }}}} for its year, 'MMMM' for its month."
    elif isinstance(value, list):
        advice = f"Write {parent}[0].{key} for the first item, or loop over all of them."
    elif isinstance(value, str) and key in METHOD_NAMES:
        advice = f"Write {parent}.{key}() with brackets."
    return Missing(path, reason=reason, advice=advice)


def _near(value: Missing) -> str | None:
    if not isinstance(value.container, dict) or value.key is None:
        return None
    keys = [key for key in islice(value.container, _MAX_NEAR_KEYS) if isinstance(key, str) and len(key) <= _MAX_KEY]
    folded = {key.casefold(): key for key in reversed(keys)}
    close = difflib.get_close_matches(value.key[:_MAX_KEY].casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def _above(data: dict[str, Any]) -> dict[int, tuple[int, str | int]]:
    """Walk the data and tell what holds each object and each list, by their identities."""
    above: dict[int, tuple[int, str | int]] = {}
    waiting: list[Any] = [data]
    while waiting and len(above) < _MAX_OBJECTS:
        value = waiting.pop()
        children: Any = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in children:
            if type(child) in {dict, list}:
                above[id(child)] = id(value), key
                waiting.append(child)
    return above
