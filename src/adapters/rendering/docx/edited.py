"""A finished package that still gets something: parts are read and written by their names, new ones find free names."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from adapters.rendering.codec import crc32
from adapters.rendering.docx.archive import Archive, inflated, stored
from adapters.rendering.docx.package import CONTENT_TYPES, DECLARATION, packed, parse_xml, relationships_of
from adapters.rendering.docx.tree import Node
from adapters.rendering.docx.zip_records import Member

_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONSHIP: Final = f"{{{_RELATIONSHIPS}}}Relationship"


class EditedPackage:
    """The members of a finished document, the unchanged and the changed ones, while others are added.

    `relationship` begins ids of relationships that no part has yet.
    """

    def __init__(self, archive: Archive, members: Sequence[Member], relationship: str) -> None:
        self._members = {member.name: member for member in (*archive.members(), *members)}
        self._names = {name.lower() for name in self._members}
        self._relationship = relationship
        self._roots: dict[str, Node] = {}
        # What those that were there looked like.
        self._before: dict[str, bytes] = {}
        self._changed: set[str] = {member.name for member in members}
        self._related: dict[tuple[str, str, str, bool], str] = {}
        self._defaults: dict[str, str] | None = None
        self._overridden: dict[str, str] = {}

    def names(self) -> Iterator[str]:
        """List the parts."""
        return iter(self._members)

    def contents(self, name: str) -> bytes:
        """Return the contents of a part as they were before its root was changed."""
        return inflated(self._members[name])

    def root(self, name: str) -> Node:
        """Return the root of a part, which may be changed."""
        if name not in self._roots:
            self._roots[name] = root = parse_xml(name, self.contents(name))
            self._before[name] = etree.tostring(root)
        return self._roots[name]

    def put(self, name: str, contents: bytes) -> None:
        """Put contents in the place of a part's own, or add them as a new one."""
        self._members[name] = packed(name, contents)
        self._names.add(name.lower())
        self._changed.add(name)

    def add(self, name: str, content_type: str, contents: bytes) -> str:
        """Add a part under a name that is free, this one or nearly so, and return it."""
        stem, dot, ending = name.rpartition(".")
        number, free = 1, name
        while free.lower() in self._names:
            number += 1
            free = f"{stem}-{number}{dot}{ending}"
        if content_type.startswith("image/") and not content_type.endswith("xml"):
            self._members[free] = stored(free, contents, crc32(contents))
            self._names.add(free.lower())
            self._changed.add(free)
        else:
            self.put(free, contents)
        self._declare(free, content_type)
        return free

    def add_root(self, name: str, content_type: str, root: Node) -> str:
        """Add a part by its root, which may be changed further, and return its name."""
        added = self.add(name, content_type, b"")
        self._roots[added] = root
        return added

    def relate(self, part: str, kind: str, target: str, *, external: bool = False) -> str:
        """Return the id of a relationship of a part, made where it is not there."""
        key = part, kind, target, external
        if key not in self._related:
            root = self._relationships_of(part)
            number = f"{self._relationship}P{len(self._related) + 1}"
            folder = posixpath.dirname(part) or "."
            own = external or target.startswith("#")
            attributes = {"Id": number, "Type": kind, "Target": target if own else posixpath.relpath(target, folder)}
            if external:
                attributes["TargetMode"] = "External"
            etree.SubElement(root, _RELATIONSHIP, attributes)
            self._related[key] = number
        return self._related[key]

    def set_relations(self, part: str, relations: Sequence[tuple[str, str, str, bool]]) -> None:
        """Give a new part relationships with these ids, types and targets."""
        root = self._relationships_of(part)
        folder = posixpath.dirname(part) or "."
        for number, kind, target, external in relations:
            own = external or target.startswith("#")
            attributes = {"Id": number, "Type": kind, "Target": target if own else posixpath.relpath(target, folder)}
            if external:
                attributes["TargetMode"] = "External"
            etree.SubElement(root, _RELATIONSHIP, attributes)

    def related(self, part: str, kind: str) -> str | None:
        """Return the name of the part that this one has such a relationship to, None without one."""
        if relationships_of(part) not in self._members:
            return None
        for node in self._relationships_of(part):
            if node.get("Type", "").rpartition("/")[2] == kind and node.get("TargetMode", "") != "External":
                target = node.get("Target", "")
                folder = "" if target.startswith("/") else posixpath.dirname(part)
                name = posixpath.normpath(posixpath.join(folder, target.lstrip("/")))
                if name in self._members:
                    return name
        return None

    def finished(self) -> tuple[Archive, list[Member]]:
        """Return the members that were not changed, and those that were."""
        for name, root in self._roots.items():
            written = etree.tostring(root)
            if written != self._before.get(name):
                self.put(name, DECLARATION + written)
        changed = self._changed - {CONTENT_TYPES}
        # The list of content types comes first, as readers like it.
        rest = Archive.of([member for name, member in self._members.items() if name not in changed])
        return rest, [member for name, member in self._members.items() if name in changed]

    def _relationships_of(self, part: str) -> Node:
        name = relationships_of(part)
        if name not in self._members:
            root = etree.Element(f"{{{_RELATIONSHIPS}}}Relationships", nsmap={None: _RELATIONSHIPS})
            self.put(name, b"")
            self._roots[name] = root
        return self.root(name)

    def _declare(self, name: str, content_type: str) -> None:
        root = self.root(CONTENT_TYPES)
        if self._defaults is None:
            found = root.iter(f"{_TYPES}Default")
            self._defaults = {node.get("Extension", "").lower(): node.get("ContentType", "").lower() for node in found}
        if self._defaults.get(name.rpartition(".")[2].lower()) != content_type.lower():
            etree.SubElement(root, f"{_TYPES}Override", {"PartName": f"/{name}", "ContentType": content_type})
