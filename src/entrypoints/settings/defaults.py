"""The settings of what holds where a request says nothing."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field, field_validator

from application.defaults import RenderDefaults
from domain.errors import InvalidRequestError
from domain.locale import parse_locale, parse_timezone
from entrypoints.settings.types import Section


def _checked(parse: Callable[[str], str], value: str, wrong: str) -> str:
    try:
        return parse(value)
    except InvalidRequestError:
        raise ValueError(wrong) from None  # what it says itself repeats the value


class DefaultsSettings(Section):
    """What holds where neither the request nor the template says otherwise."""

    locale: str = RenderDefaults().locale
    timezone: str = RenderDefaults().timezone
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = RenderDefaults().retention_days

    @field_validator("locale")
    @classmethod
    def _is_locale(cls, value: str) -> str:
        return _checked(parse_locale, value, "it is not a locale: use a tag such as 'en', 'de-DE' or 'pt-BR'")

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str) -> str:
        wrong = "there is no such time zone: use an IANA name such as 'Europe/Berlin' or 'UTC'"
        return _checked(parse_timezone, value, wrong)
