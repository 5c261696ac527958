"""Lists that begin anew in every round of a loop, where their author asks for it: {# @restart #}.

The tag stands in a paragraph of a list, or before the list. Each time the document comes to its place, the list that
follows begins anew. In a list's only paragraph that a loop repeats, the loop itself is meant: there the list begins
anew each time the loop begins, and not with each of its items.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from adapters.rendering.docx.findings import warning
from adapters.rendering.docx.marks import MarkTable
from adapters.rendering.docx.numbering import LEVELS, ListPlace, Numbering
from adapters.rendering.docx.scopes import scopes_of
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import PPR, Node, P, ancestor, is_token, w
from domain.diagnostics import Diagnostic

_TAG: Final = re.compile(r"\{#\s*@restart\s*#\}")
_NUM_PR, _NUM_ID, _ILVL, _INDENT, _VALUE = w("numPr"), w("numId"), w("ilvl"), w("ind"), w("val")
# What stands before w:numPr, and before w:ind, among the properties of a paragraph (ECMA-376 part 1, 17.3.1.26).
_BEFORE_NUMBER: Final = frozenset(
    map(w, ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl"))
)
_BEHIND_INDENT: Final = frozenset(
    map(w, """
    contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId
    cnfStyle rPr sectPr pPrChange
    """.split())  # noqa: SIM905  # a list of words reads best as words
)  # fmt: skip


@dataclass(slots=True)
class _Item:
    """A paragraph of a list: where it is in the document's order, and the loops around it."""

    paragraph: Node
    index: int
    loops: tuple[Token, ...]
    place: ListPlace


@dataclass(slots=True)
class _Event:
    """A place where a list begins anew: from the item with this index on, within these loops."""

    index: int
    loops: tuple[Token, ...]
    place: ListPlace
    restart: int


def mark_restarts(root: Node, tokens: TokenTable, marks: MarkTable, numbering: Numbering) -> list[Diagnostic]:
    """Mark where lists begin anew, and the paragraphs of those lists; return what stands in no list or loop."""
    if not any(_TAG.fullmatch(tokens[index].text) for index in range(len(tokens))):
        return []
    found = list(scopes_of(root, tokens, (P,), with_tokens=True))
    place_in_order = {node: (index, scope) for index, (node, scope) in enumerate(found)}
    items = [
        _Item(node, index, scope.loops, place)
        for index, (node, scope) in enumerate(found)
        if not is_token(node) and (place := numbering.place_of(node)) is not None
    ]
    indexes = [item.index for item in items]
    repeated = Counter((loop, item.place.number, item.place.level) for item in items for loop in item.loops)
    findings: list[Diagnostic] = []
    events: list[_Event] = []
    for node in [node for node, _ in found if is_token(node) and _TAG.fullmatch(tokens.of(node).text)]:
        paragraph = ancestor(node, P)
        anchor = node if paragraph is None else paragraph
        index, scope = place_in_order[anchor]
        following = bisect_left(indexes, index)
        first = items[following] if following < len(items) else None
        if first is None or not _is_within(first.loops, scope.loops):
            findings.append(_no_list(tokens.of(node)))
            continue
        loops = scope.loops
        if first.paragraph is paragraph and loops and _is_alone(first, repeated):
            anchor, loops = loops[-1].place, loops[:-1]
        if not loops:
            findings.append(_no_loop(tokens.of(node)))
            continue
        events.append(_Event(first.index, loops, first.place, numbering.new_restart(first.place)))
        marks.before(anchor, "restart", events[-1].restart, (first.place.number, first.place.level))
    _renumber(items, events, marks)
    return findings


def _is_within(loops: tuple[Token, ...], outer: tuple[Token, ...]) -> bool:
    return loops[: len(outer)] == outer


def _is_alone(item: _Item, repeated: Counter[tuple[Token, str, int]]) -> bool:
    """Tell whether the innermost loop repeats this paragraph of the list alone, on its level and below."""
    levels = range(item.place.level, LEVELS)
    return sum(repeated[item.loops[-1], item.place.number, level] for level in levels) == 1


def _renumber(items: list[_Item], events: list[_Event], marks: MarkTable) -> None:
    """Give every paragraph the list that began anew last before it, on its level or above, in a loop around it."""
    begun: dict[str, list[_Event]] = {}
    waiting = sorted(events, key=lambda event: event.index)
    position = 0
    for item in items:
        while position < len(waiting) and waiting[position].index <= item.index:
            event = waiting[position]
            current = begun.setdefault(event.place.number, [])
            current[:] = [each for each in current if not _replaces(event, each)] + [event]
            position += 1
        current = begun.get(item.place.number, [])
        while current and not _is_within(item.loops, current[-1].loops):
            current.pop()
        event_of_item = next((each for each in reversed(current) if each.place.level <= item.place.level), None)
        if event_of_item is not None:
            number = marks.in_attribute("list", event_of_item.restart, item.place.number)
            write_number(item.paragraph, item.place, number)


def _replaces(new: _Event, old: _Event) -> bool:
    """Tell whether nothing can belong to an old list any more once the new one has begun."""
    return new.place.level <= old.place.level and _is_within(old.loops, new.loops)


def write_number(paragraph: Node, place: ListPlace, number: str) -> None:
    """Let a paragraph itself say its list and level; where its style did, its indents too, which go by the style."""
    properties = paragraph.find(PPR)
    if properties is None:
        properties = etree.Element(PPR)
        paragraph.insert(0, properties)
    numbered = properties.find(_NUM_PR)
    if numbered is None:
        numbered = etree.Element(_NUM_PR)
        _insert(properties, numbered, lambda child: child.tag not in _BEFORE_NUMBER)
    for child in list(numbered):
        if child.tag in (_NUM_ID, _ILVL):
            numbered.remove(child)
    numbered.insert(0, etree.Element(_ILVL, {_VALUE: str(place.level)}))
    numbered.insert(1, etree.Element(_NUM_ID, {_VALUE: number}))
    if place.indent is not None and properties.find(_INDENT) is None:
        _insert(properties, deepcopy(place.indent), lambda child: child.tag in _BEHIND_INDENT)


def _insert(properties: Node, new: Node, follows: Callable[[Node], bool]) -> None:
    follower = next((child for child in properties if follows(child)), None)
    if follower is None:
        properties.append(new)
    else:
        follower.addprevious(new)


def _no_list(token: Token) -> Diagnostic:
    return warning(
        "restart-without-list",
        "This tag lets a numbered list begin anew, and no list follows it here.",
        "Write it into the first paragraph of the list, or into a paragraph of its own before the list.",
        token.location,
        token.snippet,
    )


def _no_loop(token: Token) -> Diagnostic:
    return warning(
        "restart-without-loop",
        "This tag lets a numbered list begin anew in each round of a loop, and no loop is around the list.",
        "Delete it, or put the list into the loop that repeats it.",
        token.location,
        token.snippet,
    )
