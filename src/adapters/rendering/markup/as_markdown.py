"""Blocks as Markdown (CommonMark 0.31, tables, ~~strike~~): what HTML in the data becomes in a Markdown document."""

from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Final

from adapters.rendering.markup.blocks import Block, Cell, Item, Kind, Paragraph, Run, Table

_STEP: Final = 4
_ALIGNED: Final = {"left": ":---", "center": ":---:", "right": "---:", "": "---"}


def as_markdown(blocks: tuple[Block, ...], escape: Callable[[str], str]) -> str:
    """Return Markdown that reads as these blocks; `escape` writes a line of text so that it stays text."""
    written = [_block(block, escape) for block in blocks]
    return "".join(written[:1]) + "".join(
        f"{_between(*pair)}{text}" for pair, text in zip(pairwise(blocks), written[1:], strict=True)
    )


def _between(before: Block, after: Block) -> str:
    """Leave no empty line between the items of a list."""
    if isinstance(before, Paragraph) and before.item and after.item and after.item.begins:
        return "\n" if before.quotes == after.quotes else "\n\n"
    return "\n\n"


def _block(block: Block, escape: Callable[[str], str]) -> str:
    lines = _table(block, escape) if isinstance(block, Table) else _paragraph(block, escape)
    first, others = _before(block.item)
    quoted = "> " * block.quotes
    inset = [first, *[others] * (len(lines) - 1)]
    return "\n".join((quoted + before + line).rstrip() for before, line in zip(inset, lines, strict=True))


def _before(item: Item | None) -> tuple[str, str]:
    """Return what stands before the first line of a block, and before its others.

    Lists that follow each other are told apart by their signs.
    """
    if item is None:
        return "", ""
    inset = " " * (_STEP * item.depth)
    others = inset + " " * _STEP
    if not item.begins:
        return others, others
    sign = f"{item.start}{').'[item.number % 2]}" if item.ordered else "*-"[item.number % 2]
    return f"{inset}{sign} ", others


def _paragraph(block: Paragraph, escape: Callable[[str], str]) -> list[str]:
    if block.kind is Kind.RULE:
        return ["---"]
    if block.kind is Kind.CODE:
        text = "".join(run.text for run in block.runs)
        fence = _fence(text, 3)
        return [fence, *text.split("\n"), fence]
    text = _runs(block.runs, escape)
    if block.kind is Kind.HEADING:
        return [f"{'#' * block.level} {text}".replace("\\\n", " ")]
    return text.split("\n")


def _runs(runs: tuple[Run, ...], escape: Callable[[str], str]) -> str:
    out: list[str] = []
    for url, group in groupby(runs, key=lambda run: run.url):
        text = "".join(_run(run, escape) for run in group)
        out.append(f"[{text}](<{_address(url)}>)" if url else text)
    return "".join(out)


def _run(run: Run, escape: Callable[[str], str]) -> str:
    if run.image:
        return f"![{escape(run.text)}](<{_address(run.image)}>)"
    if run.code:
        fence = _fence(run.text, 1)
        space = " " if run.text[:1] == "`" or run.text[-1:] == "`" else ""
        return f"{fence}{space}{run.text}{space}{fence}".replace("\n", " ")
    text = "\\\n".join(escape(line) for line in run.text.strip(" \n").split("\n"))
    if not text:
        return run.text
    for sign, is_on in (("~~", run.strike), ("*", run.italic), ("**", run.bold)):
        text = f"{sign}{text}{sign}" if is_on else text
    start = run.text[: len(run.text) - len(run.text.lstrip(" \n"))]
    end = run.text[len(run.text.rstrip(" \n")) :]
    return start.replace("\n", "\\\n") + text + end.replace("\n", "\\\n")


def _address(address: str) -> str:
    return address.replace("<", "%3C").replace(">", "%3E").replace("\n", "")


def _fence(text: str, least: int) -> str:
    """Return more backticks than stand in a row in a text."""
    longest = max((len(list(group)) for sign, group in groupby(text) if sign == "`"), default=0)
    return "`" * max(least, longest + 1)


def _table(table: Table, escape: Callable[[str], str]) -> list[str]:
    rows = [[text for cell in row for text in _cells(cell, escape)] for row in table.rows]
    rows = [row + [""] * (table.width - len(row)) for row in rows]
    if not table.heads:
        rows.insert(0, [""] * table.width)
    aligned = [cell.align for cell in table.rows[0] for _ in range(cell.columns)]
    marks = [_ALIGNED[align] for align in aligned] + ["---"] * (table.width - len(aligned))
    return [f"| {' | '.join(row)} |" for row in (rows[0], marks, *rows[1:])]


def _cells(cell: Cell, escape: Callable[[str], str]) -> list[str]:
    """Write a cell in one line, and empty ones for the other columns that it covers."""
    paragraphs = (block for block in cell.blocks if isinstance(block, Paragraph))
    texts = (_runs(block.runs, escape).replace("\\\n", " ").replace("\n", " ") for block in paragraphs)
    return [" ".join(texts), *[""] * (cell.columns - 1)]
