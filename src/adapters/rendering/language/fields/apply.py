"""Holds the data of a render to what the author has declared: defaults, kinds and limits."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any, Final

from adapters.rendering.language.fields.field import Rule
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.values import Missing
from domain.data_path import Each, Step, escape_pointer
from domain.diagnostics import Diagnostic, Severity

_MAX_FINDINGS: Final = 100

# A container, its key or index, and the keys that lead to the container.
_Place = tuple[Any, Any, tuple[Any, ...]]


def apply_fields(fields: Iterable[Rule], session: RenderSession) -> list[Diagnostic]:
    """Put defaults into the session's data, and list every value that does not fit its declaration.

    What is declared as required and missing goes to the session, with all else that the render misses.
    """
    found: list[Diagnostic] = []
    for field in fields:
        for container, key, above in places(session.data, field.steps):
            if isinstance(container, dict) and key not in container:
                _fill(field, container, key, session)
                continue
            misfit = field.misfit(container[key])
            if misfit is None:
                continue
            if len(found) == _MAX_FINDINGS:
                return found
            found.append(_finding(field, misfit, (*above, key)))
    return found


def _fill(field: Rule, container: dict[str, Any], key: str, session: RenderSession) -> None:
    if field.has_default:
        # Other renders put the same default into their data.
        container[key] = copy.deepcopy(field.default)
        session.add_to_data(field.default, field.tag)
    elif field.required:
        session.tag = field.tag
        session.record(Missing(field.path, container, key))


def places(value: Any, steps: tuple[Step, ...], above: tuple[Any, ...] = ()) -> Iterator[_Place]:
    """Find where a path ends in the data; what is of another kind on the way there is not its concern."""
    step, *rest = steps
    keys: Iterable[Any] = ()
    if step is Each.ITEM:
        keys = range(len(value)) if isinstance(value, list) else ()
    elif isinstance(value, dict):
        keys = value if step is Each.VALUE else (step,)
    for key in list(keys):
        if not rest:
            yield value, key, above
        elif isinstance(value, list) or key in value:
            yield from places(value[key], tuple(rest), (*above, key))


def _finding(field: Rule, misfit: str, keys: tuple[Any, ...]) -> Diagnostic:
    pointer = "".join(f"/{escape_pointer(str(key))}" for key in keys)
    return Diagnostic(
        Severity.ERROR,
        "data-unfit",
        f"{field.path} {misfit}.",
        "Change it in the data; the template's author has declared what it is to be.",
        field.tag.location if field.tag else None,
        field.tag.snippet if field.tag else None,
        pointer,
    )
