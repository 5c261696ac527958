"""The code of a field, cut into words and switches (ECMA-376 part 1, 17.16.1 to 17.16.4).

A code is text, and whatever else stands in its runs: other fields, tabs, pictures. Words are parted by white space;
quotation marks, which Word may have made curly, hold a word together; `\\` begins a switch, and within quotation marks
takes the meaning from the sign behind it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from adapters.rendering.docx.tree import Node

_NAME: Final = re.compile(r"\s*(=|\w+)")
_QUOTES: Final = '"\u201c\u201d\u201e\u201f'


class FieldSyntaxError(Exception):
    """A field that cannot be read; carries the sentence, the advice and the code of the finding."""

    def __init__(self, message: str, advice: str | None = None, code: str = "merge-field-syntax") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.code = code


@dataclass(slots=True)
class CodeText:
    """Text of a code, and the run that it stands in; a simple field has no such run."""

    text: str
    run: Node | None


@dataclass(slots=True, eq=False)
class Field:
    """A field, taken apart.

    `runs` are all that it consists of, `result` those that show its result; `inner` are the fields in that result. The
    runs of a field that is not closed end where the part does.
    """

    first: Node
    code: "list[CodePiece]" = field(default_factory=list)
    runs: list[Node] = field(default_factory=list)
    result: list[Node] = field(default_factory=list)
    inner: "list[Field]" = field(default_factory=list)
    in_result: bool = False
    is_closed: bool = False

    @property
    def text(self) -> str:
        """The code as its author sees it: a field in it stands in braces, and one in that is left out."""
        shown = (
            piece.text if isinstance(piece, CodeText) else f"{{ {piece.own_text.strip()} }}"
            for piece in self.code
            if isinstance(piece, (CodeText, Field))
        )
        return "".join(shown)

    @property
    def own_text(self) -> str:
        """The code without the fields in it."""
        return "".join(piece.text for piece in self.code if isinstance(piece, CodeText))

    @property
    def name(self) -> str:
        """The name of the field, in capital letters."""
        found = _NAME.match(self.own_text)
        return found.group(1).upper() if found else ""

    @property
    def code_run(self) -> Node | None:
        """The run that holds the first letter of the name."""
        texts = (piece for piece in self.code if isinstance(piece, CodeText) and piece.text.strip())
        return next((piece.run for piece in texts if piece.run is not None), None)


# A node is a run that shows something which is no text: a tab, a picture.
CodePiece: TypeAlias = CodeText | Field | Node


@dataclass(slots=True)
class Word:
    """A word of a code, or a switch: then `switch` is its sign and `pieces` are empty."""

    pieces: list[CodePiece] = field(default_factory=list)
    is_quoted: bool = False
    switch: str = ""

    @property
    def text(self) -> str | None:
        """The word as text; None where it holds more."""
        if not all(isinstance(piece, CodeText) for piece in self.pieces):
            return None
        return "".join(piece.text for piece in self.pieces)


def words_of(code: Sequence[CodePiece]) -> list[Word]:
    """Cut a code into words and switches.

    Raises:
        FieldSyntaxError: a quotation mark is not closed, or a switch has no sign.
    """
    reader = _Reader()
    for piece in code:
        if isinstance(piece, CodeText):
            reader.read(piece)
        else:
            reader.take(piece)
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self._words: list[Word] = []
        self._word: Word | None = None
        self._escaped = False
        # The quotation mark that is open.
        self._in_quotes = ""
        # The piece of text that is being read, sign by sign.
        self._text: CodeText | None = None
        self._signs: list[str] = []

    def read(self, piece: CodeText) -> None:
        """Read text, sign by sign."""
        for sign in piece.text:
            if self._escaped:
                self._read_escaped(sign, piece.run)
            elif sign == "\\":
                self._escaped = True
            elif (sign in _QUOTES and self._in_quotes != '"') or sign == '"':
                self._read_quote(sign)
            elif sign.isspace() and not self._in_quotes:
                self._word = None
            else:
                self._append(sign, piece.run)

    def take(self, piece: CodePiece) -> None:
        """Take in what is no text; a tab or a line break outside of quotation marks parts words like a space."""
        if isinstance(piece, Field) or self._in_quotes:
            self._current().pieces.append(piece)
        else:
            self._word = None

    def finish(self) -> list[Word]:
        """Return the words."""
        if self._in_quotes:
            raise FieldSyntaxError("A quotation mark is opened and not closed in this field.", 'Close it with ".')
        if self._escaped:
            raise FieldSyntaxError("This field ends with a backslash.", "Delete it, or write the switch behind it.")
        self._close()
        return self._words

    def _read_escaped(self, sign: str, run: Node | None) -> None:
        self._escaped = False
        if self._in_quotes:
            self._append(sign, run)
        elif sign.isspace():
            message = "A backslash with a space behind it is no switch."
            raise FieldSyntaxError(
                message, "Write the letter or sign of the switch directly behind it, as in \\* Upper."
            )
        else:
            self._words.append(Word(switch=sign.lower()))
            self._word = None

    def _read_quote(self, sign: str) -> None:
        """Open or close a text; curly quotation marks within straight ones are a part of it."""
        self._word = None
        if not self._in_quotes:
            self._current().is_quoted = True
        self._in_quotes = "" if self._in_quotes else sign

    def _append(self, sign: str, run: Node | None) -> None:
        pieces = self._current().pieces
        text = self._text
        if text is None or text.run is not run or not pieces or pieces[-1] is not text:
            self._close()
            self._text = CodeText("", run)
            pieces.append(self._text)
        self._signs.append(sign)

    def _close(self) -> None:
        if self._text is not None:
            self._text.text = "".join(self._signs)
        self._signs.clear()

    def _current(self) -> Word:
        if self._word is None:
            self._word = Word()
            self._words.append(self._word)
        return self._word
