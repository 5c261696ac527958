"""What a finished part may still lack, decided at compile time: most parts need none of this.

A cell whose content the data left out gets the paragraph that every cell must have (ECMA-376 part 1, 17.4.65); rows
without cells and tables without rows go; drawings and bookmarks that a loop repeated get numbers of their own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from lxml import etree

from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import (
    BLOCK_CONTAINERS,
    PROPERTIES,
    SDT,
    TBL,
    TC,
    TCPR,
    TR,
    Node,
    P,
    is_token,
    take,
    w,
)
from adapters.rendering.docx.writers import COLOUR, SPAN


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of repair; it is needed where one of its `signs` stands in the part, or always where it has none."""

    apply: Callable[[str], str]
    signs: tuple[bytes, ...] = ()

    def is_needed(self, part: bytes) -> bool:
        """Tell whether a finished part shows a sign; a dozen searches in bytes cost less than one for a pattern."""
        return not self.signs or any(sign in part for sign in self.signs)


_BOOKMARKS: Final = frozenset(map(w, ("bookmarkStart", "bookmarkEnd")))
_NEEDS_PARAGRAPH: Final = BLOCK_CONTAINERS - {w("body"), w("sdtContent"), w("customXml")}


def drop_hollow(root: Node) -> None:
    """Remove rows that have no cell and tables that have no row, now that tags have left them."""
    for tag, inner in ((TR, TC), (TBL, TR)):
        for element in list(root.iter(tag)):
            if not any(is_token(child) or _is_block(child, inner) for child in element):
                take(element)


def fill_containers(root: Node) -> None:
    """Give every cell, header, note … that ends without a paragraph one of its own, where no data decides about it."""
    for container in root.iter(*_NEEDS_PARAGRAPH):
        children = [child for child in container if child.tag != TCPR]
        if not any(map(is_token, children)) and (not children or not _is_block(children[-1], P)):
            container.append(etree.Element(P))


def _is_block(node: Node, tag: str) -> bool:
    return bool(node.tag == tag or (node.tag == SDT and next(node.iter(tag), None) is not None))


def find_repairs(root: Node, tokens: TokenTable, prefix: str) -> tuple[Repair, ...]:
    """Return the repairs that the part may need after a render."""
    repairs: list[Repair] = []
    may_be_empty = [
        element
        for tag, inner in ((TBL, TR), (TR, TC), *((tag, P) for tag in _NEEDS_PARAGRAPH))
        for element in root.iter(tag)
        if _depends_on_data(element, inner, tokens)
    ]
    if may_be_empty:
        signs = {sign.encode() for element in may_be_empty for sign in _signs_of(element, prefix)}
        repairs.append(Repair(_fill_or_remove(prefix), tuple(sorted(signs))))
    repeated = {element.tag for element in _repeated(root, tokens)}
    if any(isinstance(tag, str) and tag.endswith("}docPr") for tag in repeated):
        repairs.append(_number_drawings())
    if repeated & _BOOKMARKS:
        repairs.append(_number_bookmarks(prefix))
    if any(tokens[index].writer in (SPAN, COLOUR) for index in range(len(tokens))):
        repairs.append(_fill_settings(prefix))
    return tuple(repairs)


def _depends_on_data(element: Node, inner: str, tokens: TokenTable) -> bool:
    """Tell whether the data decides that an element has its last paragraph (a row its cell, a table its row) at all."""
    depth = 0
    certain = True
    has_tokens = False
    for child in element:
        if is_token(child):
            has_tokens = True
            token = tokens.of(child)
            depth += token.opens - bool(token.closes)
        elif _is_block(child, inner):
            certain = depth == 0
            if certain and inner != P:
                return False
        elif child.tag == TBL:
            certain = False
    return has_tokens and not (certain and any(_is_block(child, inner) for child in element))


def _repeated(root: Node, tokens: TokenTable) -> list[Node]:
    """List the elements that stand within a loop."""
    depth = 0
    found = []
    for node in root.iter():
        if is_token(node):
            token = tokens.of(node)
            depth += (token.keyword == "for") - (token.closes == "for")
        elif depth > 0:
            found.append(node)
    return found


def _signs_of(element: Node, prefix: str) -> list[str]:
    """List the texts of which one stands in a finished part where this element came out empty."""
    name = prefix + _local(element)
    properties = [child for child in element if child.tag in PROPERTIES]
    signs = [f"</{prefix}tbl></{name}>"] if element.find(TBL) is not None and element.tag != TBL else []
    if not properties:
        return [*signs, f"<{name}></{name}>", f'"></{name}>']
    inner = prefix + _local(properties[-1])
    written = f"</{inner}>" if len(properties[-1]) else f"<{inner}/>"
    return [*signs, f"{written}</{name}>"]


def _local(element: Node) -> str:
    return str(element.tag).rpartition("}")[2]


def _fill_or_remove(prefix: str) -> Callable[[str], str]:
    p = f"<{prefix}p/>"
    empty_row = re.compile(
        f"<{prefix}tr(?: [^>]*)?>(?:<{prefix}tblPrEx>(?:(?!</{prefix}tblPrEx>).)*</{prefix}tblPrEx>)?"
        f"(?:<{prefix}trPr>(?:(?!</{prefix}trPr>).)*</{prefix}trPr>|<{prefix}trPr/>)?(?:</{prefix}tr>)|<{prefix}tr/>",
        re.DOTALL,
    )
    table_end = re.compile(f"(?:</{prefix}tblGrid>|<{prefix}tblGrid/>|</{prefix}tblPr>)</{prefix}tbl>")
    containers = "|".join(sorted(tag.rpartition("}")[2] for tag in _NEEDS_PARAGRAPH))
    unfilled = re.compile(
        f"(<{prefix}(?:{containers})(?: [^>]*)?(?<!/)>|</{prefix}tcPr>|<{prefix}tcPr/>|</{prefix}tbl>)"
        f"(?=</{prefix}(?:{containers})>)"
    )

    def repair(text: str) -> str:
        before = ""
        while text != before:
            before, text = text, _without_empty_tables(empty_row.sub("", text), table_end, prefix)
        return unfilled.sub(lambda match: match.group() + p, text)

    return repair


def _fill_settings(prefix: str) -> Repair:
    """A width or a colour that is missing, and may be, leaves its cell as an ordinary one."""
    span, colour = f'<{prefix}gridSpan {prefix}val="', f' {prefix}fill="'

    def repair(text: str) -> str:
        return text.replace(f'{span}"', f'{span}1"').replace(f'{colour}"', f'{colour}auto"')

    return Repair(repair, (f'{span}"'.encode(), f'{colour}"'.encode()))


def _without_empty_tables(text: str, table_end: re.Pattern[str], prefix: str) -> str:
    while match := table_end.search(text):
        start = max(text.rfind(f"<{prefix}tbl>", 0, match.start()), text.rfind(f"<{prefix}tbl ", 0, match.start()))
        if start < 0:
            break
        text = text[:start] + text[match.end() :]
    return text


def _number_drawings() -> Repair:
    """Drawings are told apart by the number of their docPr element (ECMA-376 part 1, 20.4.2.5)."""
    pattern = re.compile(r"(<[\w.-]+:docPr [^>]*?\bid=\")(\d+)(\")")

    def repair(text: str) -> str:
        used = {int(match.group(2)) for match in pattern.finditer(text)}
        free, seen = count(max(used, default=0) + 1), set[str]()

        def renumber(match: re.Match[str]) -> str:
            number = match.group(2) if match.group(2) not in seen else str(next(free))
            seen.add(number)
            return match.group(1) + number + match.group(3)

        return pattern.sub(renumber, text)

    return Repair(repair)


def _number_bookmarks(prefix: str) -> Repair:
    """A bookmark has a number that its two ends share, and a name; both are unique in the document."""
    pattern = re.compile(f"<{prefix}bookmark(Start|End) [^>]*>")
    number_of = re.compile(f'({prefix}id=")(\\d+)(")')
    name_of = re.compile(f'({prefix}name=")([^"]*)(")')

    def repair(text: str) -> str:
        used = {int(found.group(2)) for match in pattern.finditer(text) if (found := number_of.search(match.group()))}
        free, current, names = count(max(used, default=0) + 1), dict[str, str](), dict[str, int]()

        def renumber(match: re.Match[str]) -> str:
            found = number_of.search(match.group())
            if found is None:
                return match.group()
            old = found.group(2)
            if match.group(1) == "Start":
                current[old] = str(next(free)) if old in current else old
            element = number_of.sub(rf"\g<1>{current.get(old, old)}\g<3>", match.group(), count=1)
            return name_of.sub(rename, element, count=1)

        def rename(match: re.Match[str]) -> str:
            name = match.group(2)
            names[name] = names.get(name, 0) + 1
            return match.group() if names[name] == 1 else f"{match.group(1)}{name}_{names[name]}{match.group(3)}"

        return pattern.sub(renumber, text)

    return Repair(repair)
