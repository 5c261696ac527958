"""From what the uses say to kinds and placeholders."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.introspection.data import Datum, Evidence, is_item
from domain.data_path import Each, format_path, schema_pointer
from domain.placeholder import Occurrence, Placeholder, PlaceholderKind
from domain.sample import ANY_KEY

# What counts most stands first.
_KINDS: Final = (
    (Evidence.IMAGE, PlaceholderKind.IMAGE),
    (Evidence.OBJECT, PlaceholderKind.OBJECT),
    (Evidence.LISTED, PlaceholderKind.LIST),
    (Evidence.CHOSEN, PlaceholderKind.CHOICE),
    (Evidence.TIME, PlaceholderKind.TIME),
    (Evidence.DATE, PlaceholderKind.DATE),
    (Evidence.TEXT, PlaceholderKind.TEXT),
    (Evidence.INTEGER, PlaceholderKind.INTEGER),
    (Evidence.NUMBER, PlaceholderKind.NUMBER),
    (Evidence.ORDERED, PlaceholderKind.NUMBER),
    (Evidence.LIKE_NUMBER, PlaceholderKind.NUMBER),
    (Evidence.LIKE_TEXT, PlaceholderKind.TEXT),
    (Evidence.KEY, PlaceholderKind.TEXT),
    (Evidence.PRINTED, PlaceholderKind.TEXT),
    (Evidence.LIKE_LIST, PlaceholderKind.LIST),
    (Evidence.INDEXED, PlaceholderKind.LIST),
    (Evidence.COUNTED, PlaceholderKind.LIST),
    (Evidence.LIKE_BOOLEAN, PlaceholderKind.BOOLEAN),
    (Evidence.TESTED, PlaceholderKind.BOOLEAN),
)
_TEXTS: Final = frozenset({Evidence.TEXT, Evidence.DATE, Evidence.TIME})
_SAYS_NOTHING: Final = frozenset({Evidence.NOTHING, Evidence.ANY})
# Kinds that have no items or keys.
_SINGLE: Final = frozenset(PlaceholderKind) - {PlaceholderKind.LIST, PlaceholderKind.OBJECT, PlaceholderKind.ANY}
_CONSTANTS: Final[dict[PlaceholderKind, tuple[type, ...]]] = {
    PlaceholderKind.TEXT: (str,),
    PlaceholderKind.NUMBER: (int, Decimal),
    PlaceholderKind.INTEGER: (int,),
    PlaceholderKind.BOOLEAN: (bool,),
}


def settle(root: Datum) -> None:
    """Let places that the template puts in order be of one kind: texts where one of them is, else numbers."""
    done: set[int] = set()
    for datum in root.walk():
        if not datum.like or id(datum) in done:
            continue
        group, waiting = [], [datum]
        while waiting:
            one = waiting.pop()
            if id(one) not in done:
                done.add(id(one))
                group.append(one)
                waiting.extend(one.like)
        if any(not _TEXTS.isdisjoint(one.evidence) for one in group):
            for one in group:
                one.evidence.add(Evidence.TEXT)


def kind_of(datum: Datum) -> PlaceholderKind:
    """Say what a place is."""
    kind = next((kind for evidence, kind in _KINDS if evidence in datum.evidence), PlaceholderKind.ANY)
    if kind is PlaceholderKind.TIME and Evidence.DATE in datum.evidence:
        return PlaceholderKind.DATETIME
    if kind in (PlaceholderKind.OBJECT, PlaceholderKind.IMAGE):
        return kind
    named = [child for step, child in datum.children.items() if step is not Each.ITEM]
    if named and (kind not in _SINGLE | {PlaceholderKind.LIST} or any(child.needed for child in named)):
        return PlaceholderKind.OBJECT
    if named and kind is PlaceholderKind.BOOLEAN:
        return PlaceholderKind.OBJECT
    if kind is PlaceholderKind.LIST and Evidence.TEXT in datum.evidence and not _holds_objects(datum):
        # The characters of a text are looped over.
        return PlaceholderKind.TEXT
    return kind


def _holds_objects(datum: Datum) -> bool:
    item = datum.children.get(Each.ITEM)
    return item is not None and bool(item.children)


def placeholders_of(root: Datum, declared: Mapping[int, Placeholder] | None = None) -> tuple[Placeholder, ...]:
    """Make placeholders of what was used, in the order of first use.

    `declared` are those that the author has declared, by the identity of their place: they are listed in any case, with
    the author's kind and facts. An object is known by its children alone, unless it is used as a whole.
    """
    chosen = declared or {}
    made: dict[int, Placeholder] = {}
    # For each place its path, and from which depth on it is needed.
    waiting: list[tuple[Datum, str, int]] = [(root, "", 0)]
    paths: dict[int, tuple[str, int]] = {}
    while waiting:
        datum, path, start = waiting.pop()
        paths[id(datum)] = path, start
        kind = chosen[id(datum)].kind if id(datum) in chosen else kind_of(datum.same_as or datum)
        if datum.parent is not None and (id(datum) in chosen or _is_shown(datum, kind)):
            made[id(datum)] = _placeholder(datum, kind, path, start, chosen.get(id(datum)))
        waiting.extend(
            (child, _join(path, child), start if child.needed or is_item(child) else child.depth)
            for child in datum.children.values()
            if id(child) in chosen or _belongs(child, kind)
        )
    return tuple(made[id(datum)] for datum in root.walk() if id(datum) in made)


def _join(path: str, datum: Datum) -> str:
    own = format_path([datum.step]) if datum.step is not Each.ITEM else "[]"
    return path + own if not path or own.startswith("[") else f"{path}.{own}"


def _belongs(datum: Datum, kind: PlaceholderKind) -> bool:
    """Tell whether a value of this kind has such a child at all."""
    if datum.parent is None or datum.parent.parent is None:
        return True
    if datum.step is Each.ITEM:
        return kind is PlaceholderKind.LIST
    return kind is PlaceholderKind.OBJECT


def _is_shown(datum: Datum, kind: PlaceholderKind) -> bool:
    if not datum.evidence and not datum.needed:
        return False
    if is_item(datum):
        plain = kind is not PlaceholderKind.OBJECT or Evidence.OBJECT in datum.evidence
        return datum.same_as is not None or (plain and not datum.evidence <= _SAYS_NOTHING)
    if kind is not PlaceholderKind.OBJECT or Evidence.OBJECT in datum.evidence or datum.same_as is not None:
        return True
    return datum.needed and not any(child.needed for child in datum.children.values())


def _placeholder(
    datum: Datum, kind: PlaceholderKind, path: str, start: int, declared: Placeholder | None
) -> Placeholder:
    occurrences = [Occurrence(tag.location, tag.snippet) for tag in datum.tags]
    optional_parent = format_path(datum.steps()[:start]) if 0 < start < datum.depth else None
    return Placeholder(
        path,
        kind,
        required=start == 0,
        occurrences=tuple(occurrences if len(occurrences) == 1 else dict.fromkeys(occurrences)),
        required_with=optional_parent,
        declared=declared is not None,
        facts=declared.facts if declared is not None else _facts(datum, kind),
    )


def _facts(datum: Datum, kind: PlaceholderKind) -> dict[str, Any]:
    """Say what is known beside the kind, in the words of JSON Schema."""
    facts: dict[str, Any] = {}
    fitting = _CONSTANTS.get(kind, ())
    defaults = [value for value in datum.defaults if type(value) in fitting and value != ""]
    if len(datum.defaults) == len(defaults) == 1 and not datum.needed:
        facts["default"] = plain(defaults[0])
    examples = [plain(value) for value in datum.constants if type(value) in fitting]
    if Evidence.KEY in datum.evidence and kind is PlaceholderKind.TEXT:
        examples.append(ANY_KEY)
    if examples:
        facts["examples"] = examples
    if kind is PlaceholderKind.CHOICE:
        facts |= {"type": "string", "enum": [plain(choice) for choice in datum.choices]}
    if kind is PlaceholderKind.LIST and datum.least_items:
        facts["minItems"] = datum.least_items
    if kind is PlaceholderKind.LIST and datum.most_items is not None:
        facts["maxItems"] = max(datum.most_items, datum.least_items)
    if datum.same_as is not None:
        facts["$ref"] = schema_pointer(datum.same_as.steps())
    return facts


def plain(value: Any) -> Any:
    """Return a constant as JSON Schema writes it: exact decimals become plain numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.adjusted() < 15 else float(value)  # noqa: PLR2004
    return value
