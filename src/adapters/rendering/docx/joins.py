"""`{%-` and `-%}`: the tag's paragraph is joined with the one before, or the one behind.

Within a paragraph they take the spaces away that stand beside the tag, as in plain Jinja.
"""

from adapters.rendering.docx.prefixes import section_end
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import PPR, Node, P, T, ancestor, atoms, take, tokens_in


def join_paragraphs(root: Node, tokens: TokenTable) -> None:
    """Carry out the trims of every tag in the paragraphs of a part."""
    for node in tokens_in(root):
        token = tokens.of(node)
        paragraph = ancestor(node, P)
        if paragraph is None:
            continue
        if token.joins_before:
            previous = paragraph.getprevious()
            if token.is_output or next(atoms(paragraph)) is not node or not _joins(previous, paragraph):
                _strip_before(node)
            else:
                paragraph = previous
        if token.joins_after:
            following = paragraph.getnext()
            if token.is_output or list(atoms(paragraph))[-1] is not node or not _joins(paragraph, following):
                _strip_after(node)


def _joins(first: Node | None, second: Node | None) -> bool:
    """Append the second paragraph's contents to the first; False where these are no two paragraphs of one section."""
    if first is None or second is None or first.tag != P or second.tag != P or section_end(first) is not None:
        return False
    for child in list(second):
        if child.tag != PPR:
            first.append(child)
    take(second)
    return True


def _strip_before(node: Node) -> None:
    before, parent = node.getprevious(), node.getparent()
    if parent.tag != T:
        return
    if before is None:
        parent.text = (parent.text or "").rstrip() or None
    else:
        before.tail = (before.tail or "").rstrip() or None


def _strip_after(node: Node) -> None:
    if node.getparent().tag == T:
        node.tail = (node.tail or "").lstrip() or None
