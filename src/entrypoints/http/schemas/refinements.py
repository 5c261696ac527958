"""The body that refines a version's schema, described: what a part of a schema may say wherever it stands.

Which paths there are, and what of this fits each, the template decides; `domain/refinement_reader.py` reads it.
"""

from typing import Any, Final

from domain.refinement import LIMITS
from domain.refinement_fit import COUNTS
from domain.refinement_reader import MAX_CHOICES, MAX_TEXTS
from domain.schema import DECLARED, KIND_SCHEMAS
from entrypoints.http.described_models import refer_to

_NAME: Final = "SchemaRefinement"
_ITSELF: Final = refer_to(_NAME, {})


def _different(keyword: str) -> list[Any]:
    """List what a keyword holds for the kinds of placeholders, each once."""
    said = [schema[keyword] for schema in KIND_SCHEMAS.values() if keyword in schema]
    return [value for index, value in enumerate(said) if value not in said[:index]]


_UNCHANGED: Final = "As it was read: it cannot be changed."
_KEYWORDS: Final[dict[str, dict[str, Any]]] = {
    "$schema": {"type": "string", "description": _UNCHANGED},
    "$ref": {"type": "string", "description": _UNCHANGED},
    **{keyword: {"type": "string", "maxLength": longest} for keyword, longest in MAX_TEXTS.items()},
    "type": {"enum": _different("type"), "description": "What the data has to be; what was inferred allows some."},
    "format": {"type": "string", "enum": _different("format")},
    "enum": {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_CHOICES,
        "uniqueItems": True,
        "items": {"type": ["string", "number", "boolean"]},
    },
    "default": {"description": "Taken where the data has no value; it has to fit."},
    "examples": {"type": "array", "items": {}},
    **{limit: {"type": "integer", "minimum": 0} if limit in COUNTS else {"type": "number"} for limit in LIMITS},
    "properties": {"type": "object", "additionalProperties": _ITSELF},
    "items": {"anyOf": [_ITSELF, {"const": True}]},
    "additionalProperties": {"anyOf": [_ITSELF, {"const": True}]},
    "required": {"type": "array", "items": {"type": "string"}},
    DECLARED: {
        "type": "boolean",
        "description": "True: data of another type is refused, also where the type is the one that was inferred.",
    },
}
SCHEMA_REFINEMENT: Final = refer_to(
    _NAME,
    {
        "title": _NAME,
        "description": "A JSON Schema (2020-12) of a version's data, or the parts of it that change.",
        "type": "object",
        "properties": _KEYWORDS,
        "additionalProperties": False,
    },
)
