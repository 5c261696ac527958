"""Content controls with a tag name: what they are, and which of them are placeholders (ECMA-376 part 1, 17.5.2).

A control is a placeholder where its tag is a name or a path of the data, and nothing else already says what it shows: a
binding to a property, a gallery of building blocks, tags of the template language, merge fields or controls in it. One
that shows its prompt asks for its value; one with contents of its own keeps them where the data has nothing for it.
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from adapters.rendering.docx.field_codes import FieldSyntaxError
from adapters.rendering.docx.merge_values import path_of
from adapters.rendering.docx.tree import (
    MARKS,
    SDT,
    SDT_CONTENT,
    SECTPR,
    TC,
    TR,
    W14,
    Node,
    T,
    ancestor,
    level_of_control,
    w,
)

_W15: Final = "{http://schemas.microsoft.com/office/word/2012/wordml}"
PROPERTIES, TAG, PROMPT, VALUE = w("sdtPr"), w("tag"), w("showingPlcHdr"), w("val")
ITEM: Final = f"{_W15}repeatingSectionItem"
_OFF: Final = frozenset({"0", "false", "off"})
_NAME: Final = re.compile(r"[^\W\d_][\w. ]{0,63}")
# Names that other programs give to controls of theirs.
_FOREIGN: Final = re.compile(r"goog_rdk_\d+|MENDELEY_.*")
_MARKUP: Final = re.compile(r"\{[{%#]")
_CHARACTER, _CHARACTER_TYPE = w("fldChar"), w("fldCharType")


class Kind(StrEnum):
    """What a control lets its reader put in."""

    TEXT = "text"
    DATE = "date"
    CHECKBOX = "checkbox"
    LIST = "list"
    COMBO = "combo"
    PICTURE = "picture"
    SECTION = "section"


_KINDS: Final = {
    w("text"): Kind.TEXT,
    w("richText"): Kind.TEXT,
    w("date"): Kind.DATE,
    f"{{{W14}}}checkbox": Kind.CHECKBOX,
    w("dropDownList"): Kind.LIST,
    w("comboBox"): Kind.COMBO,
    w("picture"): Kind.PICTURE,
    f"{_W15}repeatingSection": Kind.SECTION,
}
# What says by itself what a control shows, or makes it something else than a place for a value.
_OTHERS: Final = frozenset(
    {*map(w, ("dataBinding", "docPartObj", "docPartList", "equation", "group", "citation", "bibliography"))}
    | {f"{_W15}dataBinding", ITEM}
)


@dataclass(frozen=True, slots=True)
class Control:
    """A control that is a placeholder: `definition` is the element of its kind, None for rich text without one.

    `shows_prompt` tells that it is empty. `level` is what it consists of: runs, paragraphs, or a cell.
    """

    node: Node
    name: str
    kind: Kind
    definition: Node | None
    shows_prompt: bool
    level: str

    @property
    def properties(self) -> Node:
        """The control's properties."""
        return self.node.find(PROPERTIES)

    @property
    def content(self) -> Node:
        """What the control holds; the cell where it is one."""
        content = self.node.find(SDT_CONTENT)
        return content.find(TC) if self.level == TC else content


def controls_in(root: Node) -> dict[Node | None, list[Node]]:
    """Return the controls that stand in each control, and in none (None), in the order of the document."""
    found: dict[Node | None, list[Node]] = {}
    for control in root.iter(SDT):
        found.setdefault(ancestor(control, SDT), []).append(control)
    return found


def read_control(node: Node) -> Control | None:
    """Return what a control is; None where it is no placeholder, whatever stands in it."""
    properties, content = node.find(PROPERTIES), node.find(SDT_CONTENT)
    tag = None if properties is None else properties.find(TAG)
    if tag is None or content is None or any(child.tag in _OTHERS for child in properties):
        return None
    name = (tag.get(VALUE) or "").strip()
    if not _is_name(name):
        return None
    definition = next((child for child in properties if child.tag in _KINDS), None)
    kind = Kind.TEXT if definition is None else _KINDS[definition.tag]
    prompt = properties.find(PROMPT)
    shows_prompt = prompt is not None and prompt.get(VALUE, "1").lower() not in _OFF
    control = Control(node, name, kind, definition, shows_prompt, level_of_control(content))
    return control if kind is Kind.SECTION or _is_plain(control, content) else None


def _is_name(name: str) -> bool:
    if not _NAME.fullmatch(name) or _FOREIGN.fullmatch(name):
        return False
    try:
        path_of(name)
    except FieldSyntaxError:
        return False
    return True


def _is_plain(control: Control, content: Node) -> bool:
    """Tell whether nothing in a control asks to be filled in by itself, and all of it can be taken away."""
    if control.level == TR or (control.level == TC and len(content.findall(TC)) != 1):
        return False
    if next(content.iter(SDT, SECTPR, etree.PI), None) is not None or not has_whole_marks(content):
        return False
    return not has_tags(content)


def has_tags(content: Node) -> bool:
    """Tell whether tags of the template language stand in an element, or tokens already."""
    if next(content.iter(etree.PI), None) is not None:
        return True
    return _MARKUP.search("".join(text.text or "" for text in content.iter(T))) is not None


def has_whole_marks(content: Node) -> bool:
    """Tell whether every field, bookmark and commented text that begins in an element ends in it."""
    opened = 0
    for character in content.iter(_CHARACTER):
        opened += {"begin": 1, "end": -1}.get(character.get(_CHARACTER_TYPE, ""), 0)
        if opened < 0:
            return False
    ends = Counter(mark.get(w("id")) for mark in content.iter(*MARKS))
    return not opened and all(count % 2 == 0 for count in ends.values())
