"""The lists of a piece: definitions that stand for themselves, whatever numbering.xml around them says."""

import hashlib
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from adapters.rendering.docx.numbering import Numbering
from adapters.rendering.docx.tree import PPR, RPR, Node, W, w

_ABSTRACT_ID, _LVL, _ILVL, _VALUE = w("abstractNumId"), w("lvl"), w("ilvl"), w("val")
# What ties a definition to styles, to other definitions and to pictures of its own package.
_TIES: Final = ("pStyle", "lvlPicBulletId", "numStyleLink", "styleLink", "tmpl", "nsid", "name")


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """A list: the w:abstractNum that it is defined by, as XML without its number, and what it overrides of it.

    `key` tells definitions apart; `starts` is where each level begins.
    """

    key: str
    abstract: str
    overrides: tuple[str, ...]
    starts: tuple[str, ...]


def definition_of(num: Node, abstract: Node, starts: tuple[str, ...]) -> ListDefinition:
    """Return the definition of a list that no style and no other list is tied to."""
    overrides = []
    for override in num.findall(w("lvlOverride")):
        copy = _untied(override)
        for level in copy.findall(_LVL):
            _untie_level(level)
        overrides.append(etree.tostring(copy, encoding="unicode"))
    made = _untied(abstract)
    for level in made.findall(_LVL):
        _untie_level(level)
    text = etree.tostring(made, encoding="unicode")
    return ListDefinition(hashlib.sha256(text.encode()).hexdigest(), text, tuple(overrides), starts)


def definitions(numbering: Numbering, numbers: Iterable[str]) -> dict[str, ListDefinition]:
    """Return the definition of each of these lists that there is."""
    found: dict[str, ListDefinition] = {}
    for number in sorted(numbers):
        num, abstract = numbering.num(number), numbering.abstract(number)
        if num is not None and abstract is not None:
            found[number] = definition_of(num, abstract, numbering.starts(number))
    return found


def _untied(node: Node) -> Node:
    """Copy a node with the names of WordprocessingML alone, and without its ties."""
    copy = deepcopy(node)
    copy.tail = None
    for name in _TIES:
        for child in copy.findall(w(name)):
            copy.remove(child)
    for child in list(copy.iter(etree.Element)):
        for attribute in list(child.attrib):
            if not attribute.startswith(f"{{{W}}}"):
                del child.attrib[attribute]
        if not child.tag.startswith(f"{{{W}}}") and child.getparent() is not None:
            child.getparent().remove(child)
    copy.attrib.pop(_ABSTRACT_ID, None)
    etree.cleanup_namespaces(copy)
    return copy


def _untie_level(level: Node) -> None:
    for name in ("pStyle", "lvlPicBulletId"):
        for child in level.findall(w(name)):
            level.remove(child)
    for properties in level.findall(RPR):
        for child in properties.findall(w("rStyle")):
            properties.remove(child)
    for properties in level.findall(PPR):
        for child in properties.findall(w("pStyle")):
            properties.remove(child)
