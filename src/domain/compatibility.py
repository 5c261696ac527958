"""What a new version of a template breaks for those who send data for the old one, path by path."""

from collections.abc import Iterable, Iterator
from typing import Final

from domain.compatibility_rules import (
    ChangeKind,
    SchemaChange,
    Steps,
    breaks,
    choices_changed,
    default_changed,
    harmless,
    kind_changed,
    kinds_of,
    limits_changed,
    takes,
)
from domain.data_path import Each, format_path
from domain.schema import JsonObject, resolve

__all__ = ["ChangeKind", "SchemaChange", "compare_schemas", "is_breaking"]


def compare_schemas(old: JsonObject, new: JsonObject) -> tuple[SchemaChange, ...]:
    """Say what differs between the schemas of two versions, in the order of the new one, removed paths last.

    A kind that was only inferred refuses no single value that can be printed, so that a number may come where the
    schema says text; a kind that the author has declared refuses all others.
    """
    return tuple(_Comparison(old, new).values(old, new, ()))


def is_breaking(changes: Iterable[SchemaChange]) -> bool:
    """Tell whether callers of the old version have to change what they send."""
    return any(change.breaking for change in changes)


# A part that holds itself is followed no deeper.
_MAX_STEPS: Final = 50


class _Comparison:
    """Walks two schemas side by side."""

    def __init__(self, old: JsonObject, new: JsonObject) -> None:
        self._old = old
        self._new = new
        # What was compared already, by identity: schemas may hold themselves.
        self._seen: set[tuple[int, int]] = set()

    def values(self, old: JsonObject, new: JsonObject, steps: Steps) -> Iterator[SchemaChange]:
        """Compare what stands at the same path."""
        old, new = resolve(self._old, old), resolve(self._new, new)
        if old and new:
            if (id(old), id(new)) in self._seen:
                return
            self._seen.add((id(old), id(new)))
        kinds = kinds_of(old), kinds_of(new)
        fits = takes(new, kinds[1], kinds[0])
        if kinds[0] != kinds[1]:
            yield kind_changed(steps, kinds[0], kinds[1], breaking=not fits)
        if not fits:
            return
        yield from choices_changed(old, new, steps)
        yield from limits_changed(old, new, steps)
        yield from default_changed(old, new, steps)
        if "object" in kinds[0] and "object" in kinds[1]:
            yield from self._properties(old, new, steps)
        if "list" in kinds[0] and "list" in kinds[1]:
            yield from self.values(old.get("items", {}), new.get("items", {}), (*steps, Each.ITEM))

    def _properties(self, old: JsonObject, new: JsonObject, steps: Steps) -> Iterator[SchemaChange]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for key, child in after.items():
            needed = key in new.get("required", ())
            if key not in before:
                yield from self._added(child, (*steps, key), needed=needed)
                continue
            if needed != (key in old.get("required", ())):
                yield _requirement((*steps, key), needed=needed)
            yield from self.values(before[key], child, (*steps, key))
        others = new.get("additionalProperties", True)
        for key, child in before.items():
            if key in after:
                continue
            if isinstance(others, dict):
                yield from self.values(child, others, (*steps, key))
            else:
                yield _removed((*steps, key), refused=others is False)
        if isinstance(others, dict) and isinstance(old.get("additionalProperties"), dict):
            yield from self.values(old["additionalProperties"], others, (*steps, Each.VALUE))

    def _added(self, schema: JsonObject, steps: Steps, *, needed: bool) -> Iterator[SchemaChange]:
        """Report a new path; of a required object, each value that it has to hold."""
        schema = resolve(self._new, schema)
        inner = [
            (key, child) for key, child in schema.get("properties", {}).items() if key in schema.get("required", ())
        ]
        if needed and inner and len(steps) < _MAX_STEPS:
            for key, child in inner:
                yield from self._added(child, (*steps, key), needed=True)
            return
        path = format_path(steps)
        if needed:
            advice = "Give it a default in the template, or let callers send it first."
            yield breaks(steps, ChangeKind.ADDED_REQUIRED, f"{path} is new, and has to be given.", advice)
        else:
            yield harmless(steps, ChangeKind.ADDED_OPTIONAL, f"{path} is new, and may be given.")


def _requirement(steps: Steps, *, needed: bool) -> SchemaChange:
    path = format_path(steps)
    if needed:
        advice = "Give it a default in the template, or put its use between {% if … %} and {% endif %}."
        message = f"{path} could be left out, and has to be given now."
        return breaks(steps, ChangeKind.BECAME_REQUIRED, message, advice)
    return harmless(steps, ChangeKind.BECAME_OPTIONAL, f"{path} may be left out now.")


def _removed(steps: Steps, *, refused: bool) -> SchemaChange:
    path = format_path(steps)
    if refused:
        message = f"{path} is not used any more, and data that has it is refused."
        return breaks(steps, ChangeKind.REMOVED, message, "Let the schema allow other keys.")
    return harmless(steps, ChangeKind.REMOVED, f"{path} is not used any more; it is ignored in data.")
