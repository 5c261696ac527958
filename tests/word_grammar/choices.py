"""The choices that make one random template."""

from collections.abc import Callable
from itertools import count, pairwise
from typing import TypeVar

from hypothesis import strategies as st

from tests.word_files import r

_T = TypeVar("_T")

_CUT = "\ue000"
_FORMATS = ("", "", "<w:b/>", '<w:rStyle w:val="Strong"/>', '<w:color w:val="C00000"/><w:sz w:val="30"/>')
_BETWEEN = (
    "",
    '<w:proofErr w:type="spellStart"/>',
    '<w:bookmarkStart w:id="{0}" w:name="_m{0}"/><w:bookmarkEnd w:id="{0}"/>',
    "<w:r><w:lastRenderedPageBreak/></w:r>",
    '<w:del w:id="{0}" w:author="a"><w:r><w:delText>{{{{ old }}}}</w:delText></w:r></w:del>',
)


class Choices:
    """Chooses, counts, and cuts tags into runs."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self._counter = count(11)

    def pick(self, *choices: _T) -> _T:
        """Choose one; the first is the simplest."""
        return self.draw(st.sampled_from(choices))

    def seldom(self) -> bool:
        """Say yes now and then."""
        return self.draw(st.integers(0, 3)) == 3

    def number(self) -> int:
        """Return a number that nothing else in the template has."""
        return next(self._counter)

    def several(self, make: Callable[[], _T], most: int = 3) -> list[_T]:
        """Make one or a few."""
        return [make() for _ in range(self.draw(st.integers(1, most)))]

    def cut(self, tag: str) -> str:
        """Mark in a tag where Word cuts it into runs."""
        if not self.seldom():
            return tag
        places = sorted(self.draw(st.lists(st.integers(1, len(tag) - 1), min_size=1, max_size=3, unique=True)))
        return _CUT.join(tag[start:end] for start, end in pairwise([0, *places, len(tag)]))

    def runs(self, text: str) -> str:
        """Write text as runs, cut where it is marked, with what Word puts between."""
        first, *rest = text.split(_CUT)
        runs = r(first, self.pick(*_FORMATS))
        for piece in rest:
            runs += self.pick(*_BETWEEN).format(self.number()) + r(piece, self.pick(*_FORMATS))
        return runs
