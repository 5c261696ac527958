"""What Word's AutoCorrect does to tags, undone: curly quotes and no-break spaces within them.

Every change keeps the length of the text, so that a position in it still tells where the character stands in the file.
"""

import re
from typing import Final

_OPENER: Final = re.compile(r"\{[{%#]")
_ODD: Final = re.compile("[\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u00a0\u202f\u2007]")
_DOUBLE: Final = "\u201c\u201d\u201e\u201f\u00ab\u00bb"
_SINGLE: Final = "\u2018\u2019\u201a\u201b\u2039\u203a"
_SPACES: Final = "\u00a0\u202f\u2007"
_STOPS: Final = re.compile(
    f"[\"'{_DOUBLE}{_SINGLE}{_SPACES}]|}}}}|%}}|\\{{[{{%]",
)


def straighten(text: str) -> str:
    """Return the text with plain quotes and spaces within its tags; what stands in a string literal stays."""
    if not _ODD.search(text):
        return text
    characters = list(text)
    position = 0
    while opener := _OPENER.search(text, position):
        position = opener.end()
        if opener.group() != "{#":
            position = _straighten_tag(text, characters, position)
    return "".join(characters)


def _straighten_tag(text: str, characters: list[str], position: int) -> int:
    """Work from behind an opener up to the tag's end, and return where that is."""
    while stop := _STOPS.search(text, position):
        found, position = stop.group(), stop.end()
        if found in ("}}", "%}"):
            return position
        if found in ("{{", "{%"):
            return stop.start()
        if found in _SPACES:
            characters[stop.start()] = " "
        elif found in "\"'":
            closing = text.find(found, position)
            position = closing + 1 if closing >= 0 else position
        else:
            position = _straighten_literal(text, characters, stop.start())
    return len(text)


def _straighten_literal(text: str, characters: list[str], start: int) -> int:
    """Give a literal in curly quotes straight ones, of the kind that its contents do not hold."""
    family, own, other = (_DOUBLE, '"', "'") if text[start] in _DOUBLE else (_SINGLE, "'", '"')
    closing = _closing(text, start, family)
    if closing is None:
        characters[start] = own
        return start + 1
    inside = text[start + 1 : closing]
    quote = other if own in inside and other not in inside else own
    characters[start] = characters[closing] = quote
    return closing + 1


def _closing(text: str, start: int, family: str) -> int | None:
    """Find the quote that ends the literal: the next of its family that an apostrophe cannot be."""
    for index in range(start + 1, len(text)):
        if text[index] in family:
            follows = text[index + 1 : index + 2]
            if not follows.isalpha():
                return index
        elif text.startswith(("}}", "%}"), index):
            return None
    return None
