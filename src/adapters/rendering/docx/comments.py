"""Comments that run over several paragraphs: {# in one, #} in a later one beside it.

What lies between is commented out, tables too: its text becomes part of the comment, and what stands behind the #}
goes on in the paragraph that the comment began in. All other tags have to stand in one paragraph.
"""

from collections.abc import Callable
from typing import Final

from lxml import etree

from adapters.rendering.docx.prefixes import section_end
from adapters.rendering.docx.quotes import straighten
from adapters.rendering.docx.tree import MARKS, PPR, SDT, SECTPR, TBL, Node, P, R, T, take
from adapters.rendering.language.tags import TagFinding, find_tags

# So many comments are drawn together into one paragraph, each beginning where the one before ended: a file with more of
# them would take a time that grows with their square.
_IN_ONE_PARAGRAPH: Final = 20


class LongComments:
    """Draws the paragraphs of a comment together, in the order of the document.

    `text_of` gives the text that is a paragraph's own.
    """

    def __init__(self, text_of: Callable[[Node], str]) -> None:
        self._text_of = text_of
        # Paragraphs behind which no comment ends: those on the way of a search in vain are not searched again.
        self._endless: set[Node] = set()
        self._gone: set[Node] = set()

    def has_taken(self, paragraph: Node) -> bool:
        """Tell whether a paragraph has become part of a comment before it."""
        return paragraph in self._gone

    def draw_together(self, paragraph: Node, text: str) -> bool:
        """Bring the comments that a paragraph leaves open to their end there; tell whether that changed it."""
        for drawn in range(_IN_ONE_PARAGRAPH):
            if not self._draw(paragraph, text):
                return drawn > 0
            text = self._text_of(paragraph)
        return True

    def _draw(self, paragraph: Node, text: str) -> bool:
        """Bring an open comment to its end; False where there is none, or it has no end."""
        if text.rfind("{#") <= text.rfind("#}") or paragraph in self._endless or not _leaves_open(text):
            return False
        between = self._up_to_end(paragraph)
        if not between:
            return False
        *hidden, last = between
        for element in hidden:
            self._hide(paragraph, element)
        _append_text(paragraph, "\n")
        for child in [child for child in last if child.tag != PPR]:
            paragraph.append(take(child))
        self._take(last)
        return True

    def _up_to_end(self, paragraph: Node) -> list[Node]:
        """List what follows up to the paragraph that ends the comment; an empty list where none does."""
        if section_end(paragraph) is not None:
            return []
        found: list[Node] = []
        for sibling in paragraph.itersiblings():
            if sibling.tag not in (P, TBL, SDT, *MARKS) or next(sibling.iter(SECTPR), None) is not None:
                break
            found.append(sibling)
            if sibling.tag == P and "#}" in self._text_of(sibling):
                return found
        self._endless.update(found)
        return []

    def _hide(self, paragraph: Node, element: Node) -> None:
        """Take an element into the comment; the ends of bookmarks and the like stay, theirs may lie elsewhere."""
        for part in list(element.iter(P)):
            _append_text(paragraph, "\n" + self._text_of(part))
        for mark in [node for node in element.iter() if node.tag in MARKS]:
            paragraph.append(take(mark))
        if element.tag not in MARKS:
            self._take(element)

    def _take(self, element: Node) -> None:
        self._gone.update(element.iter(P))
        take(element)


def _leaves_open(text: str) -> bool:
    return any(
        isinstance(found, TagFinding) and found.code == "unclosed-tag" and text.startswith("{#", found.start)
        for found in find_tags(straighten(text))
    )


def _append_text(paragraph: Node, text: str) -> None:
    written: Node = etree.SubElement(etree.SubElement(paragraph, R), T)
    written.text = text
