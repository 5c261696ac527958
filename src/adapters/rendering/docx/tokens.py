"""One tag of a Word template, taken apart."""

import re
from dataclasses import dataclass, field
from typing import Final

from adapters.rendering.docx.findings import unusable
from adapters.rendering.docx.tree import Node
from adapters.rendering.docx.writers import BARE_RUN, RUN_TEXT
from adapters.rendering.language.limits import DEFAULT_LIMITS
from domain.diagnostics import Location

# python-docx-template's scope letter stands directly behind the opener: {%tr for … %}, {{r value }}.
_PREFIX: Final = re.compile(r"(\{[{%#])(tr|tc|p|r)\s+(?![|.=<>!*+/}%#)]|$)")
_KEYWORD: Final = re.compile(r"\{%\s*(\w+)")
# {% set name = … %} assigns; {% set name %} captures up to {% endset %}.
_ASSIGNS: Final = re.compile(r"\{%\s*set\s[\w\s.,()]*=(?!=)")

CELL_KEYWORDS: Final = frozenset({"cellbg", "colspan", "hm", "vm"})
CAPTURES: Final = frozenset({"macro", "call", "set", "filter"})
_OPENERS: Final = frozenset({"for", "if", "with", "autoescape", "block"}) | CAPTURES
_MIDDLES: Final = frozenset({"else", "elif"})
_SHORTEST_TRIMMED: Final = 5


def keyword_of(text: str) -> str:
    """Return the first word of a control tag, '' for other tags; {% set x = … %} gives 'assign', {% set x %} 'set'."""
    found = _KEYWORD.match(text)
    keyword = found.group(1) if found else ""
    return "assign" if keyword == "set" and _ASSIGNS.match(text) else keyword


@dataclass(eq=False, slots=True)
class Token:
    """A tag and where it stands: `node` in the tree, or within an attribute where `node` is None.

    `text` is what the language gets: without scope letter, its `-` trims already carried out. `end_text` is the w:t
    that held the tag's last character.
    """

    text: str
    location: Location
    snippet: str
    writer: int = 0
    node: Node | None = None
    end_text: Node | None = None
    prefix: str = ""
    joins_before: bool = False
    joins_after: bool = False
    keyword: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the scope letter, the trims and the keyword out of the text."""
        match = _PREFIX.match(self.text)
        if match:
            self.prefix = match.group(2)
            if self.prefix in {"r", "p"} and self.text.startswith("{{") and self.writer == RUN_TEXT:
                self.writer = BARE_RUN
            self.text = match.group(1) + " " + self.text[match.end() :]
        self._take_trims()
        self.keyword = keyword_of(self.text)

    def _take_trims(self) -> None:
        if self.text[2] in "-+":
            self.joins_before = self.text[2] == "-"
            self.text = self.text[:2] + " " + self.text[3:]
        if len(self.text) >= _SHORTEST_TRIMMED and self.text[-3] in "-+":
            self.joins_after = self.text[-3] == "-"
            self.text = self.text[:-3] + " " + self.text[-2:]

    @property
    def place(self) -> Node:
        """The token's node; only tokens of attributes have none."""
        assert self.node is not None, self.text  # noqa: S101
        return self.node

    @property
    def is_output(self) -> bool:
        """Tell whether the tag prints a value."""
        return self.text.startswith("{{")

    @property
    def is_comment(self) -> bool:
        """Tell whether the tag is a comment."""
        return self.text.startswith("{#")

    @property
    def is_cell_tag(self) -> bool:
        """Tell whether the tag is about its table cell (cellbg, colspan, hm, vm)."""
        return self.keyword in CELL_KEYWORDS

    @property
    def is_control(self) -> bool:
        """Tell whether the tag prints nothing itself, so that its paragraph may go with it."""
        return not self.is_output and not self.is_cell_tag

    @property
    def opens(self) -> bool:
        """Tell whether the tag opens a block."""
        return self.keyword in _OPENERS

    @property
    def captures(self) -> bool:
        """Tell whether what the tag's block holds is put out elsewhere, or several times."""
        return self.keyword in CAPTURES or (self.keyword == "for" and "recursive" in self.text)

    @property
    def divides(self) -> bool:
        """Tell whether the tag divides a block."""
        return self.keyword in _MIDDLES

    @property
    def closes(self) -> str:
        """Return the keyword of the block that the tag closes, or ''."""
        return self.keyword[3:] if self.keyword.startswith("end") else ""


_USE_LOOPS: Final = "Use loops, or prepare the values in the data."


class TokenTable:
    """All tokens of a part; a token's index is its name in the tree.

    `mark` is a character that the part does not hold: it marks tokens within attributes. `is_changed` tells whether
    characters were taken out of the part, which tags and their escapes ({% raw %}, {_{) do. One tag may become
    several tokens; with more than `most` there are far too many tags, whatever else is to be said about them.
    """

    def __init__(self, mark: str, most: int = 2 * DEFAULT_LIMITS.tags) -> None:
        self.mark = mark
        self._most = most
        self._tokens: list[Token] = []
        self.is_changed = False

    def __len__(self) -> int:
        return len(self._tokens)

    def __getitem__(self, index: int) -> Token:
        return self._tokens[index]

    def add(self, token: Token) -> int:
        """Take a token in and return its index.

        Raises:
            UnusableFileError: there are too many.
        """
        if len(self._tokens) >= self._most:
            raise unusable("template-too-complex", f"The template has more than {self._most:,} tags.", _USE_LOOPS)
        self._tokens.append(token)
        return len(self._tokens) - 1

    def in_attribute(self, token: Token) -> str:
        """Take a token in and return what stands for it in an attribute's value."""
        return self.name_in_attribute(self.add(token))

    def name_in_attribute(self, index: int) -> str:
        """Return what stands for a token in an attribute's value."""
        return f"{self.mark}{index}{self.mark}"

    def of(self, node: Node) -> Token:
        """Return the token that a node of the tree stands for."""
        return self._tokens[int(node.text)]
