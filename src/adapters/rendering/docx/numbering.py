"""The lists of a Word file: which list a paragraph is numbered by, and new lists that begin anew.

Word numbers paragraphs by a w:num, which points at a w:abstractNum (ECMA-376 part 1, 17.9). All w:num of one
w:abstractNum count on from each other, unless one overrides where a level starts. So a list that begins anew is a copy
of its w:num with a w:startOverride for each level; a render adds as many as it needs to numbering.xml.
"""

import itertools
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from adapters.rendering.codec import crc32
from adapters.rendering.docx.archive import deflated
from adapters.rendering.docx.deflate import deflate
from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.package import Package, parse_xml, related_part
from adapters.rendering.docx.serialise import DECLARATION, free_mark
from adapters.rendering.docx.tree import PPR, Node, w
from adapters.rendering.docx.zip_records import Member

_VALUE: Final = w("val")
_NUM, _NUM_ID, _NUM_PR, _ILVL, _LVL = w("num"), w("numId"), w("numPr"), w("ilvl"), w("lvl")
_ABSTRACT_NUM, _ABSTRACT_ID, _OVERRIDE = w("abstractNum"), w("abstractNumId"), w("lvlOverride")
_START, _START_OVERRIDE, _STYLE_LINK = w("start"), w("startOverride"), w("numStyleLink")
_INDENT, _STYLE = w("ind"), w("pStyle")
LEVELS: Final = 9
# Styles that are based on each other, at most; Word itself allows fewer.
_MAX_ANCESTORS: Final = 50
# Word's own numbers stay far below; a larger one is not from Word.
_LARGEST: Final = 2**31 - 1_000_000


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Which list a paragraph belongs to and on which level; `indent` is what its style says of its indents."""

    number: str
    level: int
    by_style: bool = False
    indent: Node | None = None


@dataclass(frozen=True, slots=True)
class NumberingPart:
    """numbering.xml around the lists that a render adds, and a pattern for each kind: what surrounds its number.

    `first` is the number of the first list that is added.
    """

    name: str
    before: str
    after: str
    patterns: dict[tuple[str, int], tuple[str, str]]
    first: int

    def record(self) -> tuple[Any, ...]:
        """Return what makes the same part."""
        return self.name, self.before, self.after, self.patterns, self.first

    def with_lists(self, added: Sequence[tuple[str, int] | None]) -> Member:
        """Return the part with these lists added, in their order; None is a number that somebody else uses."""
        lists = (
            number.join(self.patterns[kind])
            for number, kind in zip(map(str, itertools.count(self.first)), added, strict=False)
            if kind is not None
        )
        data = "".join((self.before, *lists, self.after)).encode()
        return deflated(self.name, deflate(data), crc32(data), len(data))


class Numbering:
    """The lists of a package; its parts are read when the first question comes."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._root: Node | None = None
        self._nums: dict[str, Node] | None = None
        self._places: dict[str, ListPlace | None] = {}
        self._styles: dict[str, Node] | None = None
        self._language: Node | None = None
        self._wanted: dict[tuple[str, int], None] = {}
        self._restarts = 0

    def place_of(self, paragraph: Node) -> ListPlace | None:
        """Return the list that numbers a paragraph, itself or by its style; None where there is none."""
        properties = paragraph.find(PPR)
        own = None if properties is None else properties.find(_NUM_PR)
        number, level = _setting(own, _NUM_ID), _setting(own, _ILVL)
        by_style = self._place_by_style("" if properties is None else _setting(properties, _STYLE))
        if not number:
            if by_style is None or not level:
                return by_style
            return ListPlace(by_style.number, _level(level), by_style=True, indent=by_style.indent)
        return ListPlace(number, _level(level)) if self.num(number) is not None else None

    def place_of_style(self, style: str) -> ListPlace | None:
        """Return the list that a paragraph style numbers its paragraphs by; None where it does not."""
        return self._place_by_style(style)

    def styles(self) -> dict[str, Node]:
        """Return the styles of the package by their ids."""
        return self._known_styles()

    def default_language(self) -> Node | None:
        """Return the w:lang that holds where nothing else says one (w:docDefaults, ECMA-376 part 1, 17.7.5.1)."""
        self._known_styles()
        return self._language

    def abstract_of(self, number: str) -> str:
        """Return the id of the w:abstractNum that a list points at."""
        num = self.num(number)
        return "" if num is None else _setting(num, _ABSTRACT_ID)

    def indents_of(self, place: ListPlace) -> tuple[int, int]:
        """Return how far the paragraphs of a list stand in, and their first line out, in twips."""
        indent = place.indent
        if indent is None and (abstract := self.abstract(place.number)) is not None:
            levels = (each for each in abstract.findall(_LVL) if _level(each.get(_ILVL, "")) == place.level)
            indent = next((each.find(f"{PPR}/{_INDENT}") for each in levels), None)
        if indent is None:
            return 0, 0
        left = _twips(indent.get(w("left")) or indent.get(w("start")))
        return left, _twips(indent.get(w("hanging")))

    def free_numbers(self) -> tuple[int, int]:
        """Return the first number that a new list may have, and that of a new w:abstractNum."""
        root = self._numbering()
        lists = _numbers(node.get(_NUM_ID, "") for node in root.iter(_NUM))
        abstracts = _numbers(node.get(_ABSTRACT_ID, "") for node in root.iter(_ABSTRACT_NUM))
        return max(lists, default=0) + 1, max(abstracts, default=0) + 1

    def new_restart(self, place: ListPlace) -> int:
        """Prepare lists that begin anew like this one; return the number of this restart in the document."""
        self._wanted[place.number, place.level] = None
        self._restarts += 1
        return self._restarts

    def part(self) -> NumberingPart | None:
        """Return what is needed to add the lists that were asked for; None where none were."""
        name = related_part(self._package, "numbering")
        if not self._wanted or name is None:
            return None
        root = deepcopy(self._numbering())
        mark = free_mark(self._package.contents[name])
        last = root.findall(_NUM)[-1]
        copies = [self._copy(number, level, mark) for number, level in self._wanted]
        for copy in reversed(copies):
            last.addnext(copy)
            last.addnext(etree.Comment(""))
        copies[-1].addnext(etree.Comment(""))
        before, *written, after = (DECLARATION + etree.tostring(root, encoding="unicode")).split("<!---->")
        patterns = {kind: _halves(text, mark) for kind, text in zip(self._wanted, written, strict=True)}
        return NumberingPart(name, before, after, patterns, self.free_numbers()[0])

    def _copy(self, number: str, level: int, mark: str) -> Node:
        """Copy a list so that its levels, from this one on, begin where they began in the template."""
        copy = etree.Element(_NUM, {_NUM_ID: mark})
        copy.extend(deepcopy(child) for child in self._nums_by_id()[number])
        for index, start in enumerate(self.starts(number)):
            if index < level:
                continue
            override = next((each for each in copy.findall(_OVERRIDE) if each.get(_ILVL) == str(index)), None)
            if override is None:
                override = etree.SubElement(copy, _OVERRIDE, {_ILVL: str(index)})
            if override.find(_START_OVERRIDE) is None:
                override.insert(0, etree.Element(_START_OVERRIDE, {_VALUE: start}))
        return copy

    def starts(self, number: str) -> tuple[str, ...]:
        """Return where the levels of a list start."""
        abstract = self.abstract(number)
        return starts_of(() if abstract is None else abstract.findall(_LVL))

    def abstract(self, number: str, *, follow: bool = True) -> Node | None:
        """Return the w:abstractNum that defines a list, the one of its style where that has it; None without one."""
        num = self.num(number)
        wanted = "" if num is None else _setting(num, _ABSTRACT_ID)
        found = next(
            (each for each in self._numbering().findall(_ABSTRACT_NUM) if each.get(_ABSTRACT_ID) == wanted), None
        )
        if found is None or not follow or not (link := _setting(found, _STYLE_LINK)):
            return found
        linked = self._known_styles().get(link)
        number = "" if linked is None else _setting(linked.find(f"{PPR}/{_NUM_PR}"), _NUM_ID)
        return self.abstract(number, follow=False) if number else found

    def num(self, number: str) -> Node | None:
        """Return the w:num of a list, None where there is none."""
        return self._nums_by_id().get(number)

    def _nums_by_id(self) -> dict[str, Node]:
        if self._nums is None:
            self._nums = {num.get(_NUM_ID, ""): num for num in self._numbering().findall(_NUM)}
        return self._nums

    def _place_by_style(self, style: str) -> ListPlace | None:
        if style not in self._places:
            self._places[style] = self._found_by_style(style)
        return self._places[style]

    def _found_by_style(self, style: str) -> ListPlace | None:
        indent: Node | None = None
        for _ in range(_MAX_ANCESTORS):
            found = self._known_styles().get(style)
            if found is None:
                return None
            indent = found.find(f"{PPR}/{_INDENT}") if indent is None else indent
            numbered = found.find(f"{PPR}/{_NUM_PR}")
            number = _setting(numbered, _NUM_ID)
            if number:
                if self.num(number) is None:
                    return None
                level = _setting(numbered, _ILVL) or self._level_of_style(number, style)
                return ListPlace(number, _level(level), by_style=True, indent=indent)
            style = _setting(found, w("basedOn"))
        return None

    def _level_of_style(self, number: str, style: str) -> str:
        """Return the level of a list that a style is tied to."""
        abstract = self.abstract(number)
        levels = [] if abstract is None else abstract.findall(_LVL)
        return next((level.get(_ILVL, "") for level in levels if _setting(level, _STYLE) == style), "")

    def _numbering(self) -> Node:
        if self._root is None:
            self._root = self._parsed("numbering")
        return self._root

    def _known_styles(self) -> dict[str, Node]:
        if self._styles is None:
            root = self._parsed("styles")
            styles = root.findall(w("style"))
            self._language = root.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}/{w('lang')}")
            self._styles = {style.get(w("styleId"), ""): style for style in styles}
        return self._styles

    def _parsed(self, kind: str) -> Node:
        name = related_part(self._package, kind)
        try:
            return etree.Element(w(kind)) if name is None else parse_xml(name, self._package.contents[name])
        except UnusableFileError:
            return etree.Element(w(kind))


def starts_of(levels: Iterable[Node]) -> tuple[str, ...]:
    """Return where each level of a list starts, by those that are defined."""
    starts = ["1"] * LEVELS
    for level in levels:
        starts[_level(level.get(_ILVL, ""))] = _setting(level, _START) or "0"
    return tuple(starts)


def _setting(parent: Node | None, name: str) -> str:
    found = None if parent is None else parent.find(name)
    return "" if found is None else str(found.get(_VALUE, ""))


def _numbers(texts: Iterable[str]) -> list[int]:
    """Return the numbers among texts that Word can have written."""
    short = (text for text in texts if text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST)))
    return [number for number in map(int, short) if number < _LARGEST]


def _twips(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < len("100000") else 0


def _level(text: str) -> int:
    return min(int(text), LEVELS - 1) if text.isascii() and text.isdigit() else 0


def _halves(text: str, mark: str) -> tuple[str, str]:
    before, after = text.split(mark)
    return before, after
