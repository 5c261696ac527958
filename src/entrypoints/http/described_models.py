"""Models and schemas of bodies that an endpoint reads by itself, so that FastAPI does not know them."""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

_REFERENCE: Final = "#/components/schemas/{model}"
_referenced: dict[str, type[BaseModel]] = {}
_schemas: dict[str, dict[str, Any]] = {}


def reference_to(model: type[BaseModel]) -> dict[str, str]:
    """Return what refers to a model in the description, which has it then."""
    _referenced[model.__name__] = model
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def refer_to(name: str, schema: dict[str, Any]) -> dict[str, str]:
    """Return what refers to a schema in the description, which has it then under this name."""
    _schemas[name] = schema
    return {"$ref": _REFERENCE.format(model=name)}


def referenced_schemas() -> dict[str, Any]:
    """Return the schemas of all models that are referred to, and of those within them, by name."""
    models = [(model, "validation") for model in _referenced.values()]
    _, definitions = models_json_schema(models, ref_template=_REFERENCE)  # type: ignore[arg-type]  # a mode is a literal
    schemas: dict[str, Any] = definitions.get("$defs", {})
    return {**schemas, **_schemas}
