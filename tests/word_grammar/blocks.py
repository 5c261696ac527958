"""The paragraphs and tables of a random template, and the blocks around them."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from tests.word_files import p, r, tc, tr
from tests.word_grammar.choices import Choices
from tests.word_grammar.inline import Inline
from tests.word_grammar.scopes import NOTHING, Block, Piece, Scope, joined, random_block

_NUMBERED: Final = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
_PARAGRAPHS: Final = (
    "",
    "",
    '<w:jc w:val="center"/>',
    _NUMBERED,
    '<w:rPr><w:ins w:id="{0}" w:author="a"/></w:rPr>',
    '<w:jc w:val="left"/><w:pPrChange w:id="{0}" w:author="a"><w:pPr/></w:pPrChange>',
)
_ROWS: Final = (
    "",
    "",
    "<w:trPr><w:cantSplit/></w:trPr>",
    '<w:trPr><w:ins w:id="{0}" w:author="a"/></w:trPr>',
)
# The columns of a table, and those of one whose columns a loop repeats: a fixed one, two tags, and what they repeat.
_MOST_COLUMNS: Final = 3
_LOOP_COLUMNS: Final = 4


class Blocks:
    """Writes what stands in a body, a cell, a box or a header."""

    def __init__(self, choices: Choices, inline: Inline) -> None:
        self._choices = choices
        self._inline = inline

    def blocks(self, scope: Scope, depth: int) -> Piece:
        """Write a few blocks, of which the last is a paragraph; `depth` is how deep they may nest."""
        found = [self._one(scope, depth) for _ in range(self._choices.pick(0, 1, 2))]
        return joined(*found, self._paragraph(scope, depth))

    def _one(self, scope: Scope, depth: int) -> Piece:
        choices = self._choices
        kind = choices.pick("paragraph", "scope", "spread", *(_DEEP if depth else ()))
        if kind == "scope":
            return self._scoped(scope, partial(self._one if depth else self._paragraph, depth=max(0, depth - 1)))
        if kind == "spread":
            return self._spread(scope)
        if kind == "table":
            return self._table(scope, depth - 1)
        if kind == "captured":
            return self._captured(scope, depth - 1)
        if kind in _AROUND:
            inner = self.blocks(scope, depth - 1)
            return Piece(_AROUND[kind].format(inner.xml, choices.number()), inner.words)
        return self._paragraph(scope, depth, ends_section=kind == "section" and self._inline.in_body)

    def _paragraph(self, scope: Scope, depth: int, *, ends_section: bool = False) -> Piece:
        properties = self._choices.pick(*_PARAGRAPHS).format(self._choices.number())
        if ends_section:
            properties = "<w:sectPr/>"
        inner = joined(*self._choices.several(lambda: self._inline.inline(scope, self.blocks if depth else None)))
        restart = r("{# @restart #}") if properties == _NUMBERED and self._choices.seldom() else ""
        return Piece(p(restart + inner.xml, properties=properties), inner.words)

    def _scoped(self, scope: Scope, make: Callable[[Scope], Piece]) -> Piece:
        """Write a block whose tags have paragraphs of their own."""
        block = random_block(self._choices, scope)
        letter = self._choices.pick("", "p")
        return block.around([make(inner) for inner in block.scopes], lambda tag: p(self._tag(tag, letter)))

    def _tag(self, tag: str, letter: str) -> str:
        return self._choices.runs(self._choices.cut("{%" + letter + " " + tag + " %}"))

    def _spread(self, scope: Scope) -> Piece:
        """Write a block from the beginning or middle of a paragraph to the end or middle of a later one."""
        block = random_block(self._choices, scope, may_divide=False)
        (inner,) = block.scopes
        before, after = self._inline.word_or_nothing(), self._inline.word_or_nothing()
        first, last = self._inline.text(inner), self._inline.text(inner)
        middle = self._paragraph(inner, 0) if self._choices.seldom() else NOTHING
        opened = before.xml + self._inline.tag(block.tags[0]) + first.xml
        closed = last.xml + self._inline.tag(block.tags[-1]) + after.xml
        shown = Piece("", block.words([joined(first, middle, last)]))
        xml = p(self._choices.runs(opened)) + middle.xml + p(self._choices.runs(closed))
        return Piece(xml, joined(before, shown, after).words)

    def _captured(self, scope: Scope, depth: int) -> Piece:
        """Write a {% set %} block or a macro of paragraphs or of text, and print it, alone or beside text."""
        choices, name = self._choices, f"c{self._choices.number()}"
        opener, closer, call = choices.pick(
            (f"set {name}", "endset", name), (f"macro {name}()", "endmacro", f"{name}()")
        )
        if choices.pick(True, False):
            inner = self.blocks(scope, depth)
            xml = p(self._tag(opener, "")) + inner.xml + p(self._tag(closer, ""))
        else:
            inner = self._inline.text(scope)
            xml = p(choices.runs(self._inline.tag(opener) + inner.xml + self._inline.tag(closer)))
        before, after = self._inline.word_or_nothing(), self._inline.word_or_nothing()
        printed = p(choices.runs(before.xml + choices.cut("{{ " + call + " }}") + after.xml))
        return Piece(xml + printed, joined(before, inner, after).words)

    def _table(self, scope: Scope, depth: int) -> Piece:
        """Write a table."""
        choices = self._choices
        make, columns = choices.pick((self._rows, _MOST_COLUMNS), (self._columns, _LOOP_COLUMNS))
        if make == self._rows:
            columns = choices.pick(*range(1, columns + 1))
        inner = joined(self._row(scope, columns, 0), *choices.several(lambda: make(scope, columns, depth)))
        column = choices.pick('<w:gridCol w:w="1000"/>', "<w:gridCol/>")
        return Piece(f"<w:tbl><w:tblPr/><w:tblGrid>{column * columns}</w:tblGrid>{inner.xml}</w:tbl>", inner.words)

    def _rows(self, scope: Scope, columns: int, depth: int) -> Piece:
        """Write a row, rows in a content control, or a block of rows in one of the ways people write it."""
        choices = self._choices
        kind = choices.pick("row", "tr", "", "corners", "control")
        if kind == "row":
            return self._row(scope, columns, depth)
        if kind == "corners":
            return self._corners(random_block(choices, scope, may_divide=False), columns)

        def make(inner: Scope) -> Piece:
            return joined(*choices.several(lambda: self._row(inner, columns, depth), 2))

        if kind == "control":
            inner = make(scope)
            return Piece(_AROUND["control"].format(inner.xml, choices.number()), inner.words)
        block = random_block(choices, scope)
        others = [""] * (columns - 1)
        return block.around(list(map(make, block.scopes)), lambda tag: tr(tc(p(self._tag(tag, kind))), *others))

    def _row(self, scope: Scope, columns: int, depth: int) -> Piece:
        choices = self._choices
        return self._row_of([self._cell(scope, depth) for _ in range(columns)], choices.pick(*_ROWS))

    def _row_of(self, cells: Iterable[Piece], properties: str = "") -> Piece:
        inner = joined(*cells)
        return Piece(f"<w:tr>{properties.format(self._choices.number())}{inner.xml}</w:tr>", inner.words)

    def _cell(self, scope: Scope, depth: int) -> Piece:
        """Write a cell, perhaps with a tag about it, perhaps in a content control."""
        choices = self._choices
        inner, word = self.blocks(scope, depth), self._inline.word()
        tag = choices.pick("", "", "{% cellbg 'FFDD00' %}", "{% colspan 1 %}")
        cell = tc(p(r(tag + word.xml)), inner.xml, properties='<w:tcW w:w="1000" w:type="dxa"/>')
        if choices.seldom():
            cell = _AROUND["control"].format(cell, choices.number())
        return Piece(cell, joined(word, inner).words)

    def _corners(self, block: Block, columns: int) -> Piece:
        """Write a row whose first cell opens the block and whose last cell closes it."""
        cells = [self._inline.text(block.scopes[0]) for _ in range(columns)]
        texts = [cell.xml for cell in cells]
        texts[0] = self._inline.tag(block.tags[0]) + texts[0]
        texts[-1] += self._inline.tag(block.tags[-1])
        return Piece(tr(*(tc(p(self._choices.runs(text))) for text in texts)), block.words([joined(*cells)]))

    def _columns(self, scope: Scope, _columns: int, _depth: int) -> Piece:
        """Write a row whose cells a loop repeats."""
        block = random_block(self._choices, scope, may_divide=False)
        letter = self._choices.pick("tc", "")
        repeated = self._cell(block.scopes[0], 0)
        loop = block.around([repeated], lambda tag: tc(p(self._tag(tag, letter))))
        return self._row_of([self._cell(scope, 0), loop])


_AROUND: Final = {
    "control": '<w:sdt><w:sdtPr><w:id w:val="{1}"/></w:sdtPr><w:sdtContent>{0}</w:sdtContent></w:sdt>',
    "bookmark": '<w:bookmarkStart w:id="{1}" w:name="b{1}"/>{0}<w:bookmarkEnd w:id="{1}"/>',
}
_DEEP: Final = ("table", "table", "captured", "control", "bookmark", "section")
