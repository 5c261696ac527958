"""The explicit scopes of python-docx-template: {%p %}, {%tr %} and {%tc %} replace what they stand in.

{%r %} and {{r }} end the formatting of their run; {{p }} needs nothing here: a value that is more than text opens its
surroundings itself.
"""

from itertools import takewhile
from typing import Final

from lxml import etree

from adapters.rendering.docx.findings import error, warning
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import (
    MARKS,
    PPR,
    SECTPR,
    TC,
    TR,
    XML_SPACE,
    Node,
    P,
    R,
    T,
    ancestor,
    atoms,
    isolate,
    prune_run,
    put_after,
    put_before,
    take,
    tokens_in,
    w,
)
from domain.diagnostics import Diagnostic, has_errors

_BREAKS: Final = frozenset({w("br"), w("cr")})
_SCOPES = {"tr": TR, "tc": TC}
_NAMES = {"tr": "row", "tc": "cell"}


def lift_prefixed(root: Node, tokens: TokenTable) -> list[Diagnostic]:
    """Lift every tag with a scope letter out of its row, cell or paragraph; return what stands in the way."""
    findings: list[Diagnostic] = []
    for letter, tag in _SCOPES.items():
        for element in list(root.iter(tag)):
            findings += _lift_from(element, letter, tokens)
    for node in tokens_in(root):
        token = tokens.of(node)
        if token.prefix in _SCOPES and _is_outside(node, token):
            findings.append(_outside_table(token))
        elif token.prefix == "p" and token.is_control:
            paragraph = ancestor(node, P)
            if paragraph is not None:
                _split_paragraph(node, paragraph)
    # From the last one on: what was moved once is not moved again.
    for node in reversed(tokens_in(root)):
        if tokens.of(node).prefix == "r":
            _end_formatting(tokens.of(node), tokens)
    return findings


def _is_outside(node: Node, token: Token) -> bool:
    """Tell whether a tag for rows or cells stands in none; control tags have left theirs by now."""
    return ancestor(node, _SCOPES[token.prefix]) is None if token.is_output else ancestor(node, P) is not None


def _end_formatting(token: Token, tokens: TokenTable) -> None:
    """Let what stands behind a {%r %} or {{r }} in its run begin a run of its own, without formatting."""
    text = token.place.getparent()
    last = text if token.end_text is None or token.end_text.getparent() is None else token.end_text
    if text.tag != T or last.getparent().tag != R:
        return
    run = last.getparent()
    plain = etree.Element(R)
    if last is text:
        rest = etree.SubElement(plain, T, {XML_SPACE: "preserve"})
        rest.text, token.place.tail = token.place.tail, None
        for sibling in list(token.place.itersiblings()):
            rest.append(sibling)
            moved = tokens.of(sibling)
            moved.end_text = rest if moved.end_text is text else moved.end_text
        following = list(last.itersiblings())
    else:
        following = [last, *last.itersiblings()]
    for sibling in following:
        plain.append(sibling)
    run.addnext(plain)
    for each in (plain, run):
        for piece in list(each.iterchildren(T)):
            prune_run(piece)


def _lift_from(element: Node, letter: str, tokens: TokenTable) -> list[Diagnostic]:
    """Let the tags of a row (or a cell) that carry its letter take its place."""
    own = [
        node
        for node in tokens_in(element)
        if tokens.of(node).prefix == letter and tokens.of(node).is_control and ancestor(node, element.tag) is element
    ]
    if not own:
        return []
    if _wraps_itself([tokens.of(node) for node in own]):
        _wrap(element, own, tokens)
        return []
    lifted = set(own)
    others = any(atom not in lifted and not _is_line_break(atom) for atom in atoms(element))
    findings = [_swallowed([tokens.of(node) for node in own], letter)] if others else []
    for node in own:
        put_before(element, node)
    if not has_errors(findings):  # a row that stays holds tags that would be missed
        take(element)
    return findings


def _wraps_itself(own: list[Token]) -> bool:
    """Tell whether the tags open blocks and close them within one row: it is that row then which repeats."""
    openers = [token.keyword for token in takewhile(lambda token: token.opens, own)]
    return bool(openers) and [token.closes for token in own[len(openers) :]] == openers[::-1]


def _wrap(element: Node, own: list[Node], tokens: TokenTable) -> None:
    place = element
    for node in own:
        paragraph = ancestor(node, P)
        alone = paragraph is not None and list(atoms(paragraph)) == [node]
        if tokens.of(node).opens:
            put_before(element, node)
        else:
            put_after(place, node)
            place = node
        if alone and paragraph is not None:
            clear(paragraph)


def clear(paragraph: Node) -> None:
    """Empty a paragraph and keep its properties."""
    for child in list(paragraph):
        if child.tag != PPR:
            take(child)


def _split_paragraph(node: Node, paragraph: Node) -> None:
    """Let a tag take its paragraph's place; text beside it becomes paragraphs of its own."""
    container = paragraph.getparent()
    isolate(node, container)
    before, after = node.getprevious(), node.getnext()
    if before is not None and before.tag == P and after is not None and after.tag == P:
        _keep_one_section_end(before, after)
    for piece in (before, after):
        if piece is not None and piece.tag == P:
            shown = list(atoms(piece))
            if all(map(_is_line_break, shown)):
                for line_break in shown:
                    take(line_break)
            drop_if_blank(piece)


def _is_line_break(atom: Node | str) -> bool:
    """Tell whether it is a break that only moves on to the next line: beside a tag alone, it shows nothing."""
    return not isinstance(atom, str) and atom.tag in _BREAKS and atom.get(w("type"), "textWrapping") == "textWrapping"


def _keep_one_section_end(before: Node, after: Node) -> None:
    """A section ends with its last paragraph: the properties of both halves say so now."""
    if section_end(after) is not None and (ended := section_end(before)) is not None:
        take(ended)


def section_end(paragraph: Node) -> Node | None:
    """Return the section properties that a paragraph carries, or None."""
    properties = paragraph.find(PPR)
    return None if properties is None else properties.find(SECTPR)


def drop_if_blank(paragraph: Node) -> None:
    """Remove a paragraph that shows nothing; bookmarks and other marks in it stay where they were."""
    if any(True for _ in atoms(paragraph)) or section_end(paragraph) is not None:
        return
    for mark in [child for child in paragraph.iter() if child.tag in MARKS]:
        put_before(paragraph, mark)
    take(paragraph)


def _outside_table(token: Token) -> Diagnostic:
    name = _NAMES[token.prefix]
    return error(
        "scope-outside-table",
        f"This tag is meant for a table {name}, and stands in none.",
        f"Move it into a table, or write it without the letters '{token.prefix}'.",
        token.location,
        token.snippet,
    )


def _swallowed(own: list[Token], letter: str) -> Diagnostic:
    """Say that text goes with a tag; comments alone take a row or a cell out on purpose."""
    name = _NAMES[letter]
    token = next((token for token in own if not token.is_comment), own[0])
    say = warning if token.is_comment else error
    return say(
        "swallowed-text",
        f"This tag takes its whole {name} away, and other text stands in it.",
        f"Leave the tag alone in its {name}, or write it without '{letter}' in the first and the last cell.",
        token.location,
        token.snippet,
    )
