"""From a tree with tokens to segments: static XML, and the tags between it."""

import re
from typing import Final

from lxml import etree

from adapters.rendering.docx.findings import unusable
from adapters.rendering.docx.marks import MarkTable
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import W14, WP14, Node, w
from adapters.rendering.docx.writers import FRAME
from adapters.rendering.language.segments import Segment, Tag

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Up to this share of bytes, characters beyond ASCII are written as references in static text.
_FOREIGN_SHARE: Final = 0.02
# Marks of editing sessions, which Word makes anew: they say nothing about the document and repeat in loops.
_SESSION_MARKS: Final = [
    w(name)
    for name in ("rsidR", "rsidRPr", "rsidRDefault", "rsidP", "rsidDel", "rsidTr", "rsidSect")
]  # fmt: skip
_DRAWING_IDS: Final = [f"{{{uri}}}{name}" for uri in (W14, WP14) for name in ("anchorId", "editId")]
_PARAGRAPH_IDS: Final = [f"{{{W14}}}paraId", f"{{{W14}}}textId"]


def tidy(root: Node, *, keep_paragraph_ids: bool) -> None:
    """Drop what Word keeps for itself; comments are referred to by the ids of their paragraphs."""
    etree.strip_attributes(root, *_SESSION_MARKS, *_DRAWING_IDS)
    if not keep_paragraph_ids:
        etree.strip_attributes(root, *_PARAGRAPH_IDS)
    etree.strip_elements(root, w("proofErr"), with_tail=False)


def to_segments(root: Node, tokens: TokenTable, marks: MarkTable | None = None) -> list[Segment]:
    """Write the tree as text, with the tags where their tokens stand; static text begins with the XML declaration."""
    text = DECLARATION + etree.tostring(root, encoding="unicode")
    if marks is not None:
        text = marks.put(text)
    write = _ascii if _is_almost_ascii(text) else str
    pieces = re.split(f"<\\?t (\\d+)\\?>|{tokens.mark}(\\d+){tokens.mark}", text)
    segments: list[Segment] = []
    # Of each three pieces, one is static, and one of the two others the index of a token.
    for index in range(0, len(pieces), 3):
        if pieces[index]:
            segments.append(write(pieces[index]))
        if index + 1 < len(pieces):
            segments.append(_tag(tokens[int(pieces[index + 1] or pieces[index + 2])]))
    return segments


def _is_almost_ascii(text: str) -> bool:
    return len(text.encode()) < len(text) * (1 + _FOREIGN_SHARE)


def _ascii(text: str) -> str:
    """Write the few characters beyond ASCII as references: Python joins and encodes plain ASCII ten times as fast."""
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _tag(token: Token) -> Tag:
    return Tag(token.text, token.location, token.snippet, token.writer, prints_image=token.writer == FRAME)


def free_mark(*parts: bytes) -> str:
    """Return a private-use character that no part holds, neither in its encoding nor as a reference (&#xE201;).

    Raises:
        UnusableFileError: they hold all that come into question.
    """
    texts = [part.decode("utf-16", "replace").encode() if b"\0" in part[:_START] else part for part in parts]
    for number in _MARKS:
        written = (chr(number).encode(), b"%x;" % number, b"%X;" % number, b"%d;" % number)
        if not any(each in text for text in texts for each in written):
            return chr(number)
    raise unusable("bad-xml", "The document has signs without a meaning, which places in it are marked with.")


# How much of XML in UTF-16 shows that it is.
_START: Final = 4
# Few, so that looking for all of them takes no time; their hexadecimal digits have one letter.
_MARKS: Final = tuple(int(f"e{digits}", 16) for digits in range(201, 900, 47))
