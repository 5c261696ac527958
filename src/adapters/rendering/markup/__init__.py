"""Markdown and HTML as blocks: paragraphs, lists, tables. Two readers, one model; writers are the formats' own."""

from adapters.rendering.markup.blocks import Block, Cell, Item, Kind, Paragraph, Run, Table
from adapters.rendering.markup.errors import MarkupError

__all__ = ["Block", "Cell", "Item", "Kind", "MarkupError", "Paragraph", "Run", "Table"]
