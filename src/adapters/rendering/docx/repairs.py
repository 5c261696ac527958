"""What a part may lack when the data has decided, found at compile time: most parts need none of this.

A cell whose content the data left out gets the paragraph that every cell must have (ECMA-376 part 1, 17.4.65), and so
does a header, a note, a text box, a body without anything; rows without cells, tables without rows and content controls
that held nothing but those go.
"""

from collections.abc import Container
from typing import Final

from lxml import etree

from adapters.rendering.docx.marks import MarkTable
from adapters.rendering.docx.prefixes import section_end
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import (
    BLOCK_CONTAINERS,
    CUSTOM_XML,
    MARKS,
    PROPERTIES,
    SDT,
    SDT_CONTENT,
    SECTPR,
    TBL,
    TC,
    TCPR,
    TR,
    Node,
    P,
    ancestor,
    atoms,
    is_token,
    level_of_control,
    take,
    w,
)
from adapters.rendering.docx.writers import COLOUR, SPAN

_BODY = w("body")
_NEEDS_PARAGRAPH: Final = BLOCK_CONTAINERS - {_BODY, SDT_CONTENT, CUSTOM_XML}
# What an element consists of, and so what is no element of its kind without.
_CONSISTS_OF: Final = {TBL: TR, TR: TC}
_DEFAULTS: Final = {SPAN: "1", COLOUR: "auto"}


def drop_hollow(root: Node) -> None:
    """Remove rows that have no cell and tables that have no row, now that tags have left them."""
    for tag, inner in ((TR, TC), (TBL, TR)):
        for control in list(root.iter(SDT_CONTENT)):
            if level_of_control(control) == inner and not _has(control, inner):
                take(control.getparent())
        for element in list(root.iter(tag)):
            if not _has(element, inner):
                take(element)


def _has(element: Node, inner: str) -> bool:
    return any(is_token(child) or _holds(child, inner) for child in element)


def fill_containers(root: Node) -> None:
    """Give every cell, header, note … that ends without a paragraph one of its own, where no data decides about it."""
    for container in root.iter(*_NEEDS_PARAGRAPH):
        children = [child for child in container if child.tag != TCPR and child.tag not in MARKS]
        if not any(map(is_token, children)) and (not children or not _holds(children[-1], P)):
            container.append(etree.Element(P))
    for content in root.iter(SDT_CONTENT):
        if not len(content):
            content.append(etree.Element(_filler_of(content)))


def _holds(node: Node, tag: str) -> bool:
    return bool(node.tag == tag or (node.tag in (SDT, CUSTOM_XML) and next(node.iter(tag), None) is not None))


def _filler_of(content: Node) -> str:
    return P if level_of_control(content) == P else w("r")


def mark_repairs(root: Node, tokens: TokenTable, marks: MarkTable, prefix: str) -> None:
    """Mark where the data may leave out what Word needs, so that it is put in, or the rest goes too."""
    paragraph = (f"</{prefix}p>", f"<{prefix}p/>", f"</{prefix}sdt>", f"</{prefix}customXml>")
    printed = _printed_paragraphs(root, tokens)
    for body in root.iter(_BODY):
        if _may_be_empty(body, tokens, printed):
            _mark_filled(body, marks, f"<{prefix}p/>", ())
    for container in root.iter(*_NEEDS_PARAGRAPH):
        if _may_lack(container, P, tokens, printed):
            _mark_filled(container, marks, f"<{prefix}p/>", paragraph)
    _mark_controls(root, tokens, marks, prefix, printed)
    for element, node in printed.items():
        marks.before(element, "open")
        marks.before(node, "open")
        marks.after(node, "print")
        marks.after(element, "close")
    for tag, inner in _CONSISTS_OF.items():
        for element in root.iter(tag):
            if _may_lack(element, inner, tokens):
                _mark_removed(element, element, marks, _endings(inner, prefix))


def _printed_paragraphs(root: Node, tokens: TokenTable) -> dict[Node, Node]:
    """Return the paragraphs that hold a {{p }} alone, each with its tag: they go where that prints nothing."""
    return {
        paragraph: node
        for index in range(len(tokens))
        if tokens[index].prefix == "p"
        and (node := tokens[index].node) is not None
        and tokens[index].is_output
        and (paragraph := ancestor(node, P)) is not None
        and ancestor(paragraph, root.tag) is not None
        and list(atoms(paragraph)) == [node]
        and section_end(paragraph) is None
    }


def _mark_controls(root: Node, tokens: TokenTable, marks: MarkTable, prefix: str, printed: Container[Node]) -> None:
    for content in root.iter(SDT_CONTENT):
        level = level_of_control(content)
        if level in (TR, TC):
            if _may_lack(content, level, tokens):
                _mark_removed(content.getparent(), content, marks, _endings(level, prefix))
        elif _may_be_empty(content, tokens, printed):
            filler = "p" if level == P else "r"
            _mark_filled(content, marks, f"<{prefix}{filler}/>", ())


def _endings(inner: str, prefix: str) -> tuple[str, ...]:
    return tuple(f"</{prefix}{name}>" for name in (etree.QName(inner).localname, "sdt", "customXml"))


def _may_lack(element: Node, inner: str, tokens: TokenTable, printed: Container[Node] = ()) -> bool:
    """Tell whether the data decides that an element has its last paragraph (a row its cell, a table its row) at all.

    `printed` holds the paragraphs that are not certain themselves.
    """
    depth = 0
    certain = has_tokens = False
    for child in element:
        if is_token(child):
            has_tokens = True
            token = tokens.of(child)
            depth += token.opens - bool(token.closes)
        elif child in printed:
            certain, has_tokens = False, True
        elif _is_certain(child, inner, tokens):
            certain = depth == 0
            if certain and inner != P:
                return False
        elif _holds(child, inner):
            has_tokens = True
        elif child.tag == TBL:
            certain = False
            has_tokens = has_tokens or _may_lack(child, TR, tokens)
    return has_tokens and not certain


def _is_certain(node: Node, inner: str, tokens: TokenTable) -> bool:
    """Tell whether a child is what its parent consists of, whatever the data says."""
    if node.tag == inner:
        return inner not in _CONSISTS_OF or not _may_lack(node, _CONSISTS_OF[inner], tokens)
    if not _holds(node, inner):
        return False
    content = node.find(SDT_CONTENT) if node.tag == SDT else node
    return inner == P or (content is not None and not _may_lack(content, inner, tokens))


def _may_be_empty(content: Node, tokens: TokenTable, printed: Container[Node]) -> bool:
    depth = 0
    has_tokens = False
    for child in content:
        if is_token(child):
            has_tokens = True
            depth += tokens.of(child).opens - bool(tokens.of(child).closes)
        elif child in printed or (child.tag == TBL and _may_lack(child, TR, tokens)):
            has_tokens = True
        elif depth == 0 and child.tag not in MARKS and child.tag != SECTPR:
            return False
    return has_tokens


def _mark_filled(container: Node, marks: MarkTable, filler: str, endings: tuple[str, ...]) -> None:
    first = container[0]
    if first.tag in PROPERTIES and first.tag != SECTPR:
        marks.after(first, "open")
    else:
        marks.first_in(container, "open")
    if container[-1].tag == SECTPR:
        marks.before(container[-1], "fill", filler, endings)
    else:
        marks.last_in(container, "fill", filler, endings)


def _mark_removed(element: Node, content: Node, marks: MarkTable, endings: tuple[str, ...]) -> None:
    marks.before(element, "open")
    marks.last_in(content, "check", endings)
    marks.after(element, "close")


def mark_settings(root: Node, tokens: TokenTable, marks: MarkTable) -> None:
    """A width or a colour that is missing, and may be, leaves its cell as an ordinary one."""
    written = {
        tokens.name_in_attribute(index): _DEFAULTS[tokens[index].writer]
        for index in range(len(tokens))
        if tokens[index].writer in _DEFAULTS
    }
    if not written:
        return
    for node in root.iter(w("gridSpan"), w("shd")):
        for attribute, value in node.attrib.items():
            if value in written:
                opened, default = marks.in_attribute("open"), marks.in_attribute("default", written[value])
                node.set(attribute, f"{opened}{value}{default}")
