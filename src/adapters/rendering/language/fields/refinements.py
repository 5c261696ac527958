"""Reads what an author says beside the template, by path (domain.refinement), as rules for the data."""

from functools import lru_cache
from typing import Any

import jiter

from adapters.rendering.language.fields.field import NO_DEFAULT, Rule
from domain.data_path import parse_path
from domain.placeholder import PlaceholderKind
from domain.refinement import LIMITS, kind_said


@lru_cache(maxsize=256)
def read_refinements(text: str) -> tuple[Rule, ...]:
    """Return the rules of a JSON text; what only explains a path makes none. Numbers are exact."""
    said: dict[str, dict[str, Any]] = jiter.from_json(text.encode(), float_mode="decimal")
    rules = (_rule(path, refinement) for path, refinement in said.items() if path)
    return tuple(rule for rule in rules if rule is not None)


def _rule(path: str, said: dict[str, Any]) -> Rule | None:
    kind = kind_said(said)
    if kind is None and "default" not in said and not said.get("required"):
        return None
    return Rule(
        parse_path(path),
        kind or PlaceholderKind.ANY,
        None,
        said.get("required"),
        {keyword: said[keyword] for keyword in ("enum", *LIMITS) if keyword in said},
        None,
        said.get("default", NO_DEFAULT),
    )
