"""Puts places into the text of a piece for everything that is named by a number or a name of its own package.

Numbers of drawings, content controls, shapes, tracked changes and ranges; names of bookmarks, and what refers to them;
styles, lists and notes; and relationships. (ECMA-376 part 1, chapter 17.)
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from lxml import etree

from adapters.rendering.docx.ids import (
    BOOKMARK_REFERENCE,
    ENDS,
    REVISIONS,
    SHAPES,
    STARTS,
    join_codes,
)
from adapters.rendering.docx.piece_parts import RelationReader
from adapters.rendering.docx.tree import Node, put_after, take, w

_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_O: Final = "{urn:schemas-microsoft-com:office:office}"
_WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_ID, _NAME, _VALUE, _ANCHOR, _INSTR = w("id"), w("name"), w("val"), w("anchor"), w("instr")
_BOOKMARK: Final = w("bookmarkStart")
_CODES: Final = (w("instrText"), w("fldSimple"), w("fldChar"))
# What names something of its own package that does not come along.
_LEFT_BEHIND: Final = tuple(map(w, ("dataBinding", "placeholder", "docPartObj", "docPartList")))
_OWN_PLACE: Final = "_goback"


class Marker:
    """Marks the parts of one piece; `keys` are what its places stand for, by their number."""

    def __init__(self, mark: str, relations: RelationReader) -> None:
        self._mark = mark
        self._relations = relations
        self._keys: dict[tuple[Any, ...], int] = {}
        self._fresh = 0
        self._ranges = 0
        self._names: set[str] = {""}

    @property
    def keys(self) -> tuple[tuple[Any, ...], ...]:
        """What the places stand for; the number of one is its place here."""
        return tuple(self._keys)

    def place(self, *key: Any) -> str:
        """Return what stands in the text for a key."""
        return f"{self._mark}{self._keys.setdefault(key, len(self._keys))}{self._mark}"

    def mark(self, top: Node, part: str) -> None:
        """Mark everything in a part, or in a piece of one."""
        for node in list(top.iter(*_LEFT_BEHIND)):
            take(node)
        self._make_whole(top)
        join_codes(list(top.iter(*_CODES)))
        for node in top.iter(etree.Element):
            action = self._actions.get(node.tag)
            if action is not None:
                action(self, node)
            if any(name.startswith(_R) for name in node.keys()) or node.get(_O + "relid") is not None:  # noqa: SIM118  # an element is no dict
                self._relate(node, part)
        # Their numbers are looked up by their parents, which do not have to hold them.
        for identity in top.iter(w("sdtPr")):
            self._control(identity)

    def _make_whole(self, top: Node) -> None:
        """Give each range a number of its own and an end; drop bookmarks of a name that is there already.

        The bookmark at which Word opens a document again goes as well.
        """
        begun: dict[tuple[str, str], Node] = {}
        ended: list[tuple[Node, Node]] = []
        for node in list(top.iter(*STARTS, *ENDS)):
            key = STARTS.get(node.tag) or ENDS[node.tag], node.get(_ID, "")
            start = begun.pop(key, None)
            if node.tag in STARTS:
                if start is not None:
                    ended.append((start, _end_of(start)))
                begun[key] = node
            elif start is not None:
                ended.append((start, node))
            else:
                take(node)
        ended += [(start, _end_of(start)) for start in begun.values()]
        for start, end in ended:
            name = start.get(_NAME, "").lower()
            if start.tag == _BOOKMARK and (name == _OWN_PLACE or name in self._names):
                take(start)
                take(end)
                continue
            self._names.add(name)
            self._ranges += 1
            for node in (start, end):
                node.set(_ID, str(self._ranges))

    def _new(self, node: Node, attribute: str) -> None:
        if node.get(attribute) is not None:
            self._fresh += 1
            node.set(attribute, self.place("number", self._fresh))

    def _range(self, node: Node) -> None:
        """Number a range; both of its ends have the same number (see `_make_whole`)."""
        node.set(_ID, self.place("number", "range", node.get(_ID, "")))
        if node.tag in STARTS and node.get(_NAME):
            node.set(_NAME, self.place("name", node.get(_NAME)))

    def _control(self, properties: Node) -> None:
        for node in properties.findall(_ID):
            self._new(node, _VALUE)

    def _shape(self, node: Node) -> None:
        node.attrib.pop(_O + "spid", None)
        if node.get("id") is not None:
            self._fresh += 1
            node.set("id", f"_x0000_i{self.place('number', self._fresh)}")

    def _style(self, node: Node) -> None:
        if node.get(_VALUE):
            node.set(_VALUE, self.place("style", node.get(_VALUE)))

    def _list(self, node: Node) -> None:
        number = node.get(_VALUE, "0")
        if number != "0" and self._mark not in number:
            node.set(_VALUE, self.place("list", number))

    def _note(self, node: Node) -> None:
        kind = etree.QName(node).localname.removesuffix("Reference")
        node.set(_ID, self.place("note", kind, node.get(_ID, "")))

    def _own_note(self, node: Node) -> None:
        node.set(_ID, self.place("own note"))

    def _link(self, node: Node) -> None:
        name = node.get(_ANCHOR)
        if name and name.lower() in self._names:
            node.set(_ANCHOR, self.place("name", name))

    def _code(self, node: Node) -> None:
        is_simple = node.tag == w("fldSimple")
        code = node.get(_INSTR, "") if is_simple else node.text or ""
        match = next((each for each in BOOKMARK_REFERENCE.finditer(code) if each.group(2).lower() in self._names), None)
        if match is None:
            return
        code = f"{code[: match.start(2)]}{self.place('name', match.group(2))}{code[match.end(2) :]}"
        if is_simple:
            node.set(_INSTR, code)
        else:
            node.text = code

    def _relate(self, node: Node, part: str) -> None:
        for name in [name for name in node.keys() if name.startswith(_R) or name == _O + "relid"]:  # noqa: SIM118  # an element is no dict
            number = node.get(name)
            if not number:
                continue
            if self._relations.follow(part, number):
                node.set(name, self.place("relation", part, number))
            else:
                # A reference to nothing, in its own document as well.
                del node.attrib[name]

    def _drawing(self, node: Node) -> None:
        self._new(node, "id")

    def _revision(self, node: Node) -> None:
        self._new(node, _ID)

    _actions: ClassVar[dict[str, Callable[["Marker", Node], None]]] = {
        _WP + "docPr": _drawing,
        **dict.fromkeys(REVISIONS, _revision),
        **dict.fromkeys((*STARTS, *ENDS), _range),
        **dict.fromkeys(SHAPES, _shape),
        **dict.fromkeys(map(w, ("pStyle", "rStyle", "tblStyle")), _style),
        **dict.fromkeys(map(w, ("footnoteReference", "endnoteReference")), _note),
        **dict.fromkeys(map(w, ("footnote", "endnote")), _own_note),
        **dict.fromkeys(map(w, ("instrText", "fldSimple")), _code),
        w("numId"): _list,
        w("hyperlink"): _link,
    }


def _end_of(start: Node) -> Node:
    """Put the end of a range that has none directly behind its start."""
    end = etree.Element(str(start.tag).removesuffix("Start") + "End", {_ID: start.get(_ID, "")})
    put_after(start, end)
    return end
