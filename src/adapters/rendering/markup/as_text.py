"""Blocks as plain text."""

from adapters.rendering.markup.blocks import Block, Cell, Item, Kind, Paragraph, Run, Table


def as_text(blocks: tuple[Block, ...]) -> str:
    """Return the text of blocks: a line for each, an empty line between paragraphs, and signs before items."""
    return "\n\n".join(map("\n".join, _groups(blocks)))


def _groups(blocks: tuple[Block, ...]) -> list[list[str]]:
    """Return the lines of blocks: paragraphs of their own, and the items of a list together."""
    groups: list[list[str]] = []
    numbers: dict[int, int] = {}
    was_listed = False
    for block in blocks:
        lines = _table(block) if isinstance(block, Table) else _paragraph(block, numbers)
        is_listed = block.item is not None
        if groups and is_listed and was_listed:
            groups[-1] += lines
        else:
            groups.append(lines)
        was_listed = is_listed
    return groups


def _paragraph(block: Paragraph, numbers: dict[int, int]) -> list[str]:
    if block.kind is Kind.RULE:
        return ["-" * 20]
    lines = "".join(run.text + _address(run) for run in block.runs).split("\n")
    return [before + line for before, line in zip(_before(block.item, numbers, len(lines)), lines, strict=True)]


def _address(run: Run) -> str:
    """Say where a link leads, unless its text says so."""
    return f" ({run.url})" if run.url and run.url.removeprefix("mailto:") != run.text else ""


def _before(item: Item | None, numbers: dict[int, int], count: int) -> list[str]:
    """Return what stands before the lines of a paragraph: the number of its item, and room below it."""
    if item is None:
        return [""] * count
    inset = "   " * item.depth
    if not item.begins:
        return [f"{inset}   "] * count
    number = numbers[item.number] = numbers.get(item.number, item.start - 1) + 1
    sign = f"{number}. " if item.ordered else "- "
    return [inset + sign, *[inset + " " * len(sign)] * (count - 1)]


def _table(table: Table) -> list[str]:
    return ["\t".join(map(_cell, row)) for row in table.rows]


def _cell(cell: Cell) -> str:
    return " ".join(as_text(cell.blocks).split())
