"""The settings of what holds where a request says nothing."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field, field_validator

from application.defaults import RenderDefaults
from domain.errors import InvalidRequestError
from domain.locale import parse_locale, parse_timezone
from entrypoints.settings.types import Section


def _checked(parse: Callable[[str], str], value: str) -> str:
    try:
        return parse(value)
    except InvalidRequestError as error:
        raise ValueError(error.reason) from error


class DefaultsSettings(Section):
    """What holds where neither the request nor the template says otherwise."""

    locale: str = RenderDefaults().locale
    timezone: str = RenderDefaults().timezone
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = RenderDefaults().retention_days

    @field_validator("locale")
    @classmethod
    def _is_locale(cls, value: str) -> str:
        return _checked(parse_locale, value)

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str) -> str:
        return _checked(parse_timezone, value)
