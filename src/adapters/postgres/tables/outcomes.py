"""How a document is to be rendered, and why there is none: columns that renders, batches and their rows share."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from adapters.postgres.tables.base import Code, Columns
from adapters.postgres.texts import storable
from domain.formats import OutputFormat
from domain.render_request import MissingPolicy, RenderFailure, RenderOptions


class OptionColumns:
    """How a document is to be rendered."""

    output: Mapped[Code]
    locale: Mapped[Code]
    timezone: Mapped[Code]
    now: Mapped[datetime]
    missing: Mapped[Code]
    file_name: Mapped[str | None]


class FailureColumns:
    """Why there is no document, where there is none."""

    failure_code: Mapped[Code | None]
    failure_message: Mapped[str | None]


def option_columns(options: RenderOptions) -> Columns:
    """Give the columns of options."""
    return {
        "output": options.output,
        "locale": options.locale,
        "timezone": options.timezone,
        "now": options.now,
        "missing": options.missing,
        "file_name": options.file_name,
    }


def options_of(row: OptionColumns) -> RenderOptions:
    """Make the options of a row's columns."""
    return RenderOptions(
        output=OutputFormat(row.output),
        locale=row.locale,
        timezone=row.timezone,
        now=row.now,
        missing=MissingPolicy(row.missing),
        file_name=row.file_name,
    )


def failure_columns(failure: RenderFailure | None) -> Columns:
    """Give the columns of a failure; what cannot be kept of its message is replaced."""
    return {
        "failure_code": failure and failure.code,
        "failure_message": failure and storable(failure.message),
    }


def failure_of(row: FailureColumns) -> RenderFailure | None:
    """Make the failure of a row's columns."""
    if row.failure_code is None or row.failure_message is None:
        return None
    return RenderFailure(code=row.failure_code, message=row.failure_message)
