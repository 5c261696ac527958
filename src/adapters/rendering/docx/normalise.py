"""Making whole what Word has cut: each tag becomes one token, where its first character stood.

Word cuts text into runs wherever formatting, spelling marks, bookmarks, revisions or hyperlinks begin and end. Here a
paragraph's own texts are read as one, and the characters of a tag leave the w:t elements they were spread over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from adapters.rendering.docx.places import Places
from adapters.rendering.docx.quotes import straighten
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import MC, XML_SPACE, Node, P, R, T, prune_run, take, w
from adapters.rendering.language.tags import TagFinding, TagSpan, find_tags
from domain.diagnostics import Diagnostic, Location, Severity

# Characters that Word writes as elements; within a tag they are what they look like.
_CHARACTERS: Final = {w("tab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "-"}
# Deleted and moved-away text is not there; text boxes and pictures have paragraphs of their own.
_SKIPPED: Final = frozenset(
    {P, w("del"), w("moveFrom"), w("pPr"), w("rPr"), w("drawing"), w("pict"), w("object"), f"{{{MC}}}AlternateContent"}
)
_RAW: Final = re.compile(r"\{%[-+]?\s*(?:end)?raw\s*[-+]?%\}")
# python-docx-template's way to write braces that are no tag: {_{ name }_}, {_% if %_}.
_ESCAPES: Final = re.compile(r"(?<=\{)_(?=[{%])|(?<=[}%])_(?=\})")
_SNIPPET_SIDE: Final = 24


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
    for paragraph in list(root.iter(P)):
        pieces = _pieces(paragraph)
        text = "".join(piece.text for piece in pieces)
        if "{" in text or "}_}" in text:
            findings += _normalise_paragraph(paragraph, pieces, text, tokens, places)
    return findings


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


def _own_texts(element: Node) -> Iterator[Node]:
    for child in element:
        if child.tag == T or (child.tag in _CHARACTERS and element.tag == R):
            yield child
        elif child.tag not in _SKIPPED:
            yield from _own_texts(child)


def _normalise_paragraph(
    paragraph: Node, pieces: list[_Piece], text: str, tokens: TokenTable, places: Places
) -> list[Diagnostic]:
    findings: list[Diagnostic] = []
    location = places.of(paragraph)
    straight = straighten(text)
    cuts: list[tuple[int, int, Token | None]] = []
    for found in find_tags(straight):
        if isinstance(found, TagSpan):
            tag = straight[found.start : found.end]
            snippet = snippet_of(text, found.start, found.end)
            token = None if _RAW.fullmatch(tag) else Token(tag, location, snippet)
            cuts.append((found.start, found.end, token))
        else:
            findings.append(_unclosed_or_broken(found, location, text, paragraph))
    taken = [(start, end) for start, end, _ in cuts]
    cuts += [
        (match.start(), match.end(), None)
        for match in _ESCAPES.finditer(text)
        if not any(start <= match.start() < end for start, end in taken)
    ]
    _cut(pieces, sorted(cuts, key=lambda cut: cut[0]), tokens)
    return findings


def _unclosed_or_broken(found: TagFinding, location: Location, text: str, paragraph: Node) -> Diagnostic:
    """Say which: a tag that ends in a later paragraph reads like one that never ends."""
    closer = {"{{": "}}", "{%": "%}", "{#": "#}"}.get(text[found.start : found.start + 2])
    following = next(paragraph.itersiblings(P), None)
    if found.severity is Severity.ERROR and found.code == "unclosed-tag" and following is not None and closer:
        after = "".join(piece.text for piece in _pieces(following))
        if closer in after.partition("{")[0]:
            return Diagnostic(
                Severity.ERROR,
                "tag-over-paragraphs",
                "The tag opened here ends in the next paragraph.",
                "Write the whole tag in one paragraph.",
                location,
                snippet_of(text, found.start, found.end),
            )
    return diagnose(found, location, text)


def _cut(pieces: list[_Piece], cuts: list[tuple[int, int, Token | None]], tokens: TokenTable) -> None:
    """Take the characters of every cut out of the pieces; a token goes where its cut began."""
    if not cuts:
        return
    tokens.is_changed = True
    for piece in pieces:
        own = [cut for cut in cuts if cut[0] < piece.end and cut[1] > piece.start]
        if not own:
            continue
        if piece.node.tag != T:
            _take_with_empty_run(piece.node)
            continue
        _rewrite(piece, own, tokens)
    for piece in pieces:
        if piece.node.tag == T and piece.node.getparent() is not None:
            prune_run(piece.node)


def _rewrite(piece: _Piece, cuts: list[tuple[int, int, Token | None]], tokens: TokenTable) -> None:
    node, last = piece.node, None
    node.text = piece.text[: max(0, cuts[0][0] - piece.start)]
    node.set(XML_SPACE, "preserve")
    for index, (start, end, token) in enumerate(cuts):
        begins_here = start >= piece.start
        if token is not None and end <= piece.end:
            token.end_text = node
        following = cuts[index + 1][0] if index + 1 < len(cuts) else piece.end
        rest = piece.text[min(len(piece.text), end - piece.start) : max(0, following - piece.start)]
        if token is not None and begins_here:
            token.node = etree.PI("t", str(tokens.add(token)))
            node.append(token.node)
            last = token.node
        if last is None:
            node.text = (node.text or "") + rest
        else:
            last.tail = (last.tail or "") + rest


def _take_with_empty_run(node: Node) -> None:
    run = node.getparent()
    take(node)
    if run.getparent() is not None and all(child.tag == w("rPr") for child in run):
        take(run)
