"""What all JSON bodies of requests have in common."""

from functools import cache
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator

from domain.near_names import no_such

# Each is an error of its own, so that a body of nothing else would be answered at length.
_UNKNOWN_TOLD: Final = 20


class RequestBody(BaseModel):
    """A body, or an object within one: fields that it does not know are refused, with the name that was meant."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def known_names(cls) -> frozenset[str]:
        """Return the names that the body may have."""
        return frozenset(field.alias or name for name, field in cls.model_fields.items())

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_unknown_fields(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        known = _known_names(cls)
        if not isinstance(value, dict) or value.keys() <= known:
            return handler(value)
        unknown = [name for name in value if name not in known]
        errors: list[Any] = [
            {"type": "value_error", "loc": (name,), "ctx": {"error": ValueError(no_such("field", name, known))}}
            for name in unknown[:_UNKNOWN_TOLD]
        ]
        try:
            handler({name: value[name] for name in value if name in known})
        except ValidationError as error:
            errors += error.errors(include_url=False)
        raise ValidationError.from_exception_data(cls.__name__, errors)


@cache
def _known_names(body: type[RequestBody]) -> frozenset[str]:
    return body.known_names()
