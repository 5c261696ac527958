"""What a file of rows may have at most."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowLimits:
    """Caps of one file; `cell_characters` are those of a cell, `row_characters` of all cells of a row.

    `memory_bytes` and `cpu_seconds` hold the process that reads it. A process that sends nothing for `silent_seconds`
    is ended.
    """

    bytes: int = 100_000_000
    unpacked_bytes: int = 500_000_000
    rows: int = 1_000_000
    columns: int = 1_000
    cell_characters: int = 100_000
    row_characters: int = 2_000_000
    json_bytes: int = 16_000_000
    memory_bytes: int = 400_000_000
    cpu_seconds: int = 600
    silent_seconds: float = 60.0
