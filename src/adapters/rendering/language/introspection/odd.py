"""What is odd about the data that a whole file uses: one function a rule."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from adapters.rendering.language.introspection.data import Datum, Evidence
from adapters.rendering.language.introspection.near import near_misses
from adapters.rendering.language.segments import Tag
from domain.data_path import Each, format_path
from domain.diagnostics import Diagnostic, Severity

# A piece of the file: the data it uses, and the names that it gives itself.
Piece = tuple[Datum, Mapping[str, Tag]]

_NUMBERS: Final = (Evidence.NUMBER, Evidence.INTEGER)
# What the number of items is called in other languages.
_LENGTHS: Final = ("length", "size", "count")
_TEXTS: Final = (Evidence.TEXT, Evidence.DATE, Evidence.TIME)
_SINGLE: Final = (Evidence.PRINTED, *_TEXTS, *_NUMBERS)


def oddities(root: Datum, pieces: Sequence[Piece], declared: Iterable[int] = ()) -> list[Diagnostic]:
    """Return what looks wrong about the places of the data, in the order of their first use.

    `declared` are the identities of the places whose kind the author has declared: what that says is meant.
    """
    known = set(declared)
    data = [datum for datum in root.walk() if id(datum) not in known]
    found = [finding for datum in data for rule in _RULES for finding in rule(datum)]
    found += _misspelt(data, root)
    return found + list(_from_other_parts(pieces))


def _warn(code: str, message: str, advice: str, tag: Tag) -> Diagnostic:
    return Diagnostic(Severity.WARNING, code, message, advice, tag.location, tag.snippet)


def _path(datum: Datum) -> str:
    return format_path(datum.steps())


def _first_tag(datum: Datum) -> Tag | None:
    """Return the first tag that uses a place, or something below it."""
    return next((one.tags[0] for one in [datum, *datum.walk()] if one.tags), None)


def _said(datum: Datum, kinds: Iterable[Evidence]) -> Tag | None:
    return next((datum.said[kind] for kind in kinds if kind in datum.said), None)


# -- kinds that no value can have at once


def list_and_single(datum: Datum) -> Iterator[Diagnostic]:
    """Find a list that is printed, or calculated with."""
    listed, single = datum.said.get(Evidence.LISTED), _said(datum, _SINGLE)
    # One tag that does both prints what it makes of the list.
    if listed is not None and single is not None and listed is not single:
        path = _path(datum)
        message = f"{path} is used as one value here, and as a list at {listed.location}."
        advice = (
            f"Print a list with {{{{ {path} | join(', ') }}}} or a loop; or correct the name in one of the two places."
        )
        yield _warn("mixed-kinds", message, advice, single)


def object_and_single(datum: Datum) -> Iterator[Diagnostic]:
    """Find an object that is printed, or calculated with."""
    single, child = _said(datum, _SINGLE), _named_child(datum)
    other = datum.said.get(Evidence.OBJECT) if child is None else _first_tag(child)
    # One tag that does both may be {{ customer and customer.name }}.
    if single is None or other is None or other is single:
        return
    path, below = _path(datum), "" if child is None else _path(child)
    message = (
        f"{path} is used as one value here, and as an object{f' with {below}' if below else ''} at {other.location}."
    )
    advice = f"Name what is to be printed of it, such as {{{{ {below or f'{path}.name'} }}}}."
    yield _warn("mixed-kinds", message, advice, single)


def list_and_object(datum: Datum) -> Iterator[Diagnostic]:
    """Find a list of objects that is also looked into as if it were one of them."""
    item, child = datum.children.get(Each.ITEM), _named_child(datum)
    listed = _said(datum, (Evidence.LISTED, Evidence.INDEXED))
    if item is None or child is None or listed is None or child.step in _LENGTHS or _named_child(item) is None:
        return
    tag = _first_tag(child)
    if tag is not None:
        path, name = _path(datum), str(child.step)
        message = f"{path} is a list at {listed.location}, and {_path(child)} asks the list itself."
        yield _warn("mixed-kinds", message, f"Within a loop write item.{name}, for one of them {path}[0].{name}.", tag)


def list_and_length(datum: Datum) -> Iterator[Diagnostic]:
    """Find {{ items.length }}, as other languages write it."""
    listed = datum.said.get(Evidence.LISTED)
    child = next((datum.children[name] for name in _LENGTHS if name in datum.children), None)
    if listed is not None and child is not None and (tag := _first_tag(child)) is not None:
        message = f"{_path(datum)} is a list at {listed.location}, and a list has no value {child.step!r}."
        yield _warn("mixed-kinds", message, f"Write {{{{ {_path(datum)} | length }}}} for how many items it has.", tag)


def number_and_text(datum: Datum) -> Iterator[Diagnostic]:
    """Find a number that is treated or compared as a text."""
    number = _said(datum, _NUMBERS)
    texts = any(isinstance(value, str) and value for value in datum.constants)
    text = _said(datum, (*_TEXTS, Evidence.LIKE_TEXT) if texts else _TEXTS)
    compared = any(type(value) in {int, Decimal} for value in datum.constants)
    like = datum.said.get(Evidence.LIKE_NUMBER) if compared and _said(datum, _TEXTS) else None
    if text is None or _said(datum, (Evidence.LISTED,)):
        return
    advice = "Write numbers without quotes; | string makes a text of a number, | float a number of a text."
    if number is not None:
        message = f"{_path(datum)} is used as a text here, and as a number at {number.location}."
        yield _warn("mixed-kinds", message, advice, text)
    elif like is not None:
        message = f"{_path(datum)} is compared with a number here, and used as a text at {text.location}."
        yield _warn("mixed-kinds", message, "Write a text in quotes; | float makes a number of a text.", like)


def _named_child(datum: Datum) -> Datum | None:
    return next((child for step, child in datum.children.items() if isinstance(step, str) and child.needed), None)


# -- what may be missing


def required_and_optional(datum: Datum) -> Iterator[Diagnostic]:
    """Find a value that may be missing in one place, and must not in another."""
    if not datum.needed or datum.wanted is None:
        return
    path = _path(datum)
    advice = f"Write {{{{ {path} | default('…') }}}} or {{% if {path} %}} here as well, if the data may lack it."
    if datum.spared is not None and datum.spared is not datum.wanted:
        message = f"{path} has to be there here, and may be missing at {datum.spared.location}."
        yield _warn("required-and-optional", message, advice, datum.wanted)
    elif datum.guarded is not None and datum.guarded is not datum.wanted and Evidence.LISTED not in datum.said:
        message = f"{path} has to be there here, and is asked for before it is used at {datum.guarded.location}."
        yield replace(_warn("required-and-optional", message, advice, datum.wanted), severity=Severity.INFO)


_RULES: Final[tuple[Callable[[Datum], Iterator[Diagnostic]], ...]] = (
    list_and_single,
    object_and_single,
    list_and_object,
    list_and_length,
    number_and_text,
    required_and_optional,
)


# -- names


def _misspelt(data: list[Datum], root: Datum) -> Iterator[Diagnostic]:
    """Find names that are used once and look like one that is used often."""
    counts: dict[int, int] = {}
    for datum in reversed(data):
        own = counts[id(datum)] = counts.get(id(datum), 0) + len(datum.tags)
        if datum.parent is not None:
            counts[id(datum.parent)] = counts.get(id(datum.parent), 0) + own
    for parent in [root, *data]:
        names = {
            step: child for step, child in parent.children.items() if isinstance(step, str) and id(child) in counts
        }
        uses = {step: counts[id(child)] for step, child in names.items()}
        shared = {step: frozenset(map(str, child.children)) for step, child in names.items()}
        for rare, common in near_misses(uses, shared):
            tag = _first_tag(names[rare])
            if tag is not None:
                often = f"{uses[common]} places" if uses[common] > 1 else "another place"
                message = f"{_path(names[rare])} is used here, and {_path(names[common])} at {often}: is one misspelt?"
                yield _warn("misspelt-name", message, f"Did you mean {_path(names[common])}?", tag)


def _from_other_parts(pieces: Sequence[Piece]) -> Iterator[Diagnostic]:
    """Find names that another part of the document gives: each part has names of its own."""
    givers: dict[str, Tag] = {}
    for _, given in pieces:
        givers = {**given, **givers}
    for data, own in pieces:
        for name, datum in data.children.items():
            giver = givers.get(name) if isinstance(name, str) and name not in own else None
            tag = _first_tag(datum) if giver is not None else None
            if giver is None or tag is None:
                continue
            message = f"{name} gets its meaning at {giver.location}, and not here: each part has names of its own."
            advice = "Repeat the loop or {% set %} in this part, or put the value into the data under this name."
            yield _warn("name-of-another-part", message, advice, tag)
