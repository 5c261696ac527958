"""Takes a number for a text, and a text for a number, where a template needs it and its author has declared nothing."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.fields.apply import places
from adapters.rendering.language.operators import NUMERAL, is_number
from adapters.rendering.language.values import to_text
from domain.data_path import escape_pointer, parse_path
from domain.diagnostics import Diagnostic, Severity
from domain.placeholder import Placeholder, PlaceholderKind

_NUMBERS: Final = frozenset({PlaceholderKind.NUMBER, PlaceholderKind.INTEGER})
# The kinds that are converted at each attempt: most that a text prints is never asked to be one.
ATTEMPTS: Final = (_NUMBERS, frozenset({PlaceholderKind.TEXT}))


def coerce(
    data: dict[str, Any], placeholders: Iterable[Placeholder], kinds: frozenset[PlaceholderKind]
) -> list[Diagnostic]:
    """Convert the data's values at these inferred kinds, in place; return a warning for each path that had some."""
    found: list[Diagnostic] = []
    for placeholder in placeholders:
        if placeholder.kind not in kinds or placeholder.declared:
            continue
        first: str | None = None
        for container, key, above in places(data, parse_path(placeholder.path)):
            value = container[key] if isinstance(container, list) else container.get(key)
            converted = _converted(value, placeholder.kind)
            if converted is not None:
                container[key] = converted
                first = first or "".join(f"/{escape_pointer(str(step))}" for step in (*above, key))
        if first is not None:
            found.append(_warning(placeholder, first))
    return found


def _converted(value: Any, kind: PlaceholderKind) -> Any:
    if kind is PlaceholderKind.TEXT:
        return to_text(value) if is_number(value) else None
    # The numeral prints the same: nothing but the failing use can see the difference.
    if type(value) is not str or not NUMERAL.fullmatch(value):
        return None
    return Decimal(value) if "." in value else int(value)


def _warning(placeholder: Placeholder, pointer: str) -> Diagnostic:
    given, taken = ("number", "text") if placeholder.kind is PlaceholderKind.TEXT else ("text", "number")
    place = placeholder.occurrences[0] if placeholder.occurrences else None
    return Diagnostic(
        Severity.WARNING,
        "data-coerced",
        f"The data has a {given} for {placeholder.path}, and the template needs a {taken}; it was taken as one.",
        f"Give a {taken} in the data.",
        place.location if place else None,
        place.snippet if place else None,
        pointer,
    )
