"""The numbers and names that a template uses, for documents that need new ones."""

import re
from typing import Final

from adapters.rendering.docx.identities import Taken
from adapters.rendering.docx.marks import REVISION
from adapters.rendering.docx.package import Package

_NUMBER: Final = re.compile(rb"""[\s:](?:id|Id)\s*=\s*["'](\d{1,10})["']""")
_DRAWING: Final = re.compile(rb"""docPr\b[^<>]*?\sid\s*=\s*["'](\d{1,10})["']""")
_CONTROL: Final = re.compile(rb"""<(?:\w+:)?id\s+(?:\w+:)?val\s*=\s*["'](\d{1,10})["']""")
_BOOKMARK: Final = re.compile(rb"""<(?:\w+:)?bookmarkStart\b[^>]*?[\s:]name\s*=\s*["']([^"']*)["']""")
# Operations that make numbers, and the one that makes names.
_NUMBERING: Final = frozenset({"number", REVISION, "start", "end"})
_NAMING: Final = "name"


def numbers_and_names(package: Package, operations: set[str]) -> Taken:
    """Collect what a template's parts use, as far as one of the operations needs to know it.

    Numbers of all kinds are taken together: so a new one is free whatever it is for. Those of drawings are always
    needed, since any value may turn out to be an image.
    """
    numbers: set[int] = set()
    names: set[str] = set()
    for part in package.text_parts():
        contents = _readable(package.contents[part.name])
        if b"docPr" in contents:
            numbers.update(map(int, _DRAWING.findall(contents)))
        if operations & _NUMBERING:
            numbers |= numbers_in(contents)
            if _NAMING in operations:
                names |= names_in(contents)
    return Taken(frozenset(numbers), frozenset(names))


def numbers_in(contents: bytes) -> set[int]:
    """Return all numbers that something in a part is known by, whatever it is."""
    contents = _readable(contents)
    return {int(found) for pattern in (_NUMBER, _CONTROL) for found in pattern.findall(contents)}


def names_in(contents: bytes) -> set[str]:
    """Return the names of the bookmarks in a part, in small letters."""
    return {found.decode("utf-8", "replace").lower() for found in _BOOKMARK.findall(_readable(contents))}


def _readable(contents: bytes) -> bytes:
    """Return XML in bytes that ASCII patterns match."""
    if contents[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return contents.decode("utf-16", "replace").encode("utf-8", "replace")
    return contents
