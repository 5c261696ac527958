"""The settings of the log."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from entrypoints.settings.types import Section


class LogSettings(Section):
    """How much is logged, how, and where to besides standard output.

    Without `format` it is `console` on a terminal, and `json`, a JSON object a line, everywhere else. A `file` is begun
    anew when it has `file_bytes`; `files` old ones are kept beside it, with .1 behind their names for the newest.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "console"] | None = None
    file: Path | None = None
    file_bytes: Annotated[int, Field(ge=10_000)] = 50_000_000
    files: Annotated[int, Field(ge=1, le=1_000)] = 5

    @field_validator("level", "format", mode="before")
    @classmethod
    def _in_lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value
