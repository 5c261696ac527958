"""Marks: places in a part where something is decided when the document is finished.

A repair that no data can foresee (which number a drawing gets, how many columns a table has) is a mark in the static
text. A comment stands for it in the tree, where the file's own comments were removed; in the part's code it is a
control character that no XML may hold, with the number of its operation in between. A finished part is split there,
once, and each operation says what goes into its place (see finish.py).
"""

import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from lxml import etree

from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import Node, put_after, put_before

# What is to be done at a mark: the name of the operation and its arguments, plain data that can be stored.
Operation: TypeAlias = tuple[Any, ...]

MARK: Final = "\x05"
# The operation that numbers a tracked change with a tag in it: a value that breaks out of its paragraph divides it.
REVISION: Final = "revision"
_PLACE: Final = re.compile(f"({MARK}[0-9]+{MARK})")


class MarkTable:
    """The marks of one part while it is compiled."""

    def __init__(self, tokens: TokenTable) -> None:
        self.mark = tokens.mark
        self._numbers: dict[Operation, int] = {}

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations; the number of one is its place here."""
        return tuple(self._numbers)

    def before(self, place: Node, *operation: Any) -> None:
        """Put a mark directly before a node."""
        put_before(place, self._node(operation))

    def after(self, place: Node, *operation: Any) -> None:
        """Put a mark directly behind a node."""
        put_after(place, self._node(operation))

    def first_in(self, parent: Node, *operation: Any) -> None:
        """Put a mark at the very beginning of an element that holds no text."""
        parent.insert(0, self._node(operation))

    def last_in(self, parent: Node, *operation: Any) -> None:
        """Put a mark at the end of an element that holds no text."""
        parent.append(self._node(operation))

    def in_attribute(self, *operation: Any) -> str:
        """Return what stands for a mark in an attribute's value."""
        return f"{self.mark}m{self._number(operation)}{self.mark}"

    def put(self, text: str) -> str:
        """Return a part's XML with its marks as the part's code has them."""
        if not self._numbers:
            return text
        return re.sub(f"<!--([0-9]+)-->|{self.mark}m([0-9]+){self.mark}", _written, text)

    def _node(self, operation: Operation) -> Node:
        return etree.Comment(str(self._number(operation)))

    def _number(self, operation: Operation) -> int:
        return self._numbers.setdefault(operation, len(self._numbers))


def _written(match: re.Match[str]) -> str:
    return f"{MARK}{match.group(1) or match.group(2)}{MARK}"


def split_at_marks(text: str) -> Iterable[str]:
    """Cut static text so that each of its marks is a piece of its own."""
    return filter(None, _PLACE.split(text)) if MARK in text else (text,)
