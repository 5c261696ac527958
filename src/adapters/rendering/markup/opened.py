"""What is open while blocks are built: runs, lists, tables and cells."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from adapters.rendering.markup.blocks import Block, Cell, Item, Kind, Run


@dataclass(slots=True)
class Stretch:
    """A run that is being read: its look, and the pieces of its text, none of which is empty."""

    look: Run
    pieces: list[str]

    def run(self) -> Run:
        """Return the run itself."""
        return replace(self.look, text="".join(self.pieces))


@dataclass(slots=True)
class OpenList:
    """A list that is being read; `is_fresh` says that its item has no paragraph yet."""

    number: int
    ordered: bool
    start: int
    is_fresh: bool = False


@dataclass(slots=True)
class OpenTable:
    """A table that is being read; `blocks` are those of the cell that is open."""

    item: Item | None
    quotes: int
    outer: "State"
    rows: list[list[Cell]] = field(default_factory=list)
    heads: int = 0
    is_head: bool = False
    is_captioned: bool = False


@dataclass(slots=True)
class State:
    """What is open outside of tables, or in one cell."""

    blocks: list[Block] = field(default_factory=list)
    runs: list[Stretch] = field(default_factory=list)
    lists: list[OpenList] = field(default_factory=list)
    quotes: int = 0
    kind: Kind = Kind.PLAIN
    level: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)
    is_head: bool = False
