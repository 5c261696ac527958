"""The settings of how much one caller may ask for."""

from typing import Annotated

from pydantic import Field

from entrypoints.settings.types import Section

_NOT_OF_ENGINE = {
    "render_seconds",
    "queued_renders",
    "queued_rows",
    "memory_bytes",
    "retention_days",
    "rows_bytes",
    "rows",
}


class LimitsSettings(Section):
    """What one caller may ask for: bytes, steps of a template, seconds of a render, and the memory of a worker.

    `data_values` counts what is in the data; the other caps of a template are for its tags. docs/security.md has all.
    `queued_renders` of a workspace wait for a worker at most, and `queued_rows` of its batches.
    A workspace may keep documents for up to `retention_days`, and for as long as DOCGEN_DEFAULTS__RETENTION_DAYS.
    Without `memory_bytes` it follows from the memory of the machine, or of the control group that the service runs in.
    `rows_bytes` are those of a file of rows, `rows` how many of them a batch may have.
    """

    template_bytes: Annotated[int, Field(ge=1)] = 20_000_000
    data_bytes: Annotated[int, Field(ge=1)] = 16_000_000
    data_values: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000_000
    tags: Annotated[int, Field(ge=1, le=100_000)] = 8_000
    tag_characters: Annotated[int, Field(ge=100, le=100_000)] = 30_000
    source_characters: Annotated[int, Field(ge=100, le=10_000_000)] = 1_000_000
    words: Annotated[int, Field(ge=1, le=1_000_000)] = 100_000
    nodes: Annotated[int, Field(ge=1, le=400_000)] = 40_000
    output_bytes: Annotated[int, Field(ge=1)] = 50_000_000
    document_depth: Annotated[int, Field(ge=0, le=15)] = 5
    steps: Annotated[int, Field(ge=1)] = 5_000_000
    render_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 5.0
    queued_rows: Annotated[int, Field(ge=1)] = 1_000_000
    queued_renders: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    memory_bytes: Annotated[int, Field(ge=100_000_000)] | None = None
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 3_650
    rows_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    rows: Annotated[int, Field(ge=1)] = 1_000_000

    def of_engine(self) -> dict[str, int]:
        """Return those that the engine keeps to, by the names of its own limits."""
        return self.model_dump(exclude=_NOT_OF_ENGINE)

    def of_rows(self) -> dict[str, int]:
        """Return those of a file of rows, by the names of its reader's limits."""
        return {"bytes": self.rows_bytes, "rows": self.rows, "json_bytes": self.data_bytes}
