"""What the author declares, next to what the template does."""

from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.fields.field import WORDS, Field
from adapters.rendering.language.introspection.data import Datum, Evidence
from adapters.rendering.language.introspection.kinds import kind_of, plain
from domain.data_path import Each, Step, format_path
from domain.diagnostics import Diagnostic, Severity
from domain.near_names import did_you_mean
from domain.placeholder import Placeholder, PlaceholderKind

_NUMBERS: Final = frozenset({Evidence.NUMBER, Evidence.INTEGER})
_MOMENTS: Final = frozenset({Evidence.DATE, Evidence.TIME})
_HOLDERS: Final = frozenset({Evidence.LISTED, Evidence.OBJECT})
# Uses that a declared kind cannot stand.
_CLASHES: Final[dict[PlaceholderKind, frozenset[Evidence]]] = {
    **dict.fromkeys(PlaceholderKind, _HOLDERS | _NUMBERS),
    **dict.fromkeys((PlaceholderKind.NUMBER, PlaceholderKind.INTEGER), _HOLDERS | _MOMENTS | {Evidence.TEXT}),
    PlaceholderKind.BOOLEAN: _HOLDERS | _NUMBERS | _MOMENTS | {Evidence.TEXT},
    PlaceholderKind.LIST: _NUMBERS | _MOMENTS | {Evidence.TEXT, Evidence.PRINTED, Evidence.OBJECT},
    PlaceholderKind.OBJECT: _NUMBERS | _MOMENTS | {Evidence.TEXT, Evidence.PRINTED},
    PlaceholderKind.CHOICE: _HOLDERS,
    PlaceholderKind.ANY: frozenset(),
}
_USES: Final = {
    Evidence.LISTED: "a list",
    Evidence.OBJECT: "an object",
    Evidence.NUMBER: "a number",
    Evidence.INTEGER: "a whole number",
    Evidence.DATE: "a date",
    Evidence.TIME: "a time",
    Evidence.TEXT: "a text",
    Evidence.PRINTED: "a value to print",
}
_MAY_HAVE_KEYS: Final = frozenset({PlaceholderKind.OBJECT, PlaceholderKind.ANY, PlaceholderKind.IMAGE})

Declared = tuple[dict[int, Placeholder], list[Field], list[Diagnostic]]


def declare(root: Datum, fields: list[Field]) -> Declared:
    """Add declared fields to a tree of data; return them by their place, those that count, and what is odd."""
    declared: dict[int, Placeholder] = {}
    kept: dict[tuple[Step, ...], Field] = {}
    found: list[Diagnostic] = []
    used = [datum for datum in root.walk() if datum.evidence]
    for field in fields:
        if field.steps in kept:
            message = f"{field.path} is declared already ({kept[field.steps].tag.location}); this one has no effect."
            found.append(_warning(field, "field-duplicate", message, "Keep one of the two."))
            continue
        kept[field.steps] = field
        found += _oddities(field, _find(root, field.steps), used)
        datum = _place(root, field.steps)
        if datum is not None:
            datum.order = len(declared) - len(fields)
            datum.needed = not field.has_default and (datum.needed or bool(field.required))
            declared[id(datum)] = Placeholder(
                field.path, field.kind, required=False, declared=True, facts=_facts(field)
            )
    return declared, list(kept.values()), found


def _find(root: Datum, steps: tuple[Step, ...]) -> Datum | None:
    datum: Datum | None = root
    for step in steps:
        datum = datum.children.get(step) if datum is not None else None
    return datum if datum is not None and (datum.evidence or datum.children) else None


def _place(root: Datum, steps: tuple[Step, ...]) -> Datum | None:
    """Return the place of a path, and let those above it hold it."""
    datum: Datum | None = root
    for step in steps:
        if datum is not None and isinstance(step, Each):
            datum.evidence.add(Evidence.LISTED if step is Each.ITEM else Evidence.OBJECT)
        datum = datum.child(step) if datum is not None else None
    return datum


def _facts(field: Field) -> dict[str, Any]:
    facts = {**(field.texts or {}), **(field.rules or {})}
    choices = facts.get("enum", ())
    for kinds, name in (((str,), "string"), ((int, Decimal), "number")):
        if choices and all(type(choice) in kinds for choice in choices):
            facts["type"] = name
    if field.has_default:
        facts["default"] = field.default
    return {
        key: [plain(one) for one in value] if isinstance(value, list) else plain(value) for key, value in facts.items()
    }


def _oddities(field: Field, datum: Datum | None, used: list[Datum]) -> list[Diagnostic]:
    if datum is None:
        known = {format_path(one.steps()): one for one in used[:1000]}
        advice = did_you_mean(field.path, known) or "Delete the comment, or use the path."
        return [
            _warning(field, "field-unused", f"The template does not use {field.path}, which is declared here.", advice)
        ]
    found: list[Diagnostic] = []
    clash = _clash(field, datum)
    if clash:
        place = f" ({datum.tags[0].location})" if datum.tags else ""
        message = f"{field.path} is declared to be {WORDS[field.kind]}, and the template uses it as {clash}{place}."
        found.append(_warning(field, "field-conflict", message, "Change the declaration or the use."))
    if field.required is False and datum.needed and not field.has_default:
        message = f"{field.path} is declared optional, and the template cannot do without it."
        advice = "Give a default (= '…'), or put its use between {% if … %} and {% endif %}."
        found.append(_warning(field, "field-conflict", message, advice))
    return found


def _clash(field: Field, datum: Datum) -> str | None:
    clashes = _CLASHES[field.kind]
    for evidence, words in _USES.items():
        if evidence in datum.evidence and evidence in clashes:
            return words
    inferred = kind_of(datum)
    if inferred is PlaceholderKind.OBJECT and field.kind not in _MAY_HAVE_KEYS:
        return "an object"
    return None


def _warning(field: Field, code: str, message: str, advice: str) -> Diagnostic:
    return Diagnostic(Severity.WARNING, code, message, advice, field.tag.location, field.tag.snippet)
