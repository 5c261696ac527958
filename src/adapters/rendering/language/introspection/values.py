"""What an expression stands for, as far as the template shows: places of the data, constants, lists, groups, macros."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.introspection.data import Datum, Evidence
from domain.data_path import Each, Step

# More alternatives for one value are not followed.
_MAX_ALTERNATIVES: Final = 8
NO_CONSTANT: Final = object()


@dataclass(frozen=True, slots=True)
class Ref:
    """A place of the data that a value may be.

    `guard`, at or above it, is there wherever the value is that place; `counts` are lists with how many items they need
    for the value to be there.
    """

    datum: Datum
    guard: Datum | None = None
    counts: tuple[tuple[Datum, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A macro, the body of a call block, or a loop that calls itself."""

    name: str
    parameters: tuple[str, ...]
    defaults: Sequence[nodes.Node]
    body: Sequence[nodes.Node]
    scopes: "list[dict[str, Value]]"


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What an expression stands for.

    `refs` are the places of the data that it may be, `kind` what a computed value is. `items`, `parts` and `fields`
    tell what a value that the template puts together holds: each of its items, the two of a pair, its keys. `terms`
    are the two sides of a sum of which only its use tells whether it is one of numbers, texts or lists. `keys_of` are
    the objects whose key it is. `mixed` says that it may also be something that is no place of the data.
    """

    refs: tuple[Ref, ...] = ()
    kind: Evidence | None = None
    constant: Any = NO_CONSTANT
    items: "Value | None" = None
    parts: "tuple[Value, ...] | None" = None
    fields: "dict[str, Value] | None" = None
    terms: "tuple[Value, ...]" = ()
    keys_of: tuple[Datum, ...] = ()
    closure: Closure | None = None
    mixed: bool = False


UNKNOWN: Final = Value()
TEXT: Final = Value(kind=Evidence.TEXT)
NUMBER: Final = Value(kind=Evidence.NUMBER)
TRUTH: Final = Value(kind=Evidence.LIKE_BOOLEAN)


def either(values: Iterable[Value]) -> Value:
    """Return what may be any of these values."""
    options = list(values)
    if len(options) == 1:
        return options[0]
    refs: dict[tuple[int, int], Ref] = {}
    for option in options:
        for ref in option.refs:
            refs.setdefault((id(ref.datum), id(ref.guard)), ref)
    fields = [option.fields for option in options if option.fields is not None]
    items = [option.items for option in options if option.items is not None]
    kinds = {option.kind for option in options if option.kind is not None}
    return Value(
        refs=tuple(refs.values())[:_MAX_ALTERNATIVES],
        kind=kinds.pop() if len(kinds) == 1 else None,
        items=either(items) if items else None,
        parts=next((option.parts for option in options if option.parts is not None), None),
        fields=fields[0] if fields else None,
        terms=tuple(term for option in options for term in option.terms)[:_MAX_ALTERNATIVES],
        closure=next((option.closure for option in options if option.closure is not None), None),
        mixed=any(option.mixed or not option.refs for option in options),
    )


def where_true(value: Value) -> Value:
    """Return a value as it is where it counts as true, or is there at all: nothing needs to demand it then."""
    return replace(value, refs=tuple(Ref(ref.datum, ref.datum) for ref in value.refs))


def item_of(value: Value) -> Value:
    """Return what each item of a value is."""
    found = [_below(value, Each.ITEM)]
    if value.items is not None:
        found.append(value.items)
    found.extend(item_of(term) for term in value.terms)
    return _known(found)


def numbered(value: Value, count: int) -> Value:
    """Return an item that is there only if its list has so many."""
    lists = tuple(ref.datum for ref in value.refs)
    item = item_of(value)
    return replace(
        item,
        refs=tuple(
            Ref(ref.datum, ref.guard, (*ref.counts, (ref.datum.parent, count)))
            if ref.datum.parent is not None and ref.datum.parent in lists
            else ref
            for ref in item.refs
        ),
    )


def value_of(value: Value) -> Value:
    """Return what each value of an object is."""
    return _below(value, Each.VALUE)


def field_of(value: Value, key: str) -> Value:
    """Return what a value has under a key."""
    found = [_below(value, key)]
    if value.fields is not None and key in value.fields:
        found.append(value.fields[key])
    return _known(found)


def parts_of(value: Value, count: int) -> list[Value]:
    """Return what a value holds that is taken apart."""
    if value.parts is not None and len(value.parts) == count:
        return list(value.parts)
    return [item_of(value)] * count


def certain(value: Value) -> list[Datum]:
    """Return the places that are there where the value is."""
    return [] if value.mixed or value.kind is not None else [ref.datum for ref in value.refs]


def _below(value: Value, step: Step) -> Value:
    refs = [(ref, ref.datum.child(step)) for ref in value.refs]
    return Value(
        tuple(Ref(child, ref.guard, ref.counts) for ref, child in refs if child is not None), mixed=value.mixed
    )


def _known(found: list[Value]) -> Value:
    known = [value for value in found if value is not UNKNOWN and _says_something(value)]
    return either(known) if known else UNKNOWN


def _says_something(value: Value) -> bool:
    return bool(
        value.refs
        or value.kind
        or value.items
        or value.parts
        or value.fields is not None
        or value.terms
        or value.keys_of
        or value.closure
    )
