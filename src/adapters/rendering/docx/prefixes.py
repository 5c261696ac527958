"""The explicit scopes of python-docx-template: {%p %}, {%tr %} and {%tc %} replace what they stand in.

{%r %}, {{r }} and {{p }} need nothing here: tags within a paragraph are brought to one level anyway, and a value
that is more than text opens its surroundings itself.
"""

from adapters.rendering.docx.findings import error
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import (
    MARKS,
    PPR,
    SECTPR,
    TC,
    TR,
    Node,
    P,
    ancestor,
    atoms,
    is_token,
    isolate,
    put_after,
    put_before,
    take,
    tokens_in,
)
from domain.diagnostics import Diagnostic

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
        if token.prefix in _SCOPES and ancestor(node, P) is not None:
            findings.append(_outside_table(token))
        elif token.prefix == "p" and token.is_control:
            paragraph = ancestor(node, P)
            if paragraph is not None:
                _split_paragraph(node, paragraph)
    return findings


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
        return _wrap(element, own)
    others = [atom for atom in atoms(element) if not (is_token(atom) and atom in own)]
    findings = [_swallowed(tokens.of(own[0]), letter)] if others else []
    for node in own:
        put_before(element, node)
    take(element)
    return findings


def _wraps_itself(own: list[Token]) -> bool:
    """Tell whether the tags open and close a block within one row: it is that row then which repeats."""
    return len(own) == 2 and own[0].opens and own[1].closes == own[0].keyword  # noqa: PLR2004


def _wrap(element: Node, own: list[Node]) -> list[Diagnostic]:
    for node in own:
        paragraph = ancestor(node, P)
        alone = paragraph is not None and list(atoms(paragraph)) == [node]
        if own.index(node) == 0:
            put_before(element, node)
        else:
            put_after(element, node)
        if alone and paragraph is not None:
            clear(paragraph)
    return []


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
            drop_if_blank(piece)


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


def _swallowed(token: Token, letter: str) -> Diagnostic:
    name = _NAMES[letter]
    return error(
        "swallowed-text",
        f"This tag takes its whole {name} away, and other text stands in it.",
        f"Leave the tag alone in its {name}, or write it without '{letter}' in the first and the last cell.",
        token.location,
        token.snippet,
    )
