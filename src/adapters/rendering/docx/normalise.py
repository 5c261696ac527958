"""Making whole what Word has cut: each tag becomes one token, where its first character stood.

Word cuts text into runs wherever formatting, spelling marks, bookmarks, revisions or hyperlinks begin and end. Here a
paragraph's own texts are read as one, and the characters of a tag leave the w:t elements they were spread over.
"""

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final, TypeAlias

from lxml import etree

from adapters.rendering.docx.comments import LongComments
from adapters.rendering.docx.findings import error
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.prefixes import drop_if_blank
from adapters.rendering.docx.quotes import straighten
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import MC, TC, XML_SPACE, Node, P, R, T, ancestor, prune_run, take, w
from adapters.rendering.language.tags import (
    CLOSERS,
    ENDRAW,
    STRING_LITERAL,
    TagFinding,
    TagSpan,
    find_foreign,
    find_tags,
)
from domain.diagnostics import Diagnostic, Location

# Characters that Word writes as elements; within a tag they are what they look like.
_CHARACTERS: Final = {w("tab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "-"}
# Deleted and moved-away text is not there; text boxes and pictures have paragraphs of their own.
_SKIPPED: Final = frozenset(
    {P, w("del"), w("moveFrom"), w("pPr"), w("rPr"), w("drawing"), w("pict"), w("object"), f"{{{MC}}}AlternateContent"}
)
_RAW: Final = re.compile(r"\{%[-+]?\s*(?:end)?raw\s*[-+]?%\}")
# python-docx-template's way to write braces that are no tag: {_{ name }_}, {_% if %_}.
_ESCAPES: Final = re.compile(r"(?<=\{)_(?=[{%])|(?<=[}%])_(?=\})")
_WITHOUT_WIDTH: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SNIPPET_SIDE: Final = 24

# A part with more tags than this that are none is not read to its end; the engine reports fewer.
_ENOUGH: Final = 1_000

# A stretch of a paragraph's text that goes, and the token that comes in its place.
_Cut: TypeAlias = tuple[int, int, Token | None]


@dataclass(slots=True)
class _Piece:
    """A stretch of a paragraph's text: a w:t, or the element of a single character."""

    node: Node
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def normalise(root: Node, tokens: TokenTable, places: Places) -> list[Diagnostic]:
    """Replace the tags in all paragraphs of a part by tokens; return what looks like a tag and is none."""
    findings: list[Diagnostic] = []
    raw: list[Diagnostic] = []
    errors = 0
    comments = LongComments(_text_of)
    for paragraph in _with_signs(root):
        if comments.has_taken(paragraph):
            continue
        pieces = _pieces(paragraph)
        text = "".join(piece.text for piece in pieces)
        if "{#" in text and not raw and comments.draw_together(paragraph, text):
            pieces = _pieces(paragraph)
            text = "".join(piece.text for piece in pieces)
        if "{" not in text and "_}" not in text:
            findings += _foreign(text, [], paragraph, places)
            continue
        closing = ENDRAW.search(text) if raw else None
        if raw and closing is None:
            continue
        found = _normalise_paragraph(paragraph, pieces, text, closing, tokens, places)
        raw = [finding for finding in found if finding.code == "unclosed-block"]
        findings += [finding for finding in found if finding.code != "unclosed-block"]
        errors += len(found)
        if errors > _ENOUGH:  # the template is refused, and nobody reads more of them
            break
        if raw or closing is not None:
            drop_if_blank(paragraph)
    return findings + raw


# Without one of these a text holds nothing that is a tag, or was perhaps meant as one.
_SIGNS: Final = re.compile(r"[{}\[<]")


def _with_signs(root: Node) -> list[Node]:
    """List the paragraphs that may hold tags, in the order of the document; most cannot."""
    found = {ancestor(node, P) for node in root.iter(T) if node.text and _SIGNS.search(node.text)}
    return [paragraph for paragraph in root.iter(P) if paragraph in found] if found else []


def snippet_of(text: str, start: int, end: int) -> str:
    """Return the words around text[start:end], on one line."""
    left, right = max(0, start - _SNIPPET_SIDE), min(len(text), end + _SNIPPET_SIDE)
    words = " ".join(text[left:right].split())
    return ("…" if left else "") + words + ("…" if right < len(text) else "")


def diagnose(finding: TagFinding, location: Location, text: str) -> Diagnostic:
    """Say a finding of the tokenizer as a diagnostic with its place."""
    snippet = snippet_of(text, finding.start, finding.end)
    return Diagnostic(finding.severity, finding.code, finding.message, finding.suggestion, location, snippet)


def _pieces(paragraph: Node) -> list[_Piece]:
    pieces: list[_Piece] = []
    position = 0
    for node in _own_texts(paragraph):
        text = (node.text or "") if node.tag == T else _CHARACTERS[node.tag]
        pieces.append(_Piece(node, position, text))
        position += len(text)
    return pieces


def _text_of(paragraph: Node) -> str:
    return "".join(piece.text for piece in _pieces(paragraph))


def _own_texts(element: Node) -> Iterator[Node]:
    for child in element:
        if child.tag == T or (child.tag in _CHARACTERS and element.tag == R):
            yield child
        elif child.tag not in _SKIPPED:
            yield from _own_texts(child)


def _normalise_paragraph(
    paragraph: Node, pieces: list[_Piece], text: str, closing: re.Match[str] | None, tokens: TokenTable, places: Places
) -> list[Diagnostic]:
    """Replace the tags in a paragraph; those behind `closing`, where an earlier paragraph has opened a raw block."""
    findings: list[Diagnostic] = []
    location = places.of(paragraph)
    straight = straighten(text)
    cuts: list[_Cut] = []
    if closing is not None:
        # Nothing before it is a tag, and it is none itself.
        cuts.append((closing.start(), closing.end(), None))
        straight = " " * closing.end() + straight[closing.end() :]
    tags = find_tags(straight)
    for found in tags:
        if isinstance(found, TagSpan):
            tag = _as_meant(straight, found, pieces)
            snippet = snippet_of(text, found.start, found.end)
            token = None if _RAW.fullmatch(tag) else Token(tag, location, snippet)
            cuts.append((found.start, found.end, token))
        else:
            findings.append(_unclosed_or_broken(found, location, text, paragraph))
    findings += _foreign(straight, tags, paragraph, places)
    cuts += _escapes(text, cuts)
    _cut(pieces, sorted(cuts, key=lambda cut: cut[0]), tokens)
    return findings


def _escapes(text: str, tags: list[_Cut]) -> list[_Cut]:
    """Find the escapes of braces; a brace of a tag is no part of one."""
    starts = [start for start, _, _ in tags]
    found: list[_Cut] = []
    for match in _ESCAPES.finditer(text):
        index = bisect(starts, match.end()) - 1
        if index < 0 or tags[index][1] < match.start():
            found.append((match.start(), match.end(), None))
    return found


def _as_meant(text: str, tag: TagSpan, pieces: list[_Piece]) -> str:
    """Return a tag without what its author does not see or mean.

    That is tabs and breaks in its string literals, where Word puts none on purpose, and outside of them characters
    without width: optional hyphens, marks for the direction of writing, what comes along with pasted text.
    """
    first = bisect(pieces, tag.start, key=lambda piece: piece.start) - 1
    last = bisect_left(pieces, tag.end, lo=first, key=lambda piece: piece.start)
    odd = {piece.start for piece in pieces[first:last] if piece.node.tag != T and piece.text.isspace()}
    unseen = {match.start() for match in _WITHOUT_WIDTH.finditer(text, tag.start, tag.end)}
    if not odd and not unseen:
        return text[tag.start : tag.end]
    for literal in STRING_LITERAL.finditer(text, tag.start, tag.end):
        within = set(range(*literal.span()))
        unseen = unseen - within | odd & within
    return "".join(text[place] for place in range(tag.start, tag.end) if place not in unseen)


def _foreign(text: str, tags: list[TagSpan | TagFinding], paragraph: Node, places: Places) -> Iterator[Diagnostic]:
    return (diagnose(found, places.of(paragraph), text) for found in find_foreign(text, tags))


def _unclosed_or_broken(found: TagFinding, location: Location, text: str, paragraph: Node) -> Diagnostic:
    """Say which: a tag that ends in a later paragraph, or in the next cell, reads like one that never ends."""
    closer = CLOSERS.get(text[found.start : found.start + 2])
    if found.code != "unclosed-tag" or closer is None:
        return diagnose(found, location, text)
    snippet = snippet_of(text, found.start, found.end)
    if any(_ends_tag(following, closer) for following in islice(paragraph.itersiblings(P), _NEXT)):
        message = "The tag opened here ends in another paragraph."
        return error("tag-over-paragraphs", message, "Write the whole tag in one paragraph.", location, snippet)
    cell = ancestor(paragraph, TC)
    beside = None if cell is None else next(cell.itersiblings(TC), None)
    if beside is not None and any(_ends_tag(following, closer) for following in beside.iter(P)):
        message = "The tag opened here ends in the next cell of the table."
        return error("tag-over-cells", message, "Write the whole tag in one cell.", location, snippet)
    return diagnose(found, location, text)


# So many paragraphs behind an opened tag are searched for its end.
_NEXT: Final = 3


def _ends_tag(paragraph: Node, closer: str) -> bool:
    return closer in _text_of(paragraph).partition("{")[0]


def _cut(pieces: list[_Piece], cuts: list[_Cut], tokens: TokenTable) -> None:
    """Take the characters of every cut out of the pieces; a token goes where its cut began."""
    if not cuts:
        return
    tokens.is_changed = True
    first = 0
    for piece in pieces:
        while first < len(cuts) and cuts[first][1] <= piece.start:
            first += 1
        own = list(takewhile(lambda cut: cut[0] < piece.end, islice(cuts, first, None)))  # noqa: B023
        if not own:
            continue
        if piece.node.tag != T:
            _take_with_empty_run(piece.node)
            continue
        _rewrite(piece, own, tokens)
    for piece in pieces:
        if piece.node.tag == T and piece.node.getparent() is not None:
            prune_run(piece.node)


def _rewrite(piece: _Piece, cuts: list[_Cut], tokens: TokenTable) -> None:
    node, last = piece.node, None
    # What stands behind the last token; put together once, since there may be a million cuts.
    behind = [piece.text[: max(0, cuts[0][0] - piece.start)]]
    node.set(XML_SPACE, "preserve")
    for index, (start, end, token) in enumerate(cuts):
        begins_here = start >= piece.start
        if token is not None and end <= piece.end:
            token.end_text = node
        following = cuts[index + 1][0] if index + 1 < len(cuts) else piece.end
        rest = piece.text[min(len(piece.text), end - piece.start) : max(0, following - piece.start)]
        if token is not None and begins_here:
            _put_behind(node, last, behind)
            token.node = etree.PI("t", str(tokens.add(token)))
            node.append(token.node)
            last = token.node
        behind.append(rest)
    _put_behind(node, last, behind)


def _put_behind(node: Node, last: Node | None, words: list[str]) -> None:
    if last is None:
        node.text = "".join(words)
    else:
        last.tail = "".join(words)
    words.clear()


def _take_with_empty_run(node: Node) -> None:
    run = node.getparent()
    take(node)
    if run.getparent() is not None and all(child.tag == w("rPr") for child in run):
        take(run)
