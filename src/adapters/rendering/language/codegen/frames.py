"""Jinja's frames and symbols, without a copy of all names for each branch of each condition.

Jinja copies what a scope knows three times for an `if` while it looks for names, and once more when it writes it: a
template of many names and many conditions takes names times conditions. Here a branch shares the names of its scope
and keeps only what it assigns. A name has one reference in a scope whichever branch knows it first, and how the name
is loaded is settled behind the branches, for all that one of them assigns.
"""

from collections.abc import Sequence

from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_ALIAS, VAR_LOAD_RESOLVE, Symbols
from jinja2.nodes import EvalContext
from typing_extensions import override


class SharedSymbols(Symbols):
    """The names of a scope, or of a branch in it."""

    def __init__(self, parent: Symbols | None = None, level: int | None = None) -> None:
        super().__init__(parent, level)
        self._around: SharedSymbols | None = None

    @override
    def copy(self) -> "SharedSymbols":
        """Return the names of a branch."""
        branch = SharedSymbols(self.parent, self.level)
        branch.refs, branch.loads = self.refs, self.loads
        branch._around = self
        return branch

    @override
    def branch_update(self, branch_symbols: Sequence[Symbols]) -> None:
        """Take over what branches assign: who runs behind them may find it assigned, or not."""
        stored = {name for branch in branch_symbols for name in branch.stores}
        for name in stored:
            if not self._assigns(name):
                outer = self.parent.find_ref(name) if self.parent is not None else None
                self.loads[self.ref(name)] = (VAR_LOAD_RESOLVE, name) if outer is None else (VAR_LOAD_ALIAS, outer)
        self.stores |= stored

    def _assigns(self, name: str) -> bool:
        """Tell whether the name is assigned here before the branches, or around this branch."""
        return name in self.stores or (self._around is not None and self._around._assigns(name))  # noqa: SLF001  # its own class


class SharedFrame(Frame):
    """A frame whose soft frames share its names, which nothing adds to once they are found."""

    def __init__(self, eval_ctx: EvalContext, parent: Frame | None = None, level: int | None = None) -> None:
        super().__init__(eval_ctx, parent, level)
        self.symbols = SharedSymbols(parent.symbols if parent is not None else None, level)

    @override
    def copy(self) -> "SharedFrame":
        """Return a frame of the same names."""
        same = object.__new__(SharedFrame)
        same.__dict__.update(self.__dict__)
        return same

    @override
    def inner(self, isolated: bool = False) -> "SharedFrame":
        """Return a frame within this one, or one that knows nothing of it."""
        if isolated:
            return SharedFrame(self.eval_ctx, level=self.symbols.level + 1)
        return SharedFrame(self.eval_ctx, self)
