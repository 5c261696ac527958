"""Compiling the texts of charts and diagrams: titles, labels, names of series and categories, boxes.

Their text is DrawingML (ECMA-376 part 1, 21.1.2): paragraphs of runs, which cut tags as Word's own do. A tag works
within its paragraph, and a value is one line there. A chart also keeps copies of cells of its workbook as plain texts,
which are what is shown; the workbook itself stays as it is, and its texts come back when somebody edits the data.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from adapters.rendering.docx.attributes import crossing_text, tag_attributes, tokenize
from adapters.rendering.docx.blocks import find_blocks, verify
from adapters.rendering.docx.findings import error
from adapters.rendering.docx.normalise import diagnose, snippet_of
from adapters.rendering.docx.package import TextPart
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.plain_texts import compile_plain_texts
from adapters.rendering.docx.program import CompiledPart
from adapters.rendering.docx.quotes import straighten
from adapters.rendering.docx.serialise import free_mark
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import A, Node, isolate
from adapters.rendering.docx.writers import ATTRIBUTE, PLAIN
from adapters.rendering.language.tags import TagSpan, find_tags
from domain.diagnostics import Diagnostic, Location

_P, _T = f"{{{A}}}p", f"{{{A}}}t"
# Copies of cells: c:v in charts, cx:v and cx:pt in those of Office 2016.
_CHARTS: Final = (
    "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "http://schemas.microsoft.com/office/drawing/2014/chartex",
)
_CACHED: Final = tuple(f"{{{uri}}}{name}" for uri in _CHARTS for name in ("v", "pt"))


def compile_drawing(part: TextPart, root: Node, contents: bytes) -> CompiledPart:
    """Compile the tags in the texts of a chart or a diagram; nothing is raised for what it holds."""
    tokens = TokenTable(free_mark(contents))
    findings = tag_attributes(root, tokens, Places(root, part.part, part.number))
    for number, paragraph in enumerate(root.iter(_P), 1):
        findings += _tag_paragraph(paragraph, tokens, Location(part.part, part.number, paragraph=number))
    for cached in root.iter(*_CACHED):
        if cached.text and "{" in cached.text:
            cached.text, problems = tokenize(cached.text, tokens, Location(part.part, part.number), PLAIN)
            findings += problems
    return compile_plain_texts(part, root, tokens, findings)


def _tag_paragraph(paragraph: Node, tokens: TokenTable, location: Location) -> list[Diagnostic]:
    """Replace the tags of a paragraph by tokens, and split its runs where blocks begin and end in different ones."""
    texts = list(paragraph.iter(_T))
    text = "".join(node.text or "" for node in texts)
    if "{" not in text:
        return []
    straight = straighten(text)
    findings: list[Diagnostic] = []
    spans: list[tuple[TagSpan, Token]] = []
    for found in find_tags(straight):
        if isinstance(found, TagSpan):
            snippet = snippet_of(text, found.start, found.end)
            spans.append((found, Token(straight[found.start : found.end], location, snippet, ATTRIBUTE)))
        else:
            findings.append(diagnose(found, location, text))
    _put_tokens(texts, spans, tokens)
    return findings + list(_level_blocks(paragraph, tokens, location, text))


def _put_tokens(texts: Sequence[Node], spans: Sequence[tuple[TagSpan, Token]], tokens: TokenTable) -> None:
    """Take the characters of tags out of the texts they are spread over; a token goes where its tag began."""
    first = end = 0
    for node in texts:
        text, start = node.text or "", end
        end = start + len(text)
        node.text = None
        position = start
        while first < len(spans) and spans[first][0].end <= start:
            first += 1
        index = first
        while index < len(spans) and spans[index][0].start < end:
            span, token = spans[index]
            _append(node, text[position - start : max(position, span.start) - start])
            if span.start >= start:
                token.node = etree.PI("t", str(tokens.add(token)))
                node.append(token.node)
            position = min(max(position, span.end), end)
            index += 1
        _append(node, text[position - start :])


def _append(node: Node, text: str) -> None:
    if not text:
        return
    if len(node):
        node[-1].tail = (node[-1].tail or "") + text
    else:
        node.text = (node.text or "") + text


def _level_blocks(paragraph: Node, tokens: TokenTable, location: Location, text: str) -> Iterator[Diagnostic]:
    blocks, strays = find_blocks(paragraph, tokens)
    if strays:
        yield crossing_text(text, location)
    for block in blocks:
        if any(node.getparent() is not block.nodes[0].getparent() for node in block.nodes):
            for node in block.nodes:
                isolate(node, paragraph)
        if (problem := verify(block)) is not None:
            yield problem
        if block.opener.captures:
            yield _captured(block.opener)


def _captured(token: Token) -> Diagnostic:
    return error(
        "captured-structure",
        f"{{% {token.keyword} %}} cannot capture a text in a chart or a diagram.",
        "Put the value together in the data, or with {% set name = … %}.",
        token.location,
        token.snippet,
    )
